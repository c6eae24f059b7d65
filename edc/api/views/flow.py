"""The flow of subjects for programs: enrolled, failed, left, returned, and the numbers of it all."""

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from edc import access, selectors
from edc.api.bodies import body_of
from edc.api.idempotency import IdempotentWrites
from edc.api.serializers.flow import ConfirmRequest, FlowFilters, FlowSerializer, LeaveRequest
from edc.api.serializers.reasons import ReasonRequest
from edc.api.serializers.subjects import SubjectSerializer
from edc.models import Subject
from edc.selectors.flow import departure_counts, failure_counts, flow_counts, last_snapshot, summed
from edc.services.departure import Leaving, end_participation, take_back_departure
from edc.services.enrol import confirm_enrolment, fail_screening


class Flow(APIView):
    """GET the numbers of a study's flow at the caller's sites, as of now."""

    @extend_schema(parameters=[FlowFilters], responses=FlowSerializer)
    def get(self, request: Request) -> Response:
        access.require_somewhere(request.user, "view_subjects")
        asked = FlowFilters(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        oid = asked.validated_data["study"]
        study = get_object_or_404(selectors.studies_visible_to(request.user), oid=oid)
        subjects = selectors.subjects_visible_to(request.user, study)
        if "site" in asked.validated_data:
            own = access.sites_for(request.user, "view_subjects").filter(study=study)
            subjects = subjects.filter(site=get_object_or_404(own, oid=asked.validated_data["site"]))
        counts, frozen = flow_counts(subjects, study), last_snapshot(study)
        names = dict(study.sites.filter(pk__in=counts).values_list("pk", "oid"))
        told = {
            "study": study.oid,
            "as_of": timezone.now(),
            "snapshot": frozen.citation if frozen else None,
            "total": summed(counts),
            "sites": [{"site": names[pk], "counts": counts[pk]} for pk in sorted(counts)],
            "failures": failure_counts(subjects),
            "departures": departure_counts(subjects),
        }
        return Response(FlowSerializer(told).data)


class SubjectConfirmation(IdempotentWrites, APIView):
    """POST to enrol a screened subject who meets the criteria."""

    @extend_schema(request=ConfirmRequest, responses=SubjectSerializer)
    def post(self, request: Request, pk: int) -> Response:
        subject = _subject(request, pk)
        held = confirm_enrolment(subject=subject, actor=request.user, **body_of(request, ConfirmRequest))
        return Response(SubjectSerializer(held).data)


class SubjectScreenFailure(IdempotentWrites, APIView):
    """POST why a screened subject does not enter the study; the reason counts in the flow."""

    @extend_schema(request=ReasonRequest, responses=SubjectSerializer)
    def post(self, request: Request, pk: int) -> Response:
        subject = _subject(request, pk)
        held = fail_screening(subject=subject, actor=request.user, **body_of(request, ReasonRequest))
        return Response(SubjectSerializer(held).data)


class SubjectDeparture(IdempotentWrites, APIView):
    """POST how, when and why the subject left; the data stay, and open visits are owed no more."""

    @extend_schema(request=LeaveRequest, responses={201: SubjectSerializer})
    def post(self, request: Request, pk: int) -> Response:
        subject = _subject(request, pk)
        asked = body_of(request, LeaveRequest)
        leaving = Leaving(asked["how"], asked["left_on"])
        end_participation(subject=subject, leaving=leaving, reason=asked["reason"], actor=request.user)
        subject.refresh_from_db()
        return Response(SubjectSerializer(subject).data, status=status.HTTP_201_CREATED)


class SubjectReturn(IdempotentWrites, APIView):
    """POST the reason to take back a departure that was noted by mistake."""

    @extend_schema(request=ReasonRequest, responses=SubjectSerializer)
    def post(self, request: Request, pk: int) -> Response:
        subject = _subject(request, pk)
        held = take_back_departure(subject=subject, actor=request.user, **body_of(request, ReasonRequest))
        return Response(SubjectSerializer(held).data)


def _subject(request: Request, pk: int) -> Subject:
    subject = get_object_or_404(selectors.subjects_visible_to(request.user), pk=pk)
    access.require(request.user, "enrol_subject", site=subject.site)
    return subject
