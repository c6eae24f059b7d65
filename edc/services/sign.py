"""Electronic signatures, given after the signer has typed the password again."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from edc import access, audit
from edc.errors import InvalidInput, NotNow
from edc.models import AuditEvent, FormInstance, Signature, User
from edc.services.lock import require_open
from edc.services.moves import move
from edc.services.second_factors import proves_identity
from edc.services.seen import require_seen

FAILURES, PAUSE = 5, timedelta(minutes=15)
REFUSED = "signature.refused"


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
    if actor.must_change_password:
        raise NotNow(_("Choose a password of your own before you sign: another person knows this one."))
    recent = AuditEvent.objects.filter(actor=actor, action=REFUSED, at__gt=timezone.now() - PAUSE)
    if recent.count() >= FAILURES:
        raise NotNow(_("Too many wrong passwords. Try again in 15 minutes."))
    if not confirmed and not proves_identity(actor, password):
        with transaction.atomic():
            audit.record(actor=actor, action=REFUSED, target=form)
        has_password = actor.has_usable_password()
        wrong = _("The password is not right.") if has_password else _("The code is not right.")
        raise InvalidInput(_("The form was not signed."), fields={"password": wrong})
    return _sign(form, actor, meaning, seen)


@transaction.atomic
def _sign(form: FormInstance, actor: User, meaning: str, seen: str | None) -> Signature:
    if meaning not in Signature.Meaning.values:
        message = {"meaning": _("Choose what the signature means.")}
        raise InvalidInput(_("The form was not signed."), fields=message)
    form = FormInstance.objects.select_for_update().get(pk=form.pk)
    require_seen(form, seen)
    require_open(form, asking=True)
    move(form, FormInstance.Status.SIGNED)
    signature = Signature.objects.create(
        form=form,
        signer=actor,
        signer_name=str(actor)[:120],
        role=_signing_role(form, actor),
        meaning=meaning,
        content_sha256=form.content_sha256,
    )
    after = {"meaning": meaning, "sha256": form.content_sha256}
    audit.record(actor=actor, action="form.signed", target=form, after=after)
    return signature


def _signing_role(form: FormInstance, actor: User) -> str:
    roles = access.roles_at(actor, study=form.subject.study, site=form.subject.site)
    return next((role for role in roles if "sign_form" in access.SITE_GRANTS[role]), "")
