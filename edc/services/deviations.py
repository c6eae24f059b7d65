"""Deviations: noted by people, confirmed or dismissed with a reason, described, and settled.

See docs/decisions/0024-findings-become-deviations-by-decision.md.
"""

from dataclasses import asdict, dataclass, replace
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from edc import access, audit
from edc.errors import InvalidInput, NotNow
from edc.models import Deviation, StudyEvent, Subject, User
from edc.selectors.deviations import Finding, finding_of
from edc.services.lock import require_place_open
from edc.services.moves import move
from edc.services.reasons import required_text

State = Deviation.State
NOTING = ("enter_data", "raise_query", "sign_form")
DECIDING = "raise_query"
LONGEST = 1000
# How a finding is decided, and under which name the audit trail keeps it.
VERDICTS = {State.CONFIRMED: "deviation.confirmed", State.DISMISSED: "deviation.dismissed"}


@dataclass(frozen=True)
class Account:
    """What people say of a deviation; `severity`, `cause` and `correction` may still be empty."""

    occurred_on: date
    category: str
    description: str
    kind: str = Deviation.Kind.PROTOCOL
    severity: str = ""
    cause: str = ""
    correction: str = ""

    def checked(self, *, severity_needed: bool) -> "Account":
        """Return the account with its texts stripped; raise InvalidInput naming every field that is wrong."""
        wrong = {}
        if self.category not in Deviation.Category.values:
            wrong["category"] = _("Choose what the deviation is about.")
        if self.kind not in Deviation.Kind.values:
            wrong["kind"] = _("Choose protocol or GCP.")
        if self.severity not in Deviation.Severity.values and (severity_needed or self.severity):
            wrong["severity"] = _("Choose minor or major.")
        if self.occurred_on > timezone.localdate():
            wrong["occurred_on"] = _("The day cannot lie in the future.")
        if wrong:
            raise InvalidInput(_("Some fields need correction."), fields=wrong)
        return replace(
            self,
            description=required_text(self.description, field="description", at_most=LONGEST),
            cause=_optional(self.cause, "cause"),
            correction=_optional(self.correction, "correction"),
        )


def _optional(text: str, field: str) -> str:
    return required_text(text, field=field, at_most=LONGEST) if text.strip() else ""


@transaction.atomic
def note_deviation(*, subject: Subject, event: StudyEvent | None, account: Account, actor: User) -> Deviation:
    """Keep a deviation that a person saw; a data manager or monitor confirms or dismisses it."""
    _require_noting(actor, subject)
    require_place_open(subject)
    account = account.checked(severity_needed=False)
    if event is not None and event.subject_id != subject.pk:
        raise InvalidInput(
            _("Some fields need correction."), fields={"event": _("Choose a visit of this subject.")}
        )
    noted = Deviation.objects.create(
        subject=subject, event=event, source=Deviation.Source.PERSON, state=State.REPORTED, noted_by=actor,
        **asdict(account),
    )  # fmt: skip
    audit.record(actor=actor, action="deviation.noted", target=noted, after=_told(noted))
    return noted


@transaction.atomic
def decide_finding(
    *, subject: Subject, key: str, verdict: str, account: Account, reason: str, actor: User
) -> Deviation:
    """Make a deviation of what the platform found, or put on record why it is none.

    The finding is computed anew: one that the data do not show any more is refused.
    """
    access.require(actor, DECIDING, site=subject.site)
    reason = _reason(verdict, reason)
    subject = Subject.objects.select_for_update(no_key=True).get(pk=subject.pk)
    require_place_open(subject)
    found = finding_of(Subject.objects.filter(pk=subject.pk), key)
    if found is None:
        raise NotNow(_("The data do not show this any more. Load the page again."))
    if _decided(found):
        raise NotNow(_("Somebody has decided about this already. Load the page again."))
    account = account.checked(severity_needed=verdict == State.CONFIRMED)
    deviation = Deviation.objects.create(
        subject=subject, event=found.event, consent=found.consent, form=found.form, source=found.source,
        state=verdict, facts=found.facts, noted_by=actor, decided_by=actor, decided_at=timezone.now(),
        decision=reason, **asdict(account),
    )  # fmt: skip
    audit.record(
        actor=actor, action=VERDICTS[State(verdict)], target=deviation, after=_told(deviation), reason=reason
    )
    return deviation


