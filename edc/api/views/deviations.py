"""Deviations for programs: the list, and noting one."""

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from edc import access
from edc.api.idempotency import IdempotentWrites
from edc.api.listing import FilteredList
from edc.api.serializers.deviations import DeviationFilters, DeviationSerializer, NoteDeviationRequest
from edc.models import Deviation
from edc.selectors import subjects_visible_to
from edc.selectors.deviations import deviations_visible_to
from edc.services.deviations import Account, note_deviation


class Deviations(IdempotentWrites, FilteredList):
    """GET the deviations of the caller's sites; POST to note one, which a data manager or monitor decides."""

    serializer_class = DeviationSerializer
    filters = DeviationFilters

    def get_queryset(self) -> QuerySet[Deviation]:
        return deviations_visible_to(self.request.user)

    @extend_schema(request=NoteDeviationRequest, responses={201: DeviationSerializer})
    def post(self, request: Request) -> Response:
        access.require_somewhere(request.user, "view_subjects")
        body = NoteDeviationRequest(data=request.data)
        body.is_valid(raise_exception=True)
        asked = dict(body.validated_data)
        place = {"study__oid": asked.pop("study"), "subject_key": asked.pop("subject_key")}
        subject = get_object_or_404(subjects_visible_to(request.user), **place)
        noted = note_deviation(subject=subject, event=None, account=Account(**asked), actor=request.user)
        return Response(DeviationSerializer(noted).data, status=status.HTTP_201_CREATED)
