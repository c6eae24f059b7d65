"""What is said of a completed form as a whole: verification, signatures, lock."""

from dataclasses import dataclass

from edc import access
from edc.models import FormInstance, Signature, User, Verification


@dataclass(frozen=True)
class FormMarks:
    """The verifications and signatures, newest first, and what the actor may do to the form."""

    verifications: list[Verification]
    signatures: list[Signature]
    may_correct: bool
    may_ask: bool


def form_marks(form: FormInstance, actor: User) -> FormMarks:
    """Return the marks of a completed form that the actor sees."""
    site = form.subject.site
    locked = form.status == FormInstance.Status.LOCKED
    return FormMarks(
        list(form.verifications.select_related("verifier")),
        list(form.signatures.select_related("signer")),
        may_correct=not locked and access.may(actor, "enter_data", site=site),
        may_ask=not locked and access.may(actor, "raise_query", site=site),
    )
