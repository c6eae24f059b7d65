"""The caller's own tokens, and the audit trail."""

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.generics import ListAPIView
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from edc import selectors
from edc.api.idempotency import IdempotentWrites
from edc.api.listing import FilteredList
from edc.api.permissions import SessionOnly
from edc.api.serializers.people import (
    AuditEventSerializer,
    AuditFilters,
    IssuedTokenSerializer,
    IssueTokenRequest,
    TokenSerializer,
)
from edc.models import ApiToken, AuditEvent, Site, User
from edc.services.people import issue_token, revoke_token


class Tokens(IdempotentWrites, ListAPIView):
    """GET the caller's own tokens; POST to make one, whose text is shown this once. Sessions only."""

    permission_classes = [IsAuthenticated, SessionOnly]
    serializer_class = TokenSerializer

    def get_queryset(self) -> QuerySet[ApiToken]:
        return self.request.user.api_tokens.select_related("site")

    @extend_schema(request=IssueTokenRequest, responses={201: IssuedTokenSerializer})
    def post(self, request: Request) -> Response:
        body = IssueTokenRequest(data=request.data)
        body.is_valid(raise_exception=True)
        wanted = body.validated_data
        token, text = issue_token(
            user=request.user,
            name=wanted["name"],
            scopes=wanted["scopes"],
            site=_site(request.user, wanted.get("study"), wanted.get("site")),
            days=wanted["days"],
            actor=request.user,
        )
        token.token = text
        return Response(IssuedTokenSerializer(token).data, status=status.HTTP_201_CREATED)

    def kept_answer(self, data: object) -> object:
        return {**data, "token": None} if isinstance(data, dict) and "token" in data else data


def _site(user: User, study: str | None, site: str | None) -> Site | None:
    if not study and not site:
        return None
    if not study or not site:
        raise ValidationError(
            {"site" if study else "study": [_("Send study and site together, or neither.")]}
        )
    places = user.memberships.filter(active=True, study__oid=study)
    studies = Site.objects.filter(study__in=places.values("study"))
    return get_object_or_404(studies, oid=site, study__oid=study)


class TokenDetail(IdempotentWrites, APIView):
    """DELETE revokes one of the caller's own tokens at once; the row stays for the record."""

    permission_classes = [IsAuthenticated, SessionOnly]

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        token = get_object_or_404(request.user.api_tokens, pk=pk)
        revoke_token(token=token, actor=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class AuditTrail(FilteredList):
    """Every change in the studies whose audit trail the caller may read; open forms' values are withheld."""

    serializer_class = AuditEventSerializer
    filters = AuditFilters

    def get_queryset(self) -> QuerySet[AuditEvent]:
        return selectors.audit_visible_to(self.request.user)
