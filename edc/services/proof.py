"""The proof that a person gives again for an act that matters: a signature, a statement, a training read."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from edc import audit
from edc.errors import InvalidInput, NotNow
from edc.models import AuditEvent, User
from edc.services.second_factors import proves_identity

FAILURES, PAUSE = 5, timedelta(minutes=15)
REFUSED = "signature.refused"


@dataclass(frozen=True)
class Proof:
    """What a person offers as proof of being it: a secret typed now, or one that the caller has just seen."""

    secret: str = ""
    confirmed: bool = False


def prove(*, actor: User, proof: Proof, target: models.Model, failed: str) -> None:
    """Return when the person has proved to be the actor just now; `failed` says what else was not done.

    Raises InvalidInput naming `password` for a wrong proof, which is recorded at the target, and NotNow
    after five of them within fifteen minutes, or while another person knows the password.
    """
    if actor.must_change_password:
        raise NotNow(_("Choose a password of your own before you sign: another person knows this one."))
    recent = AuditEvent.objects.filter(actor=actor, action=REFUSED, at__gt=timezone.now() - PAUSE)
    if recent.count() >= FAILURES:
        raise NotNow(_("Too many wrong passwords. Try again in 15 minutes."))
    if not proof.confirmed and not proves_identity(actor, proof.secret):
        with transaction.atomic():
            audit.record(actor=actor, action=REFUSED, target=target)
        has_password = actor.has_usable_password()
        wrong = _("The password is not right.") if has_password else _("The code is not right.")
        raise InvalidInput(failed, fields={"password": wrong})
