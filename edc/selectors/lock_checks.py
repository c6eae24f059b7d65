"""What stands in the way of a lock, counted from the data: each count opens what it counts."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from edc import extensions
from edc.models import Draft, FormInstance, Level, Query, Signature, Study
from edc.selectors import subject_counts
from edc.selectors.owed import LEFT, reached
from edc.selectors.query_list import OPEN_STATES

Status = FormInstance.Status
Counts = dict[object, int]


@dataclass(frozen=True)
class LockCheck:
    """One line of the checklist: `count` forms or queries stand in the way; `at_form` already of one form."""

    key: str
    label: str
    count: int
    url: str
    at_form: bool


@dataclass(frozen=True)
class _Kind:
    label: Promise
    count: Callable[[QuerySet[FormInstance], str], Counts]
    url_name: str
    asked: dict[str, str]
    at_form: bool = True


def _forms(condition: Q) -> Callable[[QuerySet[FormInstance], str], Counts]:
    def count(forms: QuerySet[FormInstance], group: str) -> Counts:
        return dict(
            forms.filter(condition).order_by().values_list(group).annotate(Count("pk", distinct=True))
        )

    return count


def _queries(forms: QuerySet[FormInstance], group: str) -> Counts:
    found = Query.objects.filter(form__in=forms, state__in=OPEN_STATES).order_by()
    name = "form" if group == "pk" else f"form__{group}"
    return dict(found.values_list(name).annotate(Count("pk")))


def _drafts(forms: QuerySet[FormInstance], group: str) -> Counts:
    return _forms(Q(Exists(Draft.objects.filter(form=OuterRef("pk")))))(forms, group)


def _unsigned(forms: QuerySet[FormInstance], group: str) -> Counts:
    held = Signature.objects.filter(form=OuterRef("pk"), broken_at__isnull=True)
    return _forms(Q(status__in=FormInstance.FINAL) & ~Q(Exists(held)))(forms, group)


def _unfinished(forms: QuerySet[FormInstance], group: str) -> Counts:
    open_forms = Q(mandatory=True, status__in=(Status.TO_DO, Status.FIRST_SEALED)) & reached()
    return _forms(open_forms)(forms, group)


KINDS: dict[str, _Kind] = {
    "queries": _Kind(_("Queries not settled"), _queries, "queries", {"state": "unsettled"}),
    "unfinished": _Kind(_("Forms not entered"), _unfinished, "forms", {"show": "open"}),
    "drafts": _Kind(_("Drafts"), _drafts, "forms", {"show": "draft"}),
    "disagreements": _Kind(
        _("Disagreements"), _forms(Q(status=Status.DISAGREEMENT)), "forms", {"show": "disagreement"}
    ),
    "verification": _Kind(
        _("Forms with items to verify"), _forms(Q(verification_due__left__gt=0)), "verification",
        {"show": "due"}, at_form=False,
    ),
    "signatures": _Kind(_("Forms not signed"), _unsigned, "forms", {"show": "unsigned"}, at_form=False),
}  # fmt: skip
# The names under which the database keeps their numbers.
KEPT_AS = {
    "queries": tuple(f"queries_{state}" for state in OPEN_STATES),
    "unfinished": ("unfinished",),
    "drafts": ("drafts",),
    "disagreements": ("disagreement",),
    "verification": ("forms_left",),
    "signatures": ("unsigned",),
}
# How a place is named in the filters of the lists.
GROUPS = {Level.SITE: "subject__site", Level.SUBJECT: "subject", Level.VISIT: "event", Level.FORM: "pk"}


def lock_counts(forms: QuerySet[FormInstance], level: Level) -> dict[str, Counts]:
    """Return check to place id to count, for many places of a level at once: one database query a check."""
    found = forms.exclude(subject__status__in=LEFT)
    counts = {key: kind.count(found, GROUPS[level]) for key, kind in KINDS.items()}
    for check in extensions.lock_checks():
        counts[check.key] = check.count(found, GROUPS[level])
    return counts


def lock_counts_of_sites(study: Study) -> dict[str, Counts]:
    """Return check to site id to count, for all forms of the study."""
    forms = FormInstance.objects.filter(subject__study=study)
    if not subject_counts.are_kept():
        return lock_counts(forms, Level.SITE)
    names = [name for kept in KEPT_AS.values() for name in kept]
    rows = subject_counts.sums_by_site(study.sites.all(), names)
    counts: dict[str, Counts] = {
        key: {site: sum(row[name] for name in kept) for site, row in rows.items()}
        for key, kept in KEPT_AS.items()
    }
    staying = forms.exclude(subject__status__in=LEFT)
    for check in extensions.lock_checks():
        known = check.of_sites
        counts[check.key] = known(study) if known else check.count(staying, GROUPS[Level.SITE])
    return counts


def checks_of(
    counts: dict[str, Counts], place: object, asked: dict[str, str], *, level: Level
) -> list[LockCheck]:
    """Return the checklist of one place; `asked` narrows the lists that the counts open to the place."""
    narrow = level in (Level.ITEM, Level.FORM)
    lines = [
        LockCheck(key, str(kind.label), counts[key].get(place, 0), _url(kind.url_name, kind.asked | asked),
                  kind.at_form)
        for key, kind in KINDS.items()
    ]  # fmt: skip
    lines += [
        LockCheck(each.key, str(each.label), counts[each.key].get(place, 0),
                  _url(each.url_name, dict(each.asked) | asked), True)
        for each in extensions.lock_checks()
    ]  # fmt: skip
    return [line for line in lines if line.at_form or not narrow]


def _url(name: str, asked: dict[str, str]) -> str:
    return f"{reverse(name)}?{urlencode(asked)}"


def lock_checks(forms: QuerySet[FormInstance], level: Level, asked: dict[str, str]) -> list[LockCheck]:
    """Return the checklist of all these forms together; of a single form without what is asked of visits."""
    wide = {Level.STUDY: Level.SITE, Level.ITEM: Level.FORM}.get(level, level)
    return checks_together(lock_counts(forms, wide), level, asked)


def checks_together(counts: dict[str, Counts], level: Level, asked: dict[str, str]) -> list[LockCheck]:
    """Return one checklist of all places that were counted."""
    total: dict[str, Counts] = {key: {"all": sum(found.values())} for key, found in counts.items()}
    return checks_of(total, "all", asked, level=level)