def _decided(found: Finding) -> bool:
    rows = Deviation.objects.filter(subject=found.subject, source=found.source)
    return rows.filter(event=found.event, consent=found.consent, form=found.form).exists()


@transaction.atomic
def decide_deviation(
    *, deviation: Deviation, verdict: str, severity: str, reason: str, actor: User
) -> Deviation:
    """Confirm a deviation with its severity, or dismiss it; both with a reason, and both can be turned."""
    access.require(actor, DECIDING, site=deviation.subject.site)
    reason = _reason(verdict, reason)
    deviation = _held(deviation)
    before = _told(deviation)
    severity = severity or deviation.severity
    if verdict == State.CONFIRMED and severity not in Deviation.Severity.values:
        message = {"severity": _("Choose minor or major.")}
        raise InvalidInput(_("Some fields need correction."), fields=message)
    move(deviation, verdict, severity=severity, decision=reason, decided_by=actor, decided_at=timezone.now())
    audit.record(
        actor=actor, action=VERDICTS[State(verdict)], target=deviation, before=before,
        after=_told(deviation), reason=reason,
    )  # fmt: skip
    return deviation


@transaction.atomic
def describe_deviation(*, deviation: Deviation, account: Account, reason: str, actor: User) -> Deviation:
    """Change what is said of a deviation that is not settled; the audit trail keeps what was said before."""
    _require_noting(actor, deviation.subject)
    reason = required_text(reason, field="reason")
    deviation = _held(deviation)
    if deviation.state not in (State.REPORTED, State.CONFIRMED):
        raise NotNow(_("Only a reported or confirmed deviation can be described anew."))
    if not access.may(actor, DECIDING, site=deviation.subject.site):
        account = replace(account, severity=deviation.severity)
    account = account.checked(severity_needed=deviation.state == State.CONFIRMED)
    before = _told(deviation)
    for name, value in asdict(account).items():
        setattr(deviation, name, value)
    deviation.save(update_fields=list(asdict(account)))
    audit.record(
        actor=actor, action="deviation.described", target=deviation, before=before,
        after=_told(deviation), reason=reason,
    )  # fmt: skip
    return deviation


@transaction.atomic
def settle_deviation(*, deviation: Deviation, correction: str, actor: User) -> Deviation:
    """Close a confirmed deviation with what was done about it."""
    access.require(actor, DECIDING, site=deviation.subject.site)
    correction = required_text(correction, field="correction", at_most=LONGEST)
    deviation = _held(deviation)
    before = _told(deviation)
    move(deviation, State.CLOSED, correction=correction)
    audit.record(
        actor=actor, action="deviation.settled", target=deviation, before=before, after=_told(deviation)
    )
    return deviation


def _held(deviation: Deviation) -> Deviation:
    found = Deviation.objects.select_for_update(of=("self",)).select_related("subject__site")
    deviation = found.get(pk=deviation.pk)
    require_place_open(deviation.subject)
    return deviation


def _reason(verdict: str, reason: str) -> str:
    if verdict not in VERDICTS:
        message = {"verdict": _("Choose whether this is a deviation.")}
        raise InvalidInput(_("Some fields need correction."), fields=message)
    return required_text(reason, field="reason")


def _require_noting(actor: User, subject: Subject) -> None:
    if not any(access.may(actor, name, site=subject.site) for name in NOTING):
        raise PermissionDenied(NOTING[0])


def _told(deviation: Deviation) -> dict[str, str]:
    names = ("state", "kind", "severity", "category", "description", "cause", "correction")
    return {name: str(getattr(deviation, name)) for name in names} | {
        "source": deviation.source,
        "occurred_on": deviation.occurred_on.isoformat(),
    }
