"""Freezes and locks for programs: placed and lifted, and the requests for those that take two people."""

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from edc import access
from edc.api.bodies import body_of
from edc.api.idempotency import IdempotentWrites
from edc.api.listing import FilteredList
from edc.api.serializers.holds import (
    AskLockRequest,
    DecideLockRequest,
    HoldFilters,
    HoldRequestBody,
    HoldSerializer,
    LockRequestFilters,
    LockRequestSerializer,
)
from edc.api.serializers.reasons import ReasonRequest
from edc.models import Hold, HoldRequest, Study
from edc.selectors import events_visible_to, forms_visible_to, subjects_visible_to
from edc.selectors.holds import all_hold_requests_visible_to, all_holds_visible_to
from edc.services.lock import Spot, ask_hold, decide_hold, lift_hold, place_hold, require_decider

RIGHT = "lock_form"


class Holds(IdempotentWrites, FilteredList):
    """GET the freezes and locks in force; POST one. A lock of a site or the study is asked for instead."""

    serializer_class = HoldSerializer
    filters = HoldFilters

    def get_queryset(self) -> QuerySet[Hold]:
        return all_holds_visible_to(self.request.user)

    @extend_schema(request=HoldRequestBody, responses={201: HoldSerializer})
    def post(self, request: Request) -> Response:
        access.require_somewhere(request.user, RIGHT)
        asked = body_of(request, HoldRequestBody)
        made = place_hold(
            spot=_spot(request, asked), kind=asked["kind"], reason=asked["reason"], actor=request.user
        )
        return Response(HoldSerializer(made).data, status=status.HTTP_201_CREATED)


class HoldLifting(IdempotentWrites, APIView):
    """POST the reason to lift a freeze or a lock."""

    @extend_schema(request=ReasonRequest, responses=HoldSerializer)
    def post(self, request: Request, pk: int) -> Response:
        held = get_object_or_404(all_holds_visible_to(request.user), pk=pk)
        spot = Spot(held.form or held.event or held.subject or held.site or held.study, held.path)
        access.require_somewhere(request.user, RIGHT)
        asked = body_of(request, ReasonRequest)
        lifted = lift_hold(spot=spot, kind=held.kind, actor=request.user, **asked)
        return Response(HoldSerializer(lifted).data)


class LockRequests(IdempotentWrites, FilteredList):
    """GET the requests to lock or unlock a site or a study; POST one, which another person decides."""

    serializer_class = LockRequestSerializer
    filters = LockRequestFilters

    def get_queryset(self) -> QuerySet[HoldRequest]:
        return all_hold_requests_visible_to(self.request.user)

    @extend_schema(request=AskLockRequest, responses={201: LockRequestSerializer})
    def post(self, request: Request) -> Response:
        access.require_somewhere(request.user, RIGHT)
        asked = body_of(request, AskLockRequest)
        spot = _of_study(request, asked["study"], asked["site"])
        made = ask_hold(spot=spot, act=asked["act"], reason=asked["reason"], actor=request.user)
        return Response(LockRequestSerializer(made).data, status=status.HTTP_201_CREATED)


class LockDecision(IdempotentWrites, APIView):
    """POST the second person's decision; approved, it takes effect at once."""

    @extend_schema(request=DecideLockRequest, responses=LockRequestSerializer)
    def post(self, request: Request, pk: int) -> Response:
        found = get_object_or_404(all_hold_requests_visible_to(request.user), pk=pk)
        require_decider(Spot(found.site or found.study), request.user)
        asked = body_of(request, DecideLockRequest)
        decided = decide_hold(request=found, actor=request.user, **asked)
        return Response(LockRequestSerializer(decided).data)


def _spot(request: Request, asked: dict) -> Spot:
    """Return the narrowest place named, found among those that the caller sees, in the study named."""
    user, study = request.user, {"subject__study__oid": asked["study"]}
    if asked["form"]:
        forms = forms_visible_to(user).select_related("event__subject__site__study")
        return Spot(get_object_or_404(forms.filter(**study), pk=asked["form"]), asked["path"])
    if asked["event"]:
        events = events_visible_to(user).select_related("subject__site__study", "subject__study")
        return Spot(get_object_or_404(events.filter(**study), pk=asked["event"]))
    if asked["subject"]:
        subjects = subjects_visible_to(user).filter(study__oid=asked["study"])
        return Spot(get_object_or_404(subjects, pk=asked["subject"]))
    return _of_study(request, asked["study"], asked["site"])


def _of_study(request: Request, oid: str, site: str) -> Spot:
    sites = access.sites_for(request.user, RIGHT).select_related("study")
    if site:
        return Spot(get_object_or_404(sites, study__oid=oid, oid=site))
    return Spot(get_object_or_404(Study.objects.filter(pk__in=sites.values("study")), oid=oid))
