"""Electronic signatures on a form, a visit or a casebook, each after the signer proved to be the signer."""

from collections.abc import Sequence

from django.db import models, transaction
from django.utils.translation import gettext as _

from edc import access, audit
from edc.errors import Conflict, InvalidInput, NotNow
from edc.models import FormInstance, Signature, SigningAct, StudyEvent, Subject, User
from edc.selectors.signatures import forms_to_sign, whole_hash
from edc.services.lock import require_open
from edc.services.moves import move
from edc.services.proof import Proof, prove
from edc.services.seen import require_seen
from edc.services.statement import require_statement

UNSIGNED = (FormInstance.Status.COMPLETE, FormInstance.Status.VERIFIED)


def sign_form(
    *,
    form: FormInstance,
    actor: User,
    password: str,
    meaning: str,
    seen: str | None = None,
    confirmed: bool = False,
) -> Signature:
    """Sign the exact present content of a completed form, after re-authentication.

    The proof is the password, or the code of the authenticator app for an account without one; `confirmed`
    says that the caller has just seen another proof (a passkey, the directory) and uses it for this only.
    `seen` is the hash of the content that the person was shown; raises Conflict when it is no longer the
    form's. A wrong proof is recorded; after five within fifteen minutes signing pauses for that person.
    """
    access.require(actor, "sign_form", site=form.subject.site)
    reauthenticate(actor=actor, proof=Proof(password, confirmed), target=form)
    return _sign(form, actor, meaning, seen)


def sign_all(
    *,
    subject: Subject,
    event: StudyEvent | None,
    actor: User,
    proof: Proof,
    meaning: str,
    seen: str | None = None,
) -> SigningAct:
    """Sign every completed form of a visit, or (event None) of the casebook, that is not signed yet.

    The act carries one hash over the hashes of all its completed forms, signed earlier or now; `seen` is
    that hash as the person was shown it. Raises NotNow when nothing is left to sign.
    """
    access.require(actor, "sign_form", site=subject.site)
    reauthenticate(actor=actor, proof=proof, target=subject)
    return _sign_all(subject, event, actor, meaning, seen)


def reauthenticate(*, actor: User, proof: Proof, target: models.Model) -> None:
    """Return when the person may put a signature and has proved to be the actor just now.

    Raises DutyFirst before the statement on signatures is accepted, and what `prove` raises.
    """
    require_statement(actor)
    prove(actor=actor, proof=proof, target=target, failed=_("The form was not signed."))


@transaction.atomic
def _sign(form: FormInstance, actor: User, meaning: str, seen: str | None) -> Signature:
    _check_meaning(meaning)
    form = FormInstance.objects.select_for_update().get(pk=form.pk)
    require_seen(form, seen)
    return _put(form, actor, meaning, None)


def _check_meaning(meaning: str) -> None:
    if meaning not in Signature.Meaning.values:
        message = {"meaning": _("Choose what the signature means.")}
        raise InvalidInput(_("The form was not signed."), fields=message)


def _put(form: FormInstance, actor: User, meaning: str, act: SigningAct | None) -> Signature:
    require_open(form, asking=True)
    move(form, FormInstance.Status.SIGNED)
    signature = Signature.objects.create(
        form=form,
        signer=actor,
        signer_name=str(actor)[:120],
        role=_signing_role(form, actor),
        meaning=meaning,
        content_sha256=form.content_sha256,
        act=act,
    )
    after = {"meaning": meaning, "sha256": form.content_sha256}
    audit.record(actor=actor, action="form.signed", target=form, after=after)
    return signature


def _signing_role(form: FormInstance, actor: User) -> str:
    roles = access.roles_at(actor, study=form.subject.study, site=form.subject.site)
    return next((role for role in roles if "sign_form" in access.SITE_GRANTS[role]), "")


@transaction.atomic
def _sign_all(
    subject: Subject, event: StudyEvent | None, actor: User, meaning: str, seen: str | None
) -> SigningAct:
    _check_meaning(meaning)
    forms: Sequence[FormInstance] = list(forms_to_sign(subject, event).select_for_update(of=("self",)))
    digest = whole_hash(forms)
    if seen is not None and seen != digest:
        raise Conflict(_("A form was corrected while you read it. Load the page again and read the change."))
    left = [form for form in forms if form.status in UNSIGNED]
    if not left:
        raise NotNow(_("No completed form is left to sign here."))
    scope = SigningAct.Scope.VISIT if event else SigningAct.Scope.CASEBOOK
    act = SigningAct.objects.create(
        subject=subject, event=event, scope=scope, signer=actor, meaning=meaning, content_sha256=digest
    )
    for form in left:
        _put(form, actor, meaning, act)
    after = {"scope": scope, "meaning": meaning, "sha256": digest, "forms": len(forms)}
    audit.record(actor=actor, action=f"{scope}.signed", target=act, after=after)
    return act
