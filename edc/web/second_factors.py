"""How allauth's second factors meet the house: secrets encrypted, guesses counted, changes on record."""

import base64
from collections.abc import Callable
from functools import wraps

from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.utils.translation import gettext as _

from edc.models import User
from edc.services.second_factors import is_guessing, record_factor
from edc.services.sessions import record_refusal
from edc.web.accounts import client_of
from edc.web.request import Request


def _keys() -> MultiFernet:
    """Return the keys of the secrets, made from SECRET_KEY; former ones still open what they closed."""
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_key(each)) for each in secrets])


def _key(secret: str) -> bytes:
    made = HKDF(SHA256(), length=32, salt=None, info=b"tandem second factor").derive(secret.encode())
    return base64.urlsafe_b64encode(made)


class SecondFactorAdapter(DefaultMFAAdapter):
    def encrypt(self, text: str) -> str:
        return _keys().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _keys().decrypt(encrypted_text.encode()).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Refuse to take the last factor away from a person whose role needs one."""
        others = Authenticator.objects.exclude(pk=authenticator.pk).filter(user=authenticator.user)
        others = others.exclude(type=Authenticator.Type.RECOVERY_CODES)
        roles = settings.MFA_REQUIRED_ROLES
        held = authenticator.user.memberships.filter(active=True, role__in=roles)
        return others.exists() or not held.exists()

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return _("Passkey %(number)d") % {"number": number}

    def validation_error(self, code: str, *args: object) -> ValidationError:
        words = {
            "incorrect_code": _("The code or key is not right. Try again with a new code."),
            "cannot_delete_authenticator": _("Your role needs a second factor: add another one first."),
        }
        return ValidationError(words[code], code) if code in words else super().validation_error(code, *args)


class CodeForm(AuthenticateForm):
    """A code at the log-in; wrong ones are on record, and five within a quarter of an hour close the door."""

    def clean_code(self) -> str:
        if is_guessing(self.user):
            raise ValidationError(_("Too many attempts. Try again in 15 minutes."), "too_many")
        return super().clean_code()

    def _emit_authentication_failed(self, authenticator: Authenticator) -> None:
        record_refusal(user=self.user, client=client_of(context.request), method=authenticator.type)


class CodeAgainForm(CodeForm, ReauthenticateForm):
    """A code asked again of who is logged in, before something that matters."""

    def save(self) -> None:
        ReauthenticateForm.save(self)


def recorded(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Return allauth's view with the factors that it adds or takes away on record, in one transaction."""

    @wraps(view)
    @transaction.atomic
    def run(request: Request, *args: object, **kwargs: object) -> HttpResponse:
        before = _factors(request.user)
        answer = view(request, *args, **kwargs)
        after = _factors(request.user)
        for action, pks in (("removed", before.keys() - after), ("added", after.keys() - before)):
            for pk in sorted(pks):
                record_factor(user=request.user, action=action, kind=(before | after)[pk])
        return answer

    return run


def _factors(user: User) -> dict[int, str]:
    return dict(Authenticator.objects.filter(user_id=user.pk).values_list("pk", "type"))
