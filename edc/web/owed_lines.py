"""The rows of the day's list: shape, word and deadline of each piece of work, grouped by who waits."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.core.paginator import Page, Paginator
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from edc import access
from edc.extensions import OwedWork
from edc.models import Study, User

PAGE_SIZE = 50
# Kind of work: its filter, its shape and its word. What an app adds that is not named here is other work.
KINDS: dict[str, tuple[str, str, Promise]] = {
    "entry-1": ("first", "todo", gettext_lazy("First pass")),
    "entry-2": ("second", "second", gettext_lazy("Second pass")),
    "query": ("query", "query", gettext_lazy("Query")),
    "disagreement": ("disagreement", "diff", gettext_lazy("Disagreement")),
    "entry-rate": ("plan", "over", gettext_lazy("Rate of double entry")),
    "verify": ("verify", "sdv", gettext_lazy("Verification")),
    "sign": ("sign", "signed", gettext_lazy("Signature")),
    "safety": ("safety", "over", gettext_lazy("Serious adverse event")),
    "consent": ("consent", "over", gettext_lazy("Informed consent")),
    "images": ("images", "img", gettext_lazy("Images")),
    "upload": ("images", "img", gettext_lazy("Images")),
    "read": ("read", "img", gettext_lazy("Read")),
    "review": ("review", "prop", gettext_lazy("Score")),
    "score": ("review", "prop", gettext_lazy("Score")),
}
OTHER = ("other", "todo", gettext_lazy("Work"))
FILTERS: dict[str, Promise] = {
    "safety": gettext_lazy("Serious adverse events"),
    "consent": gettext_lazy("Informed consent"),
    "first": gettext_lazy("First pass"),
    "second": gettext_lazy("Second pass"),
    "query": gettext_lazy("Queries"),
    "images": gettext_lazy("Images"),
    "disagreement": gettext_lazy("Disagreements"),
    "plan": gettext_lazy("Rates of double entry"),
    "verify": gettext_lazy("To verify"),
    "sign": gettext_lazy("To sign"),
    "read": gettext_lazy("Reads"),
    "review": gettext_lazy("Scores"),
    "other": gettext_lazy("Other"),
}
# These are there with their counts for who enters forms, also when nothing is owed.
ENTERING = ("first", "second", "query", "images")


@dataclass(frozen=True)
class Line:
    """One row of the list: the work with its shape, its word and its deadline in words."""

    work: OwedWork
    filter: str
    shape: str
    word: str
    due_shape: str
    due_text: str

    @property
    def someone_waits(self) -> bool:
        # A first pass is followed by others, but nobody waits for it yet.
        return bool(self.work.blocks) and self.filter != "first"


@dataclass(frozen=True)
class Group:
    """Rows under one heading, with the minutes they take together; `shown` are those of the page."""

    name: str
    lines: list[Line]
    shown: list[Line]

    @property
    def time(self) -> str:
        return duration([line.work for line in self.lines])


def line_of(work: OwedWork) -> Line:
    name, shape, word = KINDS.get(work.kind, OTHER)
    if work.kind == "entry-1" and work.action == _("Continue"):
        shape = "draft"
    return Line(work, name, shape, str(word), *due_words(work.due, timezone.localdate()))


def due_words(due: date | None, today: date) -> tuple[str, str]:
    """Return shape and words of a deadline; a later day is a plain date."""
    if due is None:
        return "", ""
    late = (today - due).days
    if late > 0:
        return "over", ngettext("%(days)d day late", "%(days)d days late", late) % {"days": late}
    if late == 0:
        return "due", _("today")
    return "", f"{date_format(due, 'm-d')} {weekday(due)}"


def weekday(day: date) -> str:
    """Return the short name of the day of the week; Django's Chinese one is the long one."""
    return date_format(day, "D").replace("星期", "周")


def filters(user: User, study: Study, lines: list[Line]) -> list[dict[str, object]]:
    """Return the quick filters with their counts: those of the person's work, and those that have any."""
    counts = {name: sum(line.filter == name for line in lines) for name in FILTERS}
    enters = access.sites_for(user, "enter_data").filter(study=study).exists()
    shown = [name for name in FILTERS if counts[name] or (enters and name in ENTERING)]
    return [{"name": name, "label": FILTERS[name], "count": counts[name]} for name in shown]


def grouped(lines: list[Line], sort: str) -> list[Group]:
    """Return the lines under their headings; sorted by due date nobody's waiting comes first."""
    today = timezone.localdate()
    week = today + timedelta(days=7)
    waits: Callable[[Line], bool] = lambda line: sort != "due" and line.someone_waits  # noqa: E731
    heads: list[tuple[str, Callable[[Line], bool]]] = [
        (_("Someone waits"), waits),
        (_("Today"), lambda line: line.work.due is None or line.work.due <= today),
        (_("This week"), lambda line: line.work.due is not None and line.work.due <= week),
        (_("Later"), lambda line: True),
    ]
    left = sorted(lines, key=lambda line: line.work.due or today)
    groups = []
    for name, belongs in heads:
        taken = [line for line in left if belongs(line)]
        left = [line for line in left if not belongs(line)]
        groups.append(Group(name, taken, taken))
    return [group for group in groups if group.lines]


def page_of(groups: list[Group], asked: str | None) -> tuple[Page[tuple[int, Line]], list[Group]]:
    """Return a page of the lines, and the groups that have any of them there."""
    lines = [(place, line) for place, group in enumerate(groups) for line in group.lines]
    page = Paginator(lines, PAGE_SIZE).get_page(asked)
    shown: dict[int, list[Line]] = {}
    for place, line in page.object_list:
        shown.setdefault(place, []).append(line)
    return page, [replace(groups[place], shown=found) for place, found in shown.items()]


def duration(works: list[OwedWork]) -> str:
    """Return the estimated time of the work in hours and minutes."""
    hours, minutes = divmod(sum(work.minutes for work in works), 60)
    if not hours:
        return _("%(minutes)d min") % {"minutes": minutes}
    return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": minutes}
