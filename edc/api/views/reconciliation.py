"""Disagreements for who resolves them, and queries for who asks and answers."""

from collections.abc import Callable

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from edc import access, selectors
from edc.api.idempotency import IdempotentWrites
from edc.api.listing import FilteredList
from edc.api.serializers.reconciliation import (
    DisagreementFilters,
    DisagreementSerializer,
    QueryFilters,
    QuerySerializer,
    QueryThreadSerializer,
    QueryTurnRequest,
    RaiseQueryRequest,
    ResolutionSerializer,
    ResolveRequest,
)
from edc.models import Disagreement, Query
from edc.services.query import answer_query, raise_query
from edc.services.reconcile import resolve_disagreement


class Disagreements(FilteredList):
    """The items that two passes hold differently, with both values."""

    serializer_class = DisagreementSerializer
    filters = DisagreementFilters

    def get_queryset(self) -> QuerySet[Disagreement]:
        disagreements = selectors.disagreements_visible_to(self.request.user)
        return disagreements.select_related("form__subject", "resolution__resolver")


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


class Queries(IdempotentWrites, FilteredList):
    """GET the queries of the caller's sites; POST to raise one."""

    serializer_class = QuerySerializer
    filters = QueryFilters

    def get_queryset(self) -> QuerySet[Query]:
        return selectors.queries_visible_to(self.request.user)

    @extend_schema(request=RaiseQueryRequest, responses={201: QueryThreadSerializer})
    def post(self, request: Request) -> Response:
        access.require_somewhere(request.user, "raise_query")
        body = RaiseQueryRequest(data=request.data)
        body.is_valid(raise_exception=True)
        asked = body.validated_data
        form = get_object_or_404(selectors.forms_visible_to(request.user), pk=asked["form"])
        query = raise_query(form=form, path=asked["path"], text=asked["text"], actor=request.user)
        return Response(QueryThreadSerializer(query).data, status=status.HTTP_201_CREATED)


class QueryDetail(RetrieveAPIView):
    """One query with its thread."""

    serializer_class = QueryThreadSerializer

    def get_queryset(self) -> QuerySet[Query]:
        return selectors.queries_visible_to(self.request.user).prefetch_related("messages__author")


class QueryTurn(IdempotentWrites, APIView):
    """POST the next turn of a query's thread; `permission` is the one that the turn needs."""

    permission = "answer_query"
    turn: Callable[..., Query] = staticmethod(answer_query)

    @extend_schema(request=QueryTurnRequest, responses=QueryThreadSerializer)
    def post(self, request: Request, pk: int) -> Response:
        query = get_object_or_404(selectors.queries_visible_to(request.user), pk=pk)
        access.require(request.user, self.permission, site=query.form.subject.site)
        body = QueryTurnRequest(data=request.data)
        body.is_valid(raise_exception=True)
        query = self.turn(query=query, text=body.validated_data["text"], actor=request.user)
        return Response(QueryThreadSerializer(query).data)
