"""Serious adverse events for programs: cases with their reports and decisions, and every step of a case."""

from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from edc import access
from edc.api.bodies import body_of
from edc.api.idempotency import IdempotentWrites
from edc.api.listing import FilteredList
from edc.api.serializers.reasons import ReasonRequest
from edc.api.serializers.safety import (
    AwarenessRequest,
    OpenCaseRequest,
    ReportRequest,
    SafetyCaseFilters,
    SafetyCaseSerializer,
    TieCaseRequest,
    VerdictRequest,
)
from edc.errors import NotNow
from edc.models import SafetyCase
from edc.selectors import subjects_visible_to
from edc.selectors.safety_cases import DECIDING, FOLLOWING, REPORTING, cases_visible_to
from edc.services.safety_cases import (
    Report,
    Verdict,
    close_case,
    correct_awareness,
    decide_report,
    reopen_case,
    submit_report,
    withdraw_case,
)
from edc.services.safety_opening import open_case, tie_case
from edc.services.safety_tell import require_any

ENDS: dict[str, Callable[..., SafetyCase]] = {
    "close": close_case,
    "withdraw": withdraw_case,
    "reopen": reopen_case,
}


def _cases(request: Request) -> QuerySet[SafetyCase]:
    return cases_visible_to(request.user).prefetch_related("reports__submitted_by", "reports__decisions__by")


class SafetyCases(IdempotentWrites, FilteredList):
    """GET the serious adverse events of the caller's sites, each with its reports and their decisions; POST
    one that the site knows of before its form is complete.
    """

    serializer_class = SafetyCaseSerializer
    filters = SafetyCaseFilters

    def get_queryset(self) -> QuerySet[SafetyCase]:
        return _cases(self.request)

    @extend_schema(request=OpenCaseRequest, responses={201: SafetyCaseSerializer})
    def post(self, request: Request) -> Response:
        if not access.sites_for(request.user, *REPORTING).exists():
            raise PermissionDenied(REPORTING[0])
        asked = body_of(request, OpenCaseRequest)
        subject = get_object_or_404(subjects_visible_to(request.user), pk=asked["subject"])
        made = open_case(subject=subject, aware_at=asked["aware_at"], actor=request.user)
        return Response(SafetyCaseSerializer(made).data, status=status.HTTP_201_CREATED)


class SafetyCaseDetail(RetrieveAPIView):
    """One case with its reports and their decisions."""

    serializer_class = SafetyCaseSerializer

    def get_queryset(self) -> QuerySet[SafetyCase]:
        return _cases(self.request)


class SafetyReports(IdempotentWrites, APIView):
    """POST the next report of the site; it is never changed, another one follows it."""

    @extend_schema(request=ReportRequest, responses={201: SafetyCaseSerializer})
    def post(self, request: Request, pk: int) -> Response:
        case = _case(request, pk, *REPORTING)
        submit_report(case=case, report=Report(**body_of(request, ReportRequest)), actor=request.user)
        return _told(request, pk, status.HTTP_201_CREATED)


class SafetyDecisions(IdempotentWrites, APIView):
    """POST one person's decision on the last report; nobody decides on a case that they reported."""

    @extend_schema(request=VerdictRequest, responses={201: SafetyCaseSerializer})
    def post(self, request: Request, pk: int) -> Response:
        case = _case(request, pk, *DECIDING)
        verdict = Verdict(**body_of(request, VerdictRequest))
        last = case.reports.last()
        if last is None:
            raise NotNow(_("There is no report to decide on yet."))
        decide_report(report=last, verdict=verdict, actor=request.user)
        return _told(request, pk, status.HTTP_201_CREATED)


class SafetyAwareness(IdempotentWrites, APIView):
    """POST when the site really knew, before the first report; its deadline moves with it."""

    @extend_schema(request=AwarenessRequest, responses=SafetyCaseSerializer)
    def post(self, request: Request, pk: int) -> Response:
        case = _case(request, pk, *REPORTING)
        correct_awareness(case=case, actor=request.user, **body_of(request, AwarenessRequest))
        return _told(request, pk, status.HTTP_200_OK)


class SafetyTying(IdempotentWrites, APIView):
    """POST which event of a completed form a case is about that was opened by hand."""

    @extend_schema(request=TieCaseRequest, responses=SafetyCaseSerializer)
    def post(self, request: Request, pk: int) -> Response:
        case = _case(request, pk, *REPORTING, *FOLLOWING)
        asked = body_of(request, TieCaseRequest)
        form = get_object_or_404(case.subject.forms, pk=asked["form"])
        tie_case(case=case, form=form, row_key=asked["row_key"], actor=request.user, reason=asked["reason"])
        return _told(request, pk, status.HTTP_200_OK)


class SafetyEnd(IdempotentWrites, APIView):
    """POST the reason to close the case, end it as not serious, or take it up again."""

    turn: Callable[..., SafetyCase] = staticmethod(close_case)

    @extend_schema(request=ReasonRequest, responses=SafetyCaseSerializer)
    def post(self, request: Request, pk: int) -> Response:
        case = _case(request, pk, *FOLLOWING)
        self.turn(case=case, actor=request.user, **body_of(request, ReasonRequest))
        return _told(request, pk, status.HTTP_200_OK)


def _case(request: Request, pk: int, *permissions: str) -> SafetyCase:
    case = get_object_or_404(cases_visible_to(request.user), pk=pk)
    require_any(request.user, case.subject.site, *permissions)
    return case


def _told(request: Request, pk: int, code: int) -> Response:
    return Response(SafetyCaseSerializer(get_object_or_404(_cases(request), pk=pk)).data, status=code)
