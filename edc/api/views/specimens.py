"""Specimens for programs such as a biobank's: listed, collected, and each step of their chain."""

from collections.abc import Callable
from functools import wraps

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
from edc.api.serializers.specimens import (
    CollectRequest,
    SpecimenDetailSerializer,
    SpecimenFilters,
    SpecimenSerializer,
    StepRequest,
)
from edc.models import Site, Specimen
from edc.row_security import every_site
from edc.selectors import subjects_visible_to
from edc.selectors.specimens import specimens_visible_to
from edc.services.specimens import (
    HANDLING,
    Collected,
    Step,
    collect_specimen,
    move_specimen,
    require_handler,
)

Handler = Callable[..., Response]


def across_sites(handler: Handler) -> Handler:
    """Let the database show a specimen to the site that receives it; the selector says who sees which."""

    @wraps(handler)
    def seen(self: APIView, request: Request, *args: object, **kwargs: object) -> Response:
        with every_site("a specimen goes from site to site, and its subject stays where it is"):
            return handler(self, request, *args, **kwargs)

    return seen


class Specimens(IdempotentWrites, FilteredList):
    """GET the specimens of the caller's sites, those on their way there among them; POST one collected."""

    serializer_class = SpecimenSerializer
    filters = SpecimenFilters

    def get_queryset(self) -> QuerySet[Specimen]:
        return specimens_visible_to(self.request.user).select_related("study")

    @across_sites
    def get(self, request: Request, *args: object, **kwargs: object) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(request=CollectRequest, responses={201: SpecimenDetailSerializer})
    @across_sites
    def post(self, request: Request) -> Response:
        access.require_somewhere(request.user, HANDLING)
        asked = body_of(request, CollectRequest)
        subject = get_object_or_404(subjects_visible_to(request.user), pk=asked.pop("subject"))
        visit = asked.pop("event")
        event = get_object_or_404(subject.events, pk=visit) if visit else None
        made = collect_specimen(
            subject=subject, event=event, collected=Collected(**asked), actor=request.user
        )
        return _told(request, made.pk, status.HTTP_201_CREATED)


class SpecimenDetail(APIView):
    """GET one specimen with every step that brought it where it is."""

    @extend_schema(responses=SpecimenDetailSerializer)
    @across_sites
    def get(self, request: Request, pk: int) -> Response:
        return _told(request, pk, status.HTTP_200_OK)


class SpecimenSteps(IdempotentWrites, APIView):
    """POST the next step; a destruction is asked for by one person and carried out by another."""

    @extend_schema(request=StepRequest, responses={201: SpecimenDetailSerializer})
    @across_sites
    def post(self, request: Request, pk: int) -> Response:
        found = _found(request, pk)
        require_handler(found, request.user)
        asked = body_of(request, StepRequest)
        to_site = Site.objects.filter(study=found.study_id, oid=asked.pop("to_site")).first()
        move_specimen(specimen=found, step=Step(to_site=to_site, **asked), actor=request.user)
        return _told(request, pk, status.HTTP_201_CREATED)


def _found(request: Request, pk: int) -> Specimen:
    return get_object_or_404(specimens_visible_to(request.user), pk=pk)


def _told(request: Request, pk: int, code: int) -> Response:
    return Response(SpecimenDetailSerializer(_found(request, pk)).data, status=code)
