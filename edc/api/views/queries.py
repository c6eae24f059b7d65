"""Queries for who asks and answers."""

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
from edc.api.serializers.queries import (
    QueryAnswerRequest,
    QueryFilters,
    QuerySerializer,
    QueryThreadSerializer,
    QueryTurnRequest,
    RaiseQueryRequest,
)
from edc.models import Query
from edc.services.query import answer_query, close_query, raise_query


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
        asked = dict(body.validated_data)
        form = get_object_or_404(selectors.forms_visible_to(request.user), pk=asked.pop("form"))
        query = raise_query(form=form, actor=request.user, **asked)
        return Response(QueryThreadSerializer(query).data, status=status.HTTP_201_CREATED)


class QueryDetail(RetrieveAPIView):
    """One query with its thread."""

    serializer_class = QueryThreadSerializer

    def get_queryset(self) -> QuerySet[Query]:
        return selectors.queries_visible_to(self.request.user).prefetch_related("messages__author")


class QueryTurn(IdempotentWrites, APIView):
    """POST the next turn of a query's thread; `permission` is the one that the turn needs."""

    permission = "raise_query"
    turn: Callable[..., Query] = staticmethod(close_query)
    body: type[QueryTurnRequest] = QueryTurnRequest

    @extend_schema(request=QueryTurnRequest, responses=QueryThreadSerializer)
    def post(self, request: Request, pk: int) -> Response:
        query = get_object_or_404(selectors.queries_visible_to(request.user), pk=pk)
        access.require(request.user, self.permission, site=query.form.subject.site)
        body = self.body(data=request.data)
        body.is_valid(raise_exception=True)
        query = self.turn(query=query, actor=request.user, **body.validated_data)
        return Response(QueryThreadSerializer(query).data)


class QueryAnswer(QueryTurn):
    """POST the site's answer: words, a ready sentence, or what was found in the source."""

    permission = "answer_query"
    turn = staticmethod(answer_query)
    body = QueryAnswerRequest

    @extend_schema(request=QueryAnswerRequest, responses=QueryThreadSerializer)
    def post(self, request: Request, pk: int) -> Response:
        return super().post(request, pk)
