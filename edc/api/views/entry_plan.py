"""Decisions on differences, rates of entry errors and the plan of double entry."""

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from edc import access, selectors
from edc.api.idempotency import IdempotentWrites
from edc.api.listing import FilteredList
from edc.api.pagination import InOrder
from edc.api.serializers.entry_plan import (
    DecisionSerializer,
    PlanFilters,
    PlanSerializer,
    RateDecisionFilters,
    RateDecisionRequest,
    RateDecisionSerializer,
    RateFilters,
    RatesSerializer,
    TakeBackRequest,
)
from edc.models import Decision, EntryRate, Site, Study
from edc.selectors.entry_plan import plan_lines, since
from edc.selectors.error_rates import counts_visible_to, critical_only, error_rates, filtered, overall
from edc.services.entry_plan import decide_rate
from edc.services.reconcile import take_back_decision

RIGHT = "resolve_disagreement"


class DisagreementDecisions(IdempotentWrites, ListAPIView):
    """GET every decision on a difference in the order of time; POST the reason for taking back the one that
    stands, while the form is not complete.
    """

    serializer_class = DecisionSerializer
    pagination_class = InOrder

    def get_queryset(self) -> QuerySet[Decision]:
        pk = self.kwargs["pk"]
        found = get_object_or_404(selectors.disagreements_visible_to(self.request.user), pk=pk)
        return Decision.objects.filter(disagreement=found).select_related("resolver")

    @extend_schema(request=TakeBackRequest, responses={201: DecisionSerializer})
    def post(self, request: Request, pk: int) -> Response:
        found = get_object_or_404(selectors.disagreements_visible_to(request.user), pk=pk)
        body = TakeBackRequest(data=request.data)
        body.is_valid(raise_exception=True)
        taken = take_back_decision(disagreement=found, actor=request.user, **body.validated_data)
        return Response(DecisionSerializer(taken).data, status=status.HTTP_201_CREATED)


class ErrorRates(APIView):
    """The rates of entry errors of the caller's sites by item, person or site."""

    @extend_schema(parameters=[RateFilters], responses=RatesSerializer)
    def get(self, request: Request) -> Response:
        asked = _asked(request, RateFilters)
        study = _study(request, asked["study"])
        texts = {name: str(value) for name, value in asked.items() if name != "study"}
        counts = filtered(counts_visible_to(request.user, study), texts)
        counts = critical_only(counts, study) if asked["critical"] else counts
        found = {"overall": overall(counts), "results": error_rates(counts, asked["by"])}
        return Response(RatesSerializer(found).data)


class EntryPlanLines(APIView):
    """How much is entered twice by form and site, and what the numbers propose; what must return first."""

    @extend_schema(parameters=[PlanFilters], responses=PlanSerializer)
    def get(self, request: Request) -> Response:
        asked = _asked(request, PlanFilters)
        study = _study(request, asked["study"])
        site = _site(request, study, asked["site"]) if "site" in asked else None
        found = {"since": since(), "results": plan_lines(request.user, study, site)}
        return Response(PlanSerializer(found).data)


class EntryPlanDecisions(IdempotentWrites, FilteredList):
    """GET the decisions on rates, the newest first; POST one, on the numbers that `seen` names."""

    serializer_class = RateDecisionSerializer
    filters = RateDecisionFilters

    def get_queryset(self) -> QuerySet[EntryRate]:
        sites = access.sites_for(self.request.user, RIGHT)
        return EntryRate.objects.filter(site__in=sites).select_related("site", "decided_by")

    @extend_schema(request=RateDecisionRequest, responses={201: RateDecisionSerializer})
    def post(self, request: Request) -> Response:
        access.require_somewhere(request.user, RIGHT)
        body = RateDecisionRequest(data=request.data)
        body.is_valid(raise_exception=True)
        wanted = dict(body.validated_data)
        site = _site(request, _study(request, wanted.pop("study")), wanted.pop("site"))
        decided = decide_rate(site=site, actor=request.user, **wanted)
        return Response(RateDecisionSerializer(decided).data, status=status.HTTP_201_CREATED)


def _asked(request: Request, filters: type[Serializer]) -> dict:
    access.require_somewhere(request.user, RIGHT)
    asked = filters(data=request.query_params.dict())
    asked.is_valid(raise_exception=True)
    return dict(asked.validated_data)


def _study(request: Request, oid: str) -> Study:
    """Return a study at a site of which the caller resolves differences; 404 elsewhere."""
    sites = access.sites_for(request.user, RIGHT)
    return get_object_or_404(Study.objects.filter(sites__in=sites).distinct(), oid=oid)


def _site(request: Request, study: Study, oid: str) -> Site:
    return get_object_or_404(access.sites_for(request.user, RIGHT).filter(study=study), oid=oid)
