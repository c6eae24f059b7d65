"""The end of a subject's participation: completed, withdrawn, lost or dead; a mistake is taken back."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from edc import access, audit
from edc.errors import InvalidInput, NotNow
from edc.models import Departure, Subject, User
from edc.services.lock import require_place_open
from edc.services.moves import move
from edc.services.reasons import required_text


@dataclass(frozen=True)
class Leaving:
    """How and on which day a subject left."""

    how: str
    left_on: date


@transaction.atomic
def end_participation(*, subject: Subject, leaving: Leaving, reason: str, actor: User) -> Departure:
    """Note that the subject takes no further part; open visits and forms are owed no more.

    Only an enrolled subject can complete the study. The data stay as they are.
    """
    access.require(actor, "enrol_subject", site=subject.site)
    reason = required_text(reason, field="reason")
    _check(leaving)
    subject = Subject.objects.select_for_update(no_key=True).get(pk=subject.pk)
    require_place_open(subject)
    before = subject.status
    completed = leaving.how == Departure.How.COMPLETED
    move(subject, Subject.Status.COMPLETED if completed else Subject.Status.WITHDRAWN)
    departure = Departure.objects.create(
        subject=subject, how=leaving.how, left_on=leaving.left_on, reason=reason, status_before=before,
        noted_by=actor,
    )  # fmt: skip
    after = {"status": subject.status, "how": leaving.how, "left_on": leaving.left_on.isoformat()}
    audit.record(
        actor=actor, action="subject.left", target=subject, before=before, after=after, reason=reason
    )
    return departure


def _check(leaving: Leaving) -> None:
    wrong = {}
    if leaving.how not in Departure.How.values:
        wrong["how"] = _("Choose how the participation ended.")
    if leaving.left_on > timezone.localdate():
        wrong["left_on"] = _("The day cannot lie in the future: enter the day on which the subject left.")
    if wrong:
        raise InvalidInput(_("Some fields need correction."), fields=wrong)


@transaction.atomic
def take_back_departure(*, subject: Subject, reason: str, actor: User) -> Subject:
    """Undo a departure that was noted by mistake: the subject has the status from before it again."""
    access.require(actor, "enrol_subject", site=subject.site)
    reason = required_text(reason, field="reason")
    subject = Subject.objects.select_for_update(no_key=True).get(pk=subject.pk)
    require_place_open(subject)
    departure = subject.departures.filter(taken_back_at=None).first()
    if departure is None:
        raise NotNow(_("This subject has not left the study."))
    before = subject.status
    move(subject, departure.status_before)
    Departure.objects.filter(pk=departure.pk).update(taken_back_at=timezone.now())
    audit.record(
        actor=actor, action="subject.returned", target=subject, before=before, after=subject.status,
        reason=reason,
    )  # fmt: skip
    return subject
