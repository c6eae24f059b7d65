"""Bearer tokens for programs: the token's scope and site narrow its owner's rights."""

import hashlib
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from edc import row_security
from edc.models import ApiToken, User
from edc.services.role_gate import keep_time

LAST_USED_GRAIN = timedelta(minutes=1)


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <token>`; an unknown, expired or revoked token is 401."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != b"bearer":
            return None
        if len(words) != 2:
            raise AuthenticationFailed(_("Send the header as: Authorization: Bearer <token>."))
        token = ApiToken.objects.select_related("user", "site").filter(
            token_sha256=hashlib.sha256(words[1]).hexdigest()
        ).first()  # fmt: skip
        now = timezone.now()
        if token is None or token.revoked_at or token.expires_at <= now or not token.user.is_active:
            raise AuthenticationFailed(_("The token is unknown, expired or revoked; ask for a new one."))
        if token.last_used_at is None or now - token.last_used_at > LAST_USED_GRAIN:
            ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
        # edc.access narrows every question about this user by the token's scopes and site.
        keep_time(token.user)
        token.user.api_token = token
        row_security.narrow_to(token.user)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="tandem"'


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = "edc.api.authentication.TokenAuthentication"
    name = "bearerToken"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}
