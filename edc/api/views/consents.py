"""Informed consent for programs: versions, states, consents with their scans, withdrawals."""

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from edc import access
from edc.api.idempotency import IdempotentWrites
from edc.api.listing import FilteredList
from edc.api.serializers.consents import (
    ConsentFilters,
    ConsentScanSerializer,
    ConsentSerializer,
    ConsentStateFilters,
    ConsentStateSerializer,
    ConsentVersionSerializer,
    ConsentWithdrawalSerializer,
    OfStudy,
    RecordConsentRequest,
    ScanRequest,
    WithdrawConsentRequest,
)
from edc.exchange.source_pages import MAX_BYTES
from edc.models import Consent, ConsentVersion, ConsentWithdrawal, Subject
from edc.selectors import subjects_visible_to
from edc.selectors.consents import consents_visible_to, signable, versions_visible_to, with_state
from edc.services.consent.giving import Given, Withdrawn, record_consent, withdraw_consent
from edc.services.consent.scans import add_scan


class ConsentVersions(FilteredList):
    """GET the versions of the consent form of the caller's studies."""

    serializer_class = ConsentVersionSerializer
    filters = OfStudy

    def get_queryset(self) -> QuerySet[ConsentVersion]:
        return versions_visible_to(self.request.user)


class ConsentStates(FilteredList):
    """GET the state of each subject's consent at the caller's sites: who is to consent again, since when."""

    serializer_class = ConsentStateSerializer
    filters = ConsentStateFilters

    def get_queryset(self) -> QuerySet[Subject]:
        sites = access.sites_for(self.request.user, "view_data")
        return with_state(subjects_visible_to(self.request.user).filter(site__in=sites))


class Consents(IdempotentWrites, FilteredList):
    """GET the consents of the caller's sites; POST that a subject signed a version."""

    serializer_class = ConsentSerializer
    filters = ConsentFilters

    def get_queryset(self) -> QuerySet[Consent]:
        return consents_visible_to(self.request.user)

    @extend_schema(request=RecordConsentRequest, responses={201: ConsentSerializer})
    def post(self, request: Request) -> Response:
        access.require_somewhere(request.user, "enter_data")
        body = RecordConsentRequest(data=request.data)
        body.is_valid(raise_exception=True)
        asked = dict(body.validated_data)
        subject = _subject(request, asked)
        version = signable(subject.site).filter(pk=asked.pop("version")).first() or ConsentVersion(pk=0)
        made = record_consent(subject=subject, version=version, given=Given(**asked), actor=request.user)
        return Response(ConsentSerializer(made).data, status=status.HTTP_201_CREATED)


def _subject(request: Request, asked: dict) -> Subject:
    place = {"study__oid": asked.pop("study"), "subject_key": asked.pop("subject_key")}
    return get_object_or_404(subjects_visible_to(request.user), **place)


class ConsentScans(IdempotentWrites, APIView):
    """POST a PDF, JPEG or PNG of the signed pages as multipart/form-data; its name is not kept.

    What is added here is opened on the page of the subject alone: no program reads it back.
    """

    parser_classes = [MultiPartParser]

    @extend_schema(request={"multipart/form-data": ScanRequest}, responses={201: ConsentScanSerializer})
    def post(self, request: Request, pk: int) -> Response:
        found = Consent.objects.filter(subject__in=subjects_visible_to(request.user).values("pk"))
        consent = get_object_or_404(found.select_related("subject__site"), pk=pk)
        access.require(request.user, "enter_data", site=consent.subject.site)
        body = ScanRequest(data=request.data)
        body.is_valid(raise_exception=True)
        # One byte more than is allowed tells that it is too long without reading the rest.
        content = body.validated_data["file"].read(MAX_BYTES + 1)
        made = add_scan(consent=consent, content=content, actor=request.user)
        return Response(ConsentScanSerializer(made).data, status=status.HTTP_201_CREATED)


class ConsentWithdrawals(IdempotentWrites, FilteredList):
    """GET the withdrawals of consent at the caller's sites; POST one, with what it reaches."""

    serializer_class = ConsentWithdrawalSerializer
    filters = ConsentFilters

    def get_queryset(self) -> QuerySet[ConsentWithdrawal]:
        sites = access.sites_for(self.request.user, "view_data")
        found = ConsentWithdrawal.objects.filter(subject__site__in=sites)
        return found.select_related("subject__site", "noted_by")

    @extend_schema(request=WithdrawConsentRequest, responses={201: ConsentWithdrawalSerializer})
    def post(self, request: Request) -> Response:
        access.require_somewhere(request.user, "enrol_subject")
        body = WithdrawConsentRequest(data=request.data)
        body.is_valid(raise_exception=True)
        asked = dict(body.validated_data)
        subject, reason = _subject(request, asked), asked.pop("reason")
        made = withdraw_consent(
            subject=subject, withdrawn=Withdrawn(**asked), reason=reason, actor=request.user
        )
        return Response(ConsentWithdrawalSerializer(made).data, status=status.HTTP_201_CREATED)
