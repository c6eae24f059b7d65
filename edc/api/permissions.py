"""What a token may do at all, before the rights of its owner are asked."""

from django.views import View
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from edc.models import ApiToken

WRITING = {ApiToken.Scope.ENTER, ApiToken.Scope.UPLOAD}


class TokenMayWrite(BasePermission):
    """A token that was given for reading writes nothing; without a token the session decides."""

    def has_permission(self, request: Request, view: View) -> bool:
        if request.method in SAFE_METHODS or not isinstance(request.auth, ApiToken):
            return True
        return bool(WRITING & set(request.auth.scopes))


class SessionOnly(BasePermission):
    """Tokens are handed out and ended by a person at the page, never by another token."""

    def has_permission(self, request: Request, view: View) -> bool:
        return not isinstance(request.auth, ApiToken)
