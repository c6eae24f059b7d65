"""Shapes of studies, their sites and designs."""

from rest_framework import serializers

from edc.models import DesignVersion, Site, Study


class SiteSerializer(serializers.ModelSerializer):
    institution = serializers.CharField(source="institution.key", read_only=True)

    class Meta:
        model = Site
        fields = ["oid", "number", "name_zh", "name_en", "institution", "active"]


class DesignVersionSerializer(serializers.ModelSerializer):
    class Meta:
        model = DesignVersion
        fields = ["number", "sha256", "published_at"]


class StudySerializer(serializers.ModelSerializer):
    class Meta:
        model = Study
        fields = ["oid", "title_zh", "title_en", "short_title_zh", "short_title_en"]


class StudyDetailSerializer(StudySerializer):
    """A study with those of its sites that the caller works at, and its design in use."""

    sites = SiteSerializer(source="own_sites", many=True, read_only=True)
    design = DesignVersionSerializer(source="latest_design", read_only=True, allow_null=True)

    class Meta(StudySerializer.Meta):
        fields = [*StudySerializer.Meta.fields, "sites", "design"]
