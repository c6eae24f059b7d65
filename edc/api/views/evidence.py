"""Source evidence for programs: what stands beside a form, a passage or a page added, one withdrawn."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from edc.api.idempotency import IdempotentWrites
from edc.api.serializers.evidence import (
    EvidenceList,
    EvidenceSerializer,
    PageRequest,
    PassageRequest,
    WithdrawRequest,
)
from edc.api.views.forms import form_to_enter, own_form
from edc.exchange.source_pages import MAX_BYTES
from edc.models import Evidence
from edc.selectors.evidence import evidence_of, evidence_visible_to
from edc.services.evidence import (
    add_page,
    add_passage,
    record_evidence_download,
    require_withdrawer,
    withdraw_evidence,
)
from edc.services.kept_files import content_of
from edc.services.views import record_evidence_view


class FormEvidence(IdempotentWrites, APIView):
    """GET the pages and passages of a form that the caller may open; POST a passage typed from the source.

    The other pass sees a passage only when the form is final; a page of the source at once.
    """

    @extend_schema(responses=EvidenceList)
    def get(self, request: Request, pk: int) -> Response:
        form = own_form(request, pk)
        found = evidence_of(request.user, form)
        record_evidence_view(form=form, shown=found, actor=request.user, part=False)
        return Response(EvidenceList({"results": found}).data)

    @extend_schema(request=PassageRequest, responses={201: EvidenceSerializer})
    def post(self, request: Request, pk: int) -> Response:
        form = form_to_enter(request, pk)
        body = PassageRequest(data=request.data)
        body.is_valid(raise_exception=True)
        made = add_passage(form=form, actor=request.user, **body.validated_data)
        return Response(EvidenceSerializer(made).data, status=status.HTTP_201_CREATED)


class FormEvidencePages(IdempotentWrites, APIView):
    """POST a de-identified PDF, JPEG or PNG as multipart/form-data; its name and metadata are not kept."""

    parser_classes = [MultiPartParser]

    @extend_schema(request={"multipart/form-data": PageRequest}, responses={201: EvidenceSerializer})
    def post(self, request: Request, pk: int) -> Response:
        form = form_to_enter(request, pk)
        body = PageRequest(data=request.data)
        body.is_valid(raise_exception=True)
        given = dict(body.validated_data)
        # One byte more than is allowed tells that it is too long without reading the rest.
        content = given.pop("file").read(MAX_BYTES + 1)
        made = add_page(form=form, content=content, actor=request.user, **given)
        return Response(EvidenceSerializer(made).data, status=status.HTTP_201_CREATED)


class EvidenceFile(APIView):
    """GET the file of a page as it is kept; each download is in the audit trail."""

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, public_id: str) -> HttpResponse:
        held = _evidence(request, public_id)
        if held.kind != Evidence.Kind.PAGE:
            raise Http404
        content = content_of(held)
        record_evidence_view(form=held.form, shown=[held], actor=request.user, part=False)
        record_evidence_download(evidence=held, actor=request.user)
        headers = {"Content-Disposition": "attachment", "X-Content-Type-Options": "nosniff"}
        return HttpResponse(content, content_type=held.media_type, headers=headers)


class EvidenceWithdrawal(IdempotentWrites, APIView):
    """POST the reason to take a page or passage out of everybody's view; row and file stay."""

    @extend_schema(request=WithdrawRequest, responses={204: None})
    def post(self, request: Request, public_id: str) -> Response:
        held = _evidence(request, public_id)
        require_withdrawer(held.form, request.user)
        body = WithdrawRequest(data=request.data)
        body.is_valid(raise_exception=True)
        withdraw_evidence(evidence=held, actor=request.user, **body.validated_data)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _evidence(request: Request, public_id: str) -> Evidence:
    return get_object_or_404(evidence_visible_to(request.user), public_id=public_id)
