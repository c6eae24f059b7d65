"""What subjects consent to and withdraw; what was noted by mistake is taken back with a reason."""

from dataclasses import dataclass
from datetime import date, time

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from edc import access, audit
from edc.errors import InvalidInput, NotNow
from edc.models import Consent, ConsentVersion, ConsentWithdrawal, Departure, FormInstance, Subject, User
from edc.selectors.consents import IN_STUDY, signable
from edc.selectors.holds import on_subject, strongest
from edc.services.consent.period import ask_about_consent
from edc.services.departure import Leaving, end_participation
from edc.services.lock import require_place_open
from edc.services.reasons import required_text

SCOPES = ("further_data", "use_of_data", "specimens")


@dataclass(frozen=True)
class Given:
    """How a consent was given; `signed_on` only where no consent form of the design holds the day."""

    explained_by: str
    signed_time: time | None = None
    signed_on: date | None = None


@dataclass(frozen=True)
class Withdrawn:
    """From which day a subject withdrew the consent, and to what."""

    withdrawn_on: date
    further_data: bool = False
    use_of_data: bool = False
    specimens: bool = False


@transaction.atomic
def record_consent(*, subject: Subject, version: ConsentVersion, given: Given, actor: User) -> Consent:
    """Keep that a subject signed a version, tied to the consent form that holds the day of the signature.

    That is the first consent form without a consent. For one that is given again the day is asked here,
    because rules on the consent's day would read another copy of the form. Raises InvalidInput naming the
    field.
    """
    access.require(actor, "enter_data", site=subject.site)
    subject = _held(subject)
    if not signable(subject.site).filter(pk=version.pk).exists():
        raise _wrong(version=_("Choose a version that is in effect at the site."))
    explained_by = required_text(given.explained_by, field="explained_by", at_most=80)
    form = form_for_consent(subject)
    if form is None:
        _check_day(given.signed_on, "signed_on")
    made = Consent.objects.create(
        subject=subject, version=version, form=form, signed_on=None if form else given.signed_on,
        signed_time=given.signed_time, explained_by=explained_by, noted_by=actor,
    )  # fmt: skip
    audit.record(actor=actor, action="consent.recorded", target=made, after=_told(made))
    ask_about_consent(subject=subject)
    return made


def consent_forms(subject: Subject) -> list[FormInstance]:
    """Return the subject's consent forms in the order of the schedule."""
    design = subject.design_version.design
    oid = design.form_of_item(design.consent_item).oid
    found = subject.forms.filter(form_oid=oid).order_by("event__ordinal", "event__repeat_key", "repeat_key")
    return list(found.select_related("event"))


def form_for_consent(subject: Subject) -> FormInstance | None:
    """Return the first consent form to which no consent is tied."""
    taken = set(Consent.objects.filter(subject=subject, taken_back_at=None).values_list("form", flat=True))
    return next((form for form in consent_forms(subject) if form.pk not in taken), None)


@transaction.atomic
def take_back_consent(*, consent: Consent, reason: str, actor: User) -> Consent:
    """Undo a record that was made by mistake; it stays with its reason, and the scans with it."""
    access.require(actor, "enter_data", site=consent.subject.site)
    reason = required_text(reason, field="reason")
    subject = _held(consent.subject)
    held = Consent.objects.select_for_update(of=("self",)).select_related("version").get(pk=consent.pk)
    if held.taken_back_at:
        raise NotNow(_("It has been taken back already."))
    held.taken_back_at, held.taken_back_reason = timezone.now(), reason
    held.save(update_fields=["taken_back_at", "taken_back_reason"])
    audit.record(actor=actor, action="consent.taken_back", target=held, before=_told(held), reason=reason)
    ask_about_consent(subject=subject)
    return held


@transaction.atomic
def withdraw_consent(
    *, subject: Subject, withdrawn: Withdrawn, reason: str, actor: User
) -> ConsentWithdrawal:
    """Keep what a subject withdrew the consent to; without further data the participation ends that day.

    Nothing is deleted: later visits are asked about, the specimens are to be destroyed, and the data stay
    out of every later snapshot where their use was withdrawn. A withdrawal holds also where the data are
    frozen or locked; the participation then ends on its own once that is lifted.
    """
    access.require(actor, "enrol_subject", site=subject.site)
    reason = required_text(reason, field="reason")
    _check_day(withdrawn.withdrawn_on, "withdrawn_on")
    scopes = {name: bool(getattr(withdrawn, name)) for name in SCOPES}
    if not any(scopes.values()):
        raise _wrong(scope=_("Choose at least one thing to which the consent is withdrawn."))
    subject = _locked(subject)
    made = ConsentWithdrawal.objects.create(
        subject=subject, withdrawn_on=withdrawn.withdrawn_on, reason=reason, noted_by=actor, **scopes
    )
    after = {**scopes, "withdrawn_on": withdrawn.withdrawn_on.isoformat()}
    audit.record(actor=actor, action="consent.withdrawn", target=made, after=after, reason=reason)
    in_study = subject.status in IN_STUDY
    if withdrawn.further_data and in_study and strongest(on_subject(subject)) is None:
        leaving = Leaving(Departure.How.CONSENT, withdrawn.withdrawn_on)
        end_participation(subject=subject, leaving=leaving, reason=reason, actor=actor)
    ask_about_consent(subject=subject)
    return made


@transaction.atomic
def take_back_withdrawal(*, withdrawal: ConsentWithdrawal, reason: str, actor: User) -> ConsentWithdrawal:
    """Undo a withdrawal that was noted by mistake, also where the data are frozen or locked.

    That the subject left is taken back on its own.
    """
    access.require(actor, "enrol_subject", site=withdrawal.subject.site)
    reason = required_text(reason, field="reason")
    subject = _locked(withdrawal.subject)
    held = ConsentWithdrawal.objects.select_for_update().get(pk=withdrawal.pk)
    if held.taken_back_at:
        raise NotNow(_("It has been taken back already."))
    held.taken_back_at, held.taken_back_reason = timezone.now(), reason
    held.save(update_fields=["taken_back_at", "taken_back_reason"])
    before = {"withdrawn_on": held.withdrawn_on.isoformat()}
    audit.record(
        actor=actor, action="consent.withdrawal_taken_back", target=held, before=before, reason=reason
    )
    ask_about_consent(subject=subject)
    return held


def _held(subject: Subject) -> Subject:
    subject = _locked(subject)
    require_place_open(subject)
    return subject


def _locked(subject: Subject) -> Subject:
    held = Subject.objects.select_for_update(of=("self",), no_key=True).select_related(
        "site__study", "design_version"
    )
    return held.get(pk=subject.pk)


def _check_day(day: date | None, field: str) -> None:
    if day is None:
        raise _wrong(**{field: _("Enter a day, such as 2026-11-21.")})
    if day > timezone.localdate():
        raise _wrong(**{field: _("The day cannot lie in the future.")})


def _told(consent: Consent) -> dict[str, object]:
    return {
        "version": consent.version.label,
        "language": consent.version.language,
        "form": str(consent.form) if consent.form else None,
        "signed_on": consent.signed_on.isoformat() if consent.signed_on else None,
        "signed_time": consent.signed_time.isoformat("minutes") if consent.signed_time else None,
        "explained_by": consent.explained_by,
    }


def _wrong(**fields: str) -> InvalidInput:
    return InvalidInput(_("Some fields need correction."), fields=fields)
