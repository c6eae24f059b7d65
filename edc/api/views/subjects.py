"""Subjects: listed, enrolled, assessed, with their visits and forms."""

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from edc import access, selectors
from edc.api.bodies import body_of
from edc.api.idempotency import IdempotentWrites
from edc.api.listing import FilteredList
from edc.api.pagination import InOrder
from edc.api.serializers.forms import FormFilters, FormSerializer
from edc.api.serializers.subjects import (
    EligibilitySerializer,
    EnrolRequest,
    EventFilters,
    EventSerializer,
    SubjectFilters,
    SubjectSerializer,
)
from edc.api.serializers.visits import AddEventRequest
from edc.models import FormInstance, StudyEvent, Subject
from edc.services.enrol import assess_eligibility, enrol_subject
from edc.services.schedule import add_event


class Subjects(IdempotentWrites, FilteredList):
    """GET the subjects of the caller's sites; POST to enrol one, who gets the next screening number."""

    serializer_class = SubjectSerializer
    filters = SubjectFilters

    def get_queryset(self) -> QuerySet[Subject]:
        return selectors.subjects_visible_to(self.request.user)

    @extend_schema(request=EnrolRequest, responses={201: SubjectSerializer})
    def post(self, request: Request) -> Response:
        access.require_somewhere(request.user, "enrol_subject")
        body = EnrolRequest(data=request.data)
        body.is_valid(raise_exception=True)
        wanted = body.validated_data
        study = get_object_or_404(selectors.studies_visible_to(request.user), oid=wanted["study"])
        site = get_object_or_404(selectors.sites_visible_to(request.user, study), oid=wanted["site"])
        subject = enrol_subject(site=site, cohort=wanted["cohort"], actor=request.user)
        return Response(SubjectSerializer(subject).data, status=status.HTTP_201_CREATED)


class SubjectDetail(RetrieveAPIView):
    """One subject."""

    serializer_class = SubjectSerializer

    def get_queryset(self) -> QuerySet[Subject]:
        return selectors.subjects_visible_to(self.request.user)


class SubjectEligibility(IdempotentWrites, APIView):
    """POST to compute the criteria from the subject's final values; an unchanged answer is kept once."""

    @extend_schema(request=None, responses=EligibilitySerializer)
    def post(self, request: Request, pk: int) -> Response:
        subject = get_object_or_404(selectors.subjects_visible_to(request.user), pk=pk)
        assessment = assess_eligibility(subject=subject, actor=request.user)
        return Response(EligibilitySerializer(assessment).data)


class SubjectEvents(IdempotentWrites, FilteredList):
    """GET the subject's visits: planned, held and missed; POST an unscheduled or a repeating one."""

    serializer_class = EventSerializer
    pagination_class = InOrder
    filters = EventFilters

    def get_queryset(self) -> QuerySet[StudyEvent]:
        subjects = selectors.subjects_visible_to(self.request.user)
        subject = get_object_or_404(subjects, pk=self.kwargs["pk"])
        return selectors.events_visible_to(self.request.user).filter(subject=subject)

    @extend_schema(request=AddEventRequest, responses={201: EventSerializer})
    def post(self, request: Request, pk: int) -> Response:
        subject = get_object_or_404(selectors.subjects_visible_to(request.user), pk=pk)
        access.require(request.user, "enter_data", site=subject.site)
        made = add_event(subject=subject, actor=request.user, **body_of(request, AddEventRequest))
        return Response(EventSerializer(made).data, status=status.HTTP_201_CREATED)


class SubjectForms(FilteredList):
    """The subject's forms with their status; what stands in them is at each form."""

    serializer_class = FormSerializer
    pagination_class = InOrder
    filters = FormFilters

    def get_queryset(self) -> QuerySet[FormInstance]:
        subjects = selectors.subjects_visible_to(self.request.user)
        subject = get_object_or_404(subjects, pk=self.kwargs["pk"])
        return selectors.forms_visible_to(self.request.user).filter(subject=subject)
