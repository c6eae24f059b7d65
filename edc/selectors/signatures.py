"""Signatures: those of a form, and what signing a visit or a casebook covers."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from edc import audit
from edc.models import FormInstance, Signature, SigningAct, StudyEvent, Subject


def signatures_of(form: FormInstance) -> QuerySet[Signature]:
    """Return the form's signatures, the newest first, broken ones included: a PDF shows them all."""
    return form.signatures.select_related("signer", "broken_by", "act")


def forms_to_sign(subject: Subject, event: StudyEvent | None) -> QuerySet[FormInstance]:
    """Return the completed forms of the visit, or (event None) of the casebook, in the schedule's order."""
    forms = FormInstance.objects.filter(subject=subject, status__in=FormInstance.FINAL)
    forms = forms.filter(event=event) if event else forms
    return forms.select_related("event", "design_version", "subject__site__study").order_by(
        "event__ordinal", "event__repeat_key", "ordinal", "repeat_key", "pk"
    )


def whole_hash(forms: Iterable[FormInstance]) -> str:
    """Return the hash over the forms' own hashes, each with its place."""
    return audit.digest(
        [[form.event_id, form.form_oid, form.repeat_key, form.content_sha256] for form in forms]
    )


@dataclass(frozen=True)
class Act:
    """An act of signing and whether it still holds: no form of it changed or came since."""

    act: SigningAct
    holds: bool
    broken: list[Signature]


def signing_acts(subject: Subject) -> list[Act]:
    """Return the subject's acts, the newest first, each compared with the forms as they are now."""
    acts = subject.signing_acts.select_related("signer", "event").prefetch_related(
        "signatures__form", "signatures__broken_by"
    )
    return [
        Act(
            act,
            whole_hash(forms_to_sign(subject, act.event)) == act.content_sha256,
            [each for each in act.signatures.all() if each.broken_at],
        )
        for act in acts
    ]
