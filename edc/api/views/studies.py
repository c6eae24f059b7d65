"""Studies that the caller works in, and their published designs."""

import json

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from edc import selectors
from edc.api.serializers.studies import StudyDetailSerializer, StudySerializer
from edc.models import Study


class Studies(ListAPIView):
    """The studies that the caller works in."""

    serializer_class = StudySerializer

    def get_queryset(self) -> QuerySet[Study]:
        return selectors.studies_visible_to(self.request.user)


class StudyDetail(APIView):
    """One study with those of its sites that the caller works at, and its design in use."""

    @extend_schema(responses=StudyDetailSerializer)
    def get(self, request: Request, oid: str) -> Response:
        study = get_object_or_404(selectors.studies_visible_to(request.user), oid=oid)
        study.own_sites = selectors.sites_visible_to(request.user, study).select_related("institution")
        study.latest_design = study.design_versions.first()
        return Response(StudyDetailSerializer(study).data)


class WhichDesign(serializers.Serializer):
    version = serializers.IntegerField(
        source="number", required=False, min_value=1, help_text="A published number; the latest without."
    )


class StudyDesignDetail(APIView):
    """A published design as JSON: forms, items, codelists, visits, rules and criteria; it never changes."""

    filters = WhichDesign

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, oid: str) -> Response:
        asked = self.filters(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        study = get_object_or_404(selectors.studies_visible_to(request.user), oid=oid)
        versions = study.design_versions.filter(**asked.validated_data)[:1]
        version = get_object_or_404(study.design_versions, pk__in=[each.pk for each in versions])
        return Response(json.loads(version.content), headers={"ETag": f'"{version.sha256}"'})
