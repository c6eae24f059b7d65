"""Serious adverse events as an actor may see them: cases, clocks, what the form says, and what is owed.

Everything is read of completed forms alone, so that nothing of a sealed pass is told.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from edc import access
from edc.extensions import OwedWork
from edc.models import (
    INDEPENDENT,
    FormInstance,
    SafetyCase,
    SafetyDecision,
    SafetyReport,
    Site,
    Study,
    Subject,
    User,
)
from edc.rules.subject_values import item_path
from edc.safety.serious import asked_items, serious_item, serious_rows

State = SafetyCase.State
# Who reports, who decides as the committee, and who follows a case until it is closed.
REPORTING = ("enter_data", "sign_form")
DECIDING = ("sign_form", "review_scores")
FOLLOWING = ("raise_query",)
SOON = timedelta(days=3)
MOST = 200


def cases_visible_to(actor: User | None, study: Study | None = None) -> QuerySet[SafetyCase]:
    """Return the cases of the actor's sites; `decided` says that the committee decided on the last report."""
    found = SafetyCase.objects.filter(subject__site__in=access.sites_for(actor, "view_data"))
    if study is not None:
        found = found.filter(study=study)
    later = SafetyReport.objects.filter(case=OuterRef("report__case"), number__gt=OuterRef("report__number"))
    decided = SafetyDecision.objects.filter(~Exists(later), report__case=OuterRef("pk"))
    found = found.annotate(decided=Exists(decided))
    return found.select_related("study", "subject__site", "form__event", "form__design_version").defer(
        "form__design_version__content"
    )


def waiting() -> Q:
    """Return the condition on visible cases that a report waits for the committee."""
    return Q(state=State.REPORTED, decided=False)


def overdue() -> Q:
    return Q(due_at__lt=timezone.now())


def serious_keys(form: FormInstance) -> frozenset[str]:
    """Return the rows of a completed form that say serious; none of a form under way."""
    if form.status not in FormInstance.FINAL:
        return frozenset()
    values = {row.path: row.value for row in form.values.all()}
    return serious_rows(form.design_version.design.form(form.form_oid), values)


def event_form(subject: Subject) -> FormInstance | None:
    """Return the subject's first form that can say that an event is serious; its items are what is asked."""
    return next(iter(_event_forms(subject)), None)


def serious_events(subject: Subject) -> list[tuple[FormInstance, str]]:
    """Return every event that the subject's completed forms call serious, as form and row."""
    return [(form, key) for form in _event_forms(subject) for key in sorted(serious_keys(form))]


def _event_forms(subject: Subject) -> list[FormInstance]:
    forms = subject.forms.select_related("event", "design_version", "subject").order_by(
        "event__ordinal", "event__repeat_key", "ordinal", "repeat_key", "pk"
    )
    return [each for each in forms if serious_item(each.design_version.design.form(each.form_oid))]


def untied_cases(subject: Subject) -> QuerySet[SafetyCase]:
    """Return the subject's running cases that were opened by hand and of which no form tells yet."""
    return subject.safety_cases.filter(row_key=None, state__in=(State.OPEN, State.REPORTED))


def known_by_form(form: FormInstance) -> datetime:
    """Return when the site knew at the latest: its first record of the form was sealed."""
    sealed = form.observations.filter(stream__in=INDEPENDENT).order_by("sealed_at").first()
    return sealed.sealed_at if sealed else timezone.now()


def proposals(case: SafetyCase) -> dict[str, str | list[str]]:
    """Return by item name what the completed form of adverse events says of the event, as it was entered.

    Nothing where nobody said yet which event of a form the case is.
    """
    form = case.form
    if case.row_key is None or form.status not in FormInstance.FINAL:
        return {}
    rows = {row.path: row for row in form.values.all()}
    found: dict[str, str | list[str]] = {}
    definition = form.design_version.design.form(form.form_oid)
    for item in asked_items(definition):
        repeats = definition.group_of[item.name].repeating
        row = rows.get(item_path(item.oid, case.row_key if repeats else None))
        if row is not None and row.value not in (None, "", []):
            found[item.name] = sorted(row.value) if isinstance(row.value, list) else row.raw or str(row.value)
    return found


def clock_words(due: datetime | None, now: datetime) -> tuple[str, str]:
    """Return shape and words of a deadline: how long it is still, or since when it is over."""
    if due is None:
        return "", ""
    moment = date_format(timezone.localtime(due), "m-d H:i")
    if due < now:
        return "over", _("overdue since %(moment)s") % {"moment": moment}
    hours = int((due - now).total_seconds() // 3600)
    if hours < 48:
        return "due", _("until %(moment)s, %(hours)d h left") % {"moment": moment, "hours": hours}
    return ("due" if due - now < SOON else ""), _("until %(moment)s") % {"moment": moment}


def owed_safety(actor: User, study: Study, site: Site | None) -> Iterator[OwedWork]:
    """Yield the reports and decisions that the person owes, and to who follows cases what is overdue."""
    now = timezone.now()
    cases = cases_visible_to(actor, study).exclude(state__in=(State.CLOSED, State.WITHDRAWN))
    cases = cases.filter(subject__site=site) if site else cases
    soon = Q(due_at__lt=now + SOON)
    found = list(cases.filter(soon | waiting()).order_by("due_at", "pk")[:MOST])
    if not found:
        return
    reporting, deciding, following = (
        set(access.sites_for(actor, *names).filter(study=study).values_list("pk", flat=True))
        for names in (REPORTING, DECIDING, FOLLOWING)
    )
    undecided = set(cases.filter(waiting()).values_list("pk", flat=True))
    own = set(SafetyReport.objects.filter(case__in=found, submitted_by=actor).values_list("case", flat=True))
    for case in found:
        place = case.subject.site_id
        if case.due_at is not None and case.due_at < now + SOON:
            if place in reporting:
                yield _work(case, clock_words(case.due_at, now)[1], 15, _("Report it"))
            elif place in following and case.due_at < now:
                yield _work(case, clock_words(case.due_at, now)[1], 2, _("Remind"))
        if case.pk in undecided - own and place in deciding:
            yield _work(case, _("The committee's decision is owed"), 10, _("Decide on it"))


def _work(case: SafetyCase, blocks: str, minutes: int, action: str) -> OwedWork:
    return OwedWork(
        kind="safety",
        title=str(case),
        subject_key=case.subject.subject_key,
        event_name="",
        blocks=blocks,
        due=timezone.localdate(case.due_at) if case.due_at else timezone.localdate(),
        minutes=minutes,
        url=reverse("safety-case", args=[case.pk]),
        action=action,
    )
