"""Serious adverse events: cases opened by the form, reported by the site, decided on, and closed.

See docs/users/safety.md. A report is a duty that no freeze or lock stops, and changes nothing of a form.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from edc import audit
from edc.design.items import ItemDef, Text
from edc.design.values import ItemReading, read_value
from edc.errors import Conflict, InvalidInput, NotNow
from edc.models import (
    REPORT_WITHIN,
    FormInstance,
    Notification,
    SafetyCase,
    SafetyDecision,
    SafetyReport,
    User,
)
from edc.safety.serious import CRITERIA, NEEDED, asked_items, follow_up_due, serious_item
from edc.selectors.evaluation import in_language
from edc.selectors.safety_cases import DECIDING, FOLLOWING, REPORTING, known_by_form, proposals, serious_keys
from edc.services.moves import move
from edc.services.reasons import required_text
from edc.services.safety_tell import make_case, require_any, tell

State = SafetyCase.State
Kind = Notification.Kind
LONGEST = 4000


@dataclass(frozen=True)
class Report:
    """What the site reports: raw entries by the name of their items, and the course in words.

    `number` is the report that the person saw as the next one.
    """

    number: int
    answers: Mapping[str, str | list[str]]
    narrative: str
    final: bool = False


@dataclass(frozen=True)
class Verdict:
    """What one person of the committee decides; `follow_up_by` with the action that wants another report."""

    causality: str
    expectedness: str
    action: str
    comment: str
    follow_up_by: datetime | None = None


def sync_cases(*, form: FormInstance, actor: User, first_time: bool) -> None:
    """Open a case for each event that the completed form says is serious, once, whatever channel told it.

    A case that was opened by hand is never taken for the event: only a person knows whether it is the same,
    and an event without a clock is worse than two cases of one event until they say so.
    Called by the one door for entered values, in its transaction. Nothing is ended here: where the form does
    not say serious any more a person decides.
    """
    if serious_item(form.design_version.design.form(form.form_oid)) is None:
        return
    held = {case.row_key: case for case in form.safety_cases.exclude(row_key=None)}
    keys = sorted(serious_keys(form))
    for key in keys:
        if key in held and held[key].state == State.WITHDRAWN:
            _again(held[key], actor, _("The form of adverse events says serious again."))
        elif key not in held:
            make_case(form, key, known_by_form(form) if first_time else timezone.now(), actor)


def _again(case: SafetyCase, actor: User, reason: str) -> None:
    last, before = case.reports.last(), case.state
    due = timezone.now() + REPORT_WITHIN if last is None else follow_up_due(_criteria(last), timezone.now())
    move(case, State.REPORTED if last else State.OPEN, due_at=due, closed_reason="")
    audit.record(
        actor=actor,
        action="safety_case.reopened",
        target=case,
        before=before,
        after=case.state,
        reason=reason,
    )
    if last is None:
        tell(case, Kind.SAE_OPENED, *REPORTING, *FOLLOWING)


def _criteria(report: SafetyReport) -> list[str]:
    items = report.content["items"].values()
    return next((each["value"] for each in items if each["standard"] == CRITERIA), [])


@transaction.atomic
def submit_report(*, case: SafetyCase, report: Report, actor: User) -> SafetyReport:
    """Keep what the site reports, the first time or as a follow-up; it is never changed afterwards.

    Each entry is read as its item of the form of adverse events reads it, and keeps whether it is as that
    form says. Raises InvalidInput naming every field that is wrong, Conflict where another report came first.
    """
    require_any(actor, case.subject.site, *REPORTING)
    case = _held(case)
    if case.state not in (State.OPEN, State.REPORTED):
        raise NotNow(_("This case is ended. Open it again before you report."))
    last = case.reports.last()
    number = last.number + 1 if last else 1
    if report.number != number:
        raise Conflict(_("Somebody reported on this case a moment ago. Load the page again."))
    content = _content(case, report)
    made = SafetyReport.objects.create(
        case=case, number=number, final=report.final, content=content, content_sha256=audit.digest(content),
        due_at=case.due_at, submitted_by=actor,
    )  # fmt: skip
    due = None if report.final else follow_up_due(_criteria(made), made.submitted_at)
    if case.state == State.OPEN:
        move(case, State.REPORTED, due_at=due)
    else:
        case.due_at = due
        case.save(update_fields=["due_at"])
    after = {"number": number, "final": report.final, "late": made.is_late, "content": content}
    audit.record(actor=actor, action="safety_case.reported", target=case, after=after)
    tell(case, Kind.SAE_REPORTED, *DECIDING, *FOLLOWING, but=actor)
    return made


def _content(case: SafetyCase, report: Report) -> dict[str, object]:
    design = case.form.design_version.design
    wrong: dict[str, str | Promise] = {}
    items, offered = {}, proposals(case)
    for item in asked_items(design.form(case.form.form_oid)):
        codes = design.codelist_of(item)
        read = read_value(item, report.answers.get(item.name), codelist=codes, today=timezone.localdate())
        problem = _problem(item, read)
        if problem:
            wrong[item.name] = problem
        items[item.name] = {
            "standard": item.standard,
            "raw": read.raw,
            "value": read.value,
            "origin": "form"
            if _same(read, read_value(item, offered.get(item.name), codelist=codes))
            else "typed",
        }
    try:
        narrative = required_text(report.narrative, field="narrative", at_most=LONGEST)
    except InvalidInput as fault:
        wrong |= fault.fields
        narrative = ""
    if wrong:
        raise InvalidInput(_("Some fields need correction."), fields=wrong)
    return {"items": items, "narrative": narrative}


def _same(read: ItemReading, offered: ItemReading) -> bool:
    return read.value is not None and read.value == offered.value


def _problem(item: ItemDef, read: ItemReading) -> str:
    if read.problem is not None and read.problem.level == "hard":
        return in_language(Text(read.problem.zh, read.problem.en))
    if read.value in (None, "", []) and item.standard in NEEDED:
        return _("%(label)s: the report needs it.") % {"label": in_language(item.label)}
    return ""


@transaction.atomic
def decide_report(*, report: SafetyReport, verdict: Verdict, actor: User) -> SafetyDecision:
    """Keep what one person of the committee decides on a report; nobody decides on a case they reported."""
    require_any(actor, report.case.subject.site, *DECIDING)
    case = _held(report.case)
    comment = _checked(verdict)
    if case.state != State.REPORTED or case.reports.last() != report:
        raise NotNow(_("Decide on the last report of a case that is not ended. Load the page again."))
    if case.reports.filter(submitted_by=actor).exists():
        raise NotNow(_("You reported on this case. Another person must decide."))
    if report.decisions.filter(by=actor).exists():
        raise NotNow(_("You have decided on this report already."))
    said = {name: asdict(verdict)[name] for name in ("causality", "expectedness", "action")}
    made = SafetyDecision.objects.create(report=report, by=actor, comment=comment, **said)
    if verdict.follow_up_by is not None:
        case.due_at = min(filter(None, (case.due_at, verdict.follow_up_by)))
        case.save(update_fields=["due_at"])
    due = case.due_at.isoformat() if case.due_at else None
    audit.record(
        actor=actor, action="safety_case.decided", target=case,
        after={**said, "report": report.number, "due_at": due}, reason=comment[:300],
    )  # fmt: skip
    tell(case, Kind.SAE_DECIDED, *REPORTING, *FOLLOWING, but=actor)
    return made


def _checked(verdict: Verdict) -> str:
    """Return the comment; raise InvalidInput naming every field that is wrong."""
    wrong: dict[str, str | Promise] = {}
    if verdict.causality not in SafetyDecision.Causality.values:
        wrong["causality"] = _("Choose how the event is related.")
    if verdict.expectedness not in SafetyDecision.Expectedness.values:
        wrong["expectedness"] = _("Choose expected or unexpected.")
    if verdict.action not in SafetyDecision.Action.values:
        wrong["action"] = _("Choose what follows.")
    wants = verdict.action == SafetyDecision.Action.FOLLOW_UP
    if wants and (verdict.follow_up_by is None or verdict.follow_up_by < timezone.now()):
        wrong["follow_up_by"] = _("Enter the day until which the next report is wanted, not before today.")
    elif verdict.follow_up_by is not None and not wants:
        wrong["follow_up_by"] = _("Leave the day empty, or choose that a follow-up report is wanted.")
    try:
        comment = required_text(verdict.comment, field="comment", at_most=1000)
    except InvalidInput as fault:
        wrong |= fault.fields
    if wrong:
        raise InvalidInput(_("Some fields need correction."), fields=wrong)
    return comment


@transaction.atomic
def correct_awareness(*, case: SafetyCase, aware_at: datetime, reason: str, actor: User) -> SafetyCase:
    """Say when the site knew of the event; before the first report its deadline moves with it."""
    require_any(actor, case.subject.site, *REPORTING)
    reason = required_text(reason, field="reason")
    case = _held(case)
    if case.state != State.OPEN:
        raise NotNow(_("The time of awareness is corrected before the first report."))
    if aware_at > case.opened_at:
        message = {"aware_at": _("The site knew at the latest when its form said so.")}
        raise InvalidInput(_("Some fields need correction."), fields=message)
    before = case.aware_at.isoformat()
    case.aware_at, case.due_at = aware_at, aware_at + REPORT_WITHIN
    case.save(update_fields=["aware_at", "due_at"])
    audit.record(
        actor=actor, action="safety_case.awareness_corrected", target=case, before=before,
        after=aware_at.isoformat(), reason=reason,
    )  # fmt: skip
    return case


@transaction.atomic
def close_case(*, case: SafetyCase, reason: str, actor: User) -> SafetyCase:
    """Close a case whose last report is final and decided on."""
    require_any(actor, case.subject.site, *FOLLOWING)
    reason = required_text(reason, field="reason")
    case = _held(case)
    last = case.reports.last()
    if last is None or not last.final or not last.decisions.exists():
        raise NotNow(_("A case is closed when its last report is final and the committee decided on it."))
    return _end(case, State.CLOSED, "safety_case.closed", reason, actor)


@transaction.atomic
def withdraw_case(*, case: SafetyCase, reason: str, actor: User) -> SafetyCase:
    """End a case whose event the form of adverse events does not call serious any more."""
    require_any(actor, case.subject.site, *FOLLOWING)
    reason = required_text(reason, field="reason")
    case = _held(case)
    if case.row_key in serious_keys(case.form):
        raise NotNow(_("The form of adverse events says serious. It is corrected there first."))
    return _end(case, State.WITHDRAWN, "safety_case.withdrawn", reason, actor)


@transaction.atomic
def reopen_case(*, case: SafetyCase, reason: str, actor: User) -> SafetyCase:
    """Take a closed case up again, with a follow-up report owed."""
    require_any(actor, case.subject.site, *FOLLOWING)
    reason = required_text(reason, field="reason")
    case = _held(case)
    if case.state != State.CLOSED:
        raise NotNow(_("Only a closed case can be opened again."))
    _again(case, actor, reason)
    return case


def _end(case: SafetyCase, state: str, action: str, reason: str, actor: User) -> SafetyCase:
    before = case.state
    move(case, state, due_at=None, closed_reason=reason)
    audit.record(actor=actor, action=action, target=case, before=before, after=state, reason=reason)
    return case


def _held(case: SafetyCase) -> SafetyCase:
    found = SafetyCase.objects.select_for_update(of=("self",)).select_related(
        "subject__site", "study", "form__design_version"
    )
    return found.get(pk=case.pk)
