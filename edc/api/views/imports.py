"""Imports for programs: a file sent, its dry run read cell by cell, committed, undone, given up."""

from collections.abc import Callable

from django.db.models import QuerySet
from django.http import FileResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import RetrieveAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from edc import access
from edc.api.bodies import body_of
from edc.api.idempotency import IdempotentWrites
from edc.api.listing import FilteredList
from edc.api.pagination import InOrder
from edc.api.serializers.imports import (
    ImportCellFilters,
    ImportCellSerializer,
    ImportCheckRequest,
    ImportDetailSerializer,
    ImportFilters,
    ImportSerializer,
    ImportUpload,
)
from edc.api.serializers.reasons import ReasonRequest
from edc.errors import NotHeld
from edc.models import ImportBatch, ImportCell, Study
from edc.selectors.activation import version_in_use
from edc.selectors.imports import RIGHT, batches_visible_to, mappings_visible_to
from edc.services.data_import import files
from edc.services.data_import.batches import cancel_import, request_check, upload_file
from edc.services.data_import.commit import request_commit
from edc.services.data_import.report import report_path
from edc.services.data_import.undo import request_undo


class Imports(IdempotentWrites, FilteredList):
    """GET the imports of which every site is one where the caller may import."""

    serializer_class = ImportSerializer
    filters = ImportFilters

    def get_queryset(self) -> QuerySet[ImportBatch]:
        return batches_visible_to(self.request.user).prefetch_related("sites")


class ImportFiles(IdempotentWrites, APIView):
    """POST a file as multipart/form-data; nothing of it is in the study before its commit."""

    parser_classes = [MultiPartParser]

    @extend_schema(request={"multipart/form-data": ImportUpload}, responses={201: ImportDetailSerializer})
    def post(self, request: Request) -> Response:
        access.require_somewhere(request.user, RIGHT)
        asked = body_of(request, ImportUpload)
        sites = access.sites_for(request.user, RIGHT)
        study = get_object_or_404(Study.objects.filter(pk__in=sites.values("study")), oid=asked["study"])
        sent = asked["file"]
        batch = upload_file(study=study, file_name=sent.name, chunks=sent.chunks(), actor=request.user)
        return Response(ImportDetailSerializer(batch).data, status=status.HTTP_201_CREATED)


class ImportDetail(RetrieveAPIView):
    """One import: how far it is, what its dry run counted, what its undoing left."""

    serializer_class = ImportDetailSerializer

    def get_queryset(self) -> QuerySet[ImportBatch]:
        return batches_visible_to(self.request.user)


class ImportCheck(IdempotentWrites, APIView):
    """POST what the columns mean, to have the dry run done by a worker."""

    @extend_schema(request=ImportCheckRequest, responses={202: ImportDetailSerializer})
    def post(self, request: Request, pk: int) -> Response:
        batch = _batch(request, pk)
        asked = body_of(request, ImportCheckRequest)
        mapping = asked["mapping"] or _own_mapping(request, batch, asked["saved"])
        held = request_check(batch=batch, mapping=mapping, actor=request.user)
        return Response(ImportDetailSerializer(held).data, status=status.HTTP_202_ACCEPTED)


def _own_mapping(request: Request, batch: ImportBatch, saved: str) -> dict:
    """Return the kept mapping of that name, else that of the last dry run, else what the headings say."""
    if saved:
        held = get_object_or_404(mappings_visible_to(request.user, batch.study), name=saved)
        return dict(held.content)
    version = version_in_use(batch.study)
    if version is None:
        raise NotHeld(_("The study has no published design yet."))
    return batch.mapping or files.first_mapping(batch, version.design).to_dict()


class ImportTurn(IdempotentWrites, APIView):
    """POST the reason to have the import committed, or undone, by a worker."""

    turn: Callable[..., ImportBatch] = staticmethod(request_commit)

    @extend_schema(request=ReasonRequest, responses={202: ImportDetailSerializer})
    def post(self, request: Request, pk: int) -> Response:
        batch = _batch(request, pk)
        held = self.turn(batch=batch, actor=request.user, **body_of(request, ReasonRequest))
        return Response(ImportDetailSerializer(held).data, status=status.HTTP_202_ACCEPTED)


class ImportUndoing(ImportTurn):
    """POST the reason to undo the import; what changed since is left, and listed in `undo_account`."""

    turn = staticmethod(request_undo)


class ImportCancelling(IdempotentWrites, APIView):
    """POST to give the file up before anything of it is in the study."""

    @extend_schema(request=None, responses=ImportDetailSerializer)
    def post(self, request: Request, pk: int) -> Response:
        held = cancel_import(batch=_batch(request, pk), actor=request.user)
        return Response(ImportDetailSerializer(held).data)


class ImportCells(FilteredList):
    """GET what the last dry run says of each cell of the file, in its order."""

    serializer_class = ImportCellSerializer
    pagination_class = InOrder
    filters = ImportCellFilters

    def get_queryset(self) -> QuerySet[ImportCell]:
        return _batch(self.request, self.kwargs["pk"]).cells.all()


class ImportReport(APIView):
    """GET the account of the dry run as an Excel workbook."""

    @extend_schema(
        responses={
            (200, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"): OpenApiTypes.BINARY
        }
    )
    def get(self, request: Request, pk: int) -> FileResponse:
        batch = _batch(request, pk)
        path = report_path(batch)
        if not path.exists():
            raise NotHeld(_("There is no report yet: run the dry run first."))
        return FileResponse(path.open("rb"), as_attachment=True, filename=f"import-{batch.pk}-dry-run.xlsx")


def _batch(request: Request, pk: int) -> ImportBatch:
    return get_object_or_404(batches_visible_to(request.user), pk=pk)
