"""What to do next for a subject, told from the visits of its row: the most pressing thing comes first."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from edc.extensions import Chip
from edc.models import Subject


def next_step(subject: Subject, visits: Sequence[tuple[str, Chip]], queries: int) -> Chip:
    """Return the next step as a chip; `visits` holds each visit's name with its own chip, in their order."""
    if subject.status in (Subject.Status.SCREEN_FAILED, Subject.Status.WITHDRAWN):
        return Chip("na", str(subject.get_status_display()))
    by_status: dict[str, tuple[str, Chip]] = {}
    for name, chip in visits:
        by_status.setdefault(chip.status, (name, chip))
    if "over" in by_status:
        return _step(by_status["over"], _("Hold %(visit)s, or note it as not done"))
    if queries:
        text = ngettext("Settle %(count)d query", "Settle %(count)d queries", queries) % {"count": queries}
        return Chip("query", text, f"{reverse('queries')}?q={subject.subject_key}")
    return next((step for step in _steps(by_status)), Chip("locked", _("Nothing left to do")))


def _steps(by_status: dict[str, tuple[str, Chip]]) -> list[Chip]:
    words = {
        "diff": _("Resolve %(visit)s"),
        "due": _("Hold %(visit)s"),
        "draft": _("Finish %(visit)s"),
        "second": _("Second pass of %(visit)s"),
        "todo": _("Enter %(visit)s"),
        "done": _("Verify or sign %(visit)s"),
        "sdv": _("Sign %(visit)s"),
        "wait": _("Wait for %(visit)s"),
        "signed": _("Lock %(visit)s"),
    }
    return [_step(by_status[status], word) for status, word in words.items() if status in by_status]


def _step(visit: tuple[str, Chip], word: str) -> Chip:
    name, chip = visit
    return Chip(chip.status, word % {"visit": name}, chip.url)
