"""Disagreements for who resolves them."""

from django.db.models import BooleanField, ExpressionWrapper, QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from edc import selectors
from edc.api.idempotency import IdempotentWrites
from edc.api.listing import FilteredList
from edc.api.serializers.reconciliation import (
    DisagreementFilters,
    DisagreementSerializer,
    ResolutionSerializer,
    ResolveRequest,
)
from edc.models import Disagreement
from edc.selectors.differences import OPEN
from edc.services.reconcile import resolve_disagreement
from edc.services.views import PASSES, named, record_list_view


class Disagreements(FilteredList):
    """The items that two passes hold differently, with both values."""

    serializer_class = DisagreementSerializer
    filters = DisagreementFilters

    def get_queryset(self) -> QuerySet[Disagreement]:
        disagreements = selectors.disagreements_visible_to(self.request.user)
        return disagreements.annotate(is_open=ExpressionWrapper(OPEN, BooleanField()))

    def paginate_queryset(self, queryset: QuerySet[Disagreement]) -> list[Disagreement]:
        """Return the page; that it was seen is in the audit trail."""
        page = list(super().paginate_queryset(queryset))
        record_list_view(shown=named(each.form for each in page), action=PASSES, actor=self.request.user)
        return page


class DisagreementResolution(IdempotentWrites, APIView):
    """POST to name the value that holds, with the reason; the last one of a form completes it."""

    @extend_schema(request=ResolveRequest, responses={201: ResolutionSerializer})
    def post(self, request: Request, pk: int) -> Response:
        disagreement = get_object_or_404(selectors.disagreements_visible_to(request.user), pk=pk)
        body = ResolveRequest(data=request.data)
        body.is_valid(raise_exception=True)
        resolution = resolve_disagreement(
            disagreement=disagreement, actor=request.user, **body.validated_data
        )
        return Response(ResolutionSerializer(resolution).data, status=status.HTTP_201_CREATED)
