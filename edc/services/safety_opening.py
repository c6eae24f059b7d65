"""Serious adverse events known before their form says so: opened by hand, tied to the form, and reminded of.

Like every report these are a duty that no freeze or lock stops, and they change nothing of a form.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from edc import audit
from edc.errors import InvalidInput, NotNow
from edc.models import FormInstance, Notification, SafetyCase, Subject, User
from edc.selectors.safety_cases import FOLLOWING, REPORTING, event_form, known_by_form, serious_events
from edc.services.moves import move
from edc.services.reasons import required_text
from edc.services.safety_tell import make_case, require_any, tell

State = SafetyCase.State
Kind = Notification.Kind
# How long before a deadline who reports and who follows the case are reminded of it.
BEFORE_FIRST = timedelta(hours=8)
BEFORE_FOLLOW_UP = timedelta(hours=36)


@transaction.atomic
def open_case(*, subject: Subject, aware_at: datetime, actor: User) -> SafetyCase:
    """Open a case before the form of adverse events is complete; its clock begins when the site knew.

    Raises NotNow where the subject has no form of adverse events, whose items the report asks.
    """
    require_any(actor, subject.site, *REPORTING)
    if aware_at > timezone.now():
        message = {"aware_at": _("The time cannot lie in the future.")}
        raise InvalidInput(_("Some fields need correction."), fields=message)
    form = event_form(subject)
    if form is None:
        raise NotNow(_("Add a form of adverse events to a visit of the subject first."))
    return make_case(form, None, aware_at, actor)


@transaction.atomic
def tie_case(
    *, case: SafetyCase, form: FormInstance, row_key: str, actor: User, reason: str = ""
) -> SafetyCase:
    """Say which event of a completed form a case opened by hand is about; its clock stays as it is.

    A case that the form opened meanwhile for the same event ends, unless it was reported on already. A case
    that was tied to the wrong event is tied anew with a reason; the event let go gets a case of its own.
    """
    require_any(actor, case.subject.site, *REPORTING, *FOLLOWING)
    held = SafetyCase.objects.select_for_update(of=("self",)).select_related("subject", "study", "form")
    case = held.get(pk=case.pk)
    if not case.by_hand or case.state not in (State.OPEN, State.REPORTED):
        raise NotNow(_("Only a running case that was opened by hand is tied to an event."))
    serious = {(each.pk, key) for each, key in serious_events(case.subject)}
    let_go = (case.form, case.row_key)
    if case.row_key is not None:
        reason = required_text(reason, field="reason")
    if (form.pk, row_key) not in serious - {(case.form_id, case.row_key)}:
        message = {"event": _("Choose an event that the form calls serious.")}
        raise InvalidInput(_("Some fields need correction."), fields=message)
    twin = held.filter(form=form, row_key=row_key).first()
    if twin is not None:
        _end_twin(twin, case, actor)
    _tie(case, form, row_key, actor, reason)
    if (let_go[0].pk, let_go[1]) in serious:
        make_case(*let_go, known_by_form(let_go[0]), actor)
    return case


def _end_twin(twin: SafetyCase, case: SafetyCase, actor: User) -> None:
    if twin.by_hand or twin.reports.exists() or twin.state != State.OPEN:
        raise NotNow(_("This event is reported as %(case)s already.") % {"case": twin})
    reason = _("Reported as %(case)s") % {"case": case}
    twin.row_key = None
    twin.save(update_fields=["row_key"])
    move(twin, State.WITHDRAWN, due_at=None, closed_reason=reason)
    audit.record(
        actor=actor, action="safety_case.withdrawn", target=twin, before=State.OPEN, after=twin.state,
        reason=reason,
    )  # fmt: skip


def _tie(case: SafetyCase, form: FormInstance, row_key: str, actor: User, reason: str) -> None:
    before = {"form": case.form.form_oid, "row": case.row_key} if case.row_key is not None else None
    case.form, case.row_key = form, row_key
    case.save(update_fields=["form", "row_key"])
    after = {"form": form.form_oid, "row": row_key}
    audit.record(
        actor=actor, action="safety_case.tied", target=case, before=before, after=after, reason=reason
    )


def remind_of_deadlines(*, actor: User, now: datetime | None = None) -> int:
    """Tell who reports and who follows of each report that falls due soon, once a deadline; return how many.

    A first report within the day is reminded of hours before, a follow-up the day before.
    """
    now = now or timezone.now()
    soon = Q(state=State.OPEN, due_at__lte=now + BEFORE_FIRST) | Q(
        state=State.REPORTED, due_at__lte=now + BEFORE_FOLLOW_UP
    )
    cases = SafetyCase.objects.filter(soon, due_at__gt=now).exclude(reminded_due_at=F("due_at"))
    return sum(_remind(pk, actor) for pk in cases.order_by("due_at").values_list("pk", flat=True))


@transaction.atomic
def _remind(pk: int, actor: User) -> bool:
    held = SafetyCase.objects.select_for_update(of=("self",)).select_related("subject__site", "study")
    case = held.get(pk=pk)
    if case.due_at is None or case.reminded_due_at == case.due_at:
        return False
    case.reminded_due_at = case.due_at
    case.save(update_fields=["reminded_due_at"])
    tell(case, Kind.SAE_DUE, *REPORTING, *FOLLOWING)
    after = {"due_at": case.due_at.isoformat()}
    audit.record(actor=actor, action="safety_case.reminded", target=case, after=after)
    return True
