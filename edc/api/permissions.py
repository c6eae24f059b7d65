"""What a token may do at all, before the rights of its owner are asked."""

from django.utils.translation import gettext_lazy as _
from django.views import View
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from edc.errors import TRAINING_REQUIRED, DutyFirst
from edc.models import ApiToken
from edc.selectors.training import is_shut_out

Scope = ApiToken.Scope
WRITING = frozenset(Scope.values) - {Scope.READ}


class TokenMayWrite(BasePermission):
    """A token that was given for reading writes nothing; without a token the session decides."""

    def has_permission(self, request: Request, view: View) -> bool:
        if request.method in SAFE_METHODS or not isinstance(request.auth, ApiToken):
            return True
        return bool(WRITING & set(request.auth.scopes))


class RolesInForce(BasePermission):
    """A program whose owner's roles all wait for training is told so, instead of being shown empty lists."""

    def has_permission(self, request: Request, view: View) -> bool:
        if isinstance(request.auth, ApiToken) and is_shut_out(request.user):
            message = _(
                "The roles of the token's owner wait for a training: the person reads it at the page."
            )
            raise DutyFirst(message, code=TRAINING_REQUIRED)
        return True


class SessionOnly(BasePermission):
    """Tokens are handed out and ended by a person at the page, never by another token."""

    def has_permission(self, request: Request, view: View) -> bool:
        return not isinstance(request.auth, ApiToken)


class SignerInPerson(SessionOnly):
    """A signature is a person's act at a session: a token cannot prove who holds it."""

    message = _("A token signs nothing. Log in: a signature needs your session and your password again.")
    code = "signature_in_person"

    def has_permission(self, request: Request, view: View) -> bool:
        return request.method in SAFE_METHODS or super().has_permission(request, view)


class TokenMayCheck(BasePermission):
    """A token reviews only where it was given for checking; seeing the data does not make it a reviewer."""

    def has_permission(self, request: Request, view: View) -> bool:
        if request.method in SAFE_METHODS or not isinstance(request.auth, ApiToken):
            return True
        return Scope.CHECK in request.auth.scopes
