"""Snapshots and packages of data: listed, asked for, fetched."""

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import FileResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from edc import access
from edc.api.idempotency import IdempotentWrites
from edc.api.listing import FilteredList
from edc.api.serializers.exports import (
    ExportDetailSerializer,
    ExportFilters,
    ExportRequest,
    ExportSerializer,
    SnapshotFilters,
    SnapshotSerializer,
)
from edc.models import Export, Snapshot
from edc.selectors.export import exports_visible_to, sites_to_export, snapshots_visible_to
from edc.services.export import record_download, request_export


class Snapshots(FilteredList):
    """GET the frozen data sets of the studies whose exports the caller may know of."""

    serializer_class = SnapshotSerializer
    filters = SnapshotFilters

    def get_queryset(self) -> QuerySet[Snapshot]:
        return snapshots_visible_to(self.request.user).defer("counts")


class Exports(IdempotentWrites, FilteredList):
    """GET the packages that the caller may know of; POST to ask for one, which a worker makes."""

    serializer_class = ExportSerializer
    filters = ExportFilters

    def get_queryset(self) -> QuerySet[Export]:
        return exports_visible_to(self.request.user).defer("manifest", "snapshot__counts")

    @extend_schema(request=ExportRequest, responses={201: ExportSerializer})
    def post(self, request: Request) -> Response:
        access.require_somewhere(request.user, "export_data")
        body = ExportRequest(data=request.data)
        body.is_valid(raise_exception=True)
        wanted = dict(body.validated_data)
        snapshot = get_object_or_404(snapshots_visible_to(request.user), citation=wanted.pop("snapshot"))
        named = set(wanted.pop("sites"))
        sites = list(sites_to_export(request.user, snapshot.study).filter(oid__in=named))
        if len(sites) != len(named):
            raise PermissionDenied("export_data")
        export = request_export(snapshot=snapshot, sites=sites, actor=request.user, **wanted)
        return Response(ExportSerializer(export).data, status=status.HTTP_201_CREATED)


class ExportDetail(RetrieveAPIView):
    """One package with its manifest."""

    serializer_class = ExportDetailSerializer
    lookup_field = "public_id"

    def get_queryset(self) -> QuerySet[Export]:
        return exports_visible_to(self.request.user)


class ExportFile(APIView):
    """GET the package's zip; each download is in the audit trail."""

    @extend_schema(responses={(200, "application/zip"): OpenApiTypes.BINARY})
    def get(self, request: Request, public_id: str) -> FileResponse:
        export = get_object_or_404(exports_visible_to(request.user), public_id=public_id)
        path = record_download(export=export, actor=request.user)
        return FileResponse(path.open("rb"), as_attachment=True, filename=export.file_name)
