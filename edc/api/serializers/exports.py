"""Shapes of snapshots and packages."""

from rest_framework import serializers

from edc.exchange.formats import FORMATS
from edc.models import Export, Snapshot


class SnapshotSerializer(serializers.ModelSerializer):
    study = serializers.CharField(source="study.oid", read_only=True)
    design = serializers.IntegerField(source="design_version.number", read_only=True)
    frozen_by = serializers.CharField(source="frozen_by.username", read_only=True)

    class Meta:
        model = Snapshot
        fields = [
            "id", "study", "number", "citation", "name", "note", "design", "audit_event", "audit_hash",
            "subject_count", "form_count", "value_count", "content_sha256", "frozen_at", "frozen_by",
        ]  # fmt: skip


class SnapshotFilters(serializers.Serializer):
    study = serializers.CharField(source="study__oid", required=False)
    since = serializers.DateTimeField(source="frozen_at__gte", required=False)


class ExportSerializer(serializers.ModelSerializer):
    id = serializers.UUIDField(source="public_id", read_only=True)
    study = serializers.CharField(source="snapshot.study.oid", read_only=True)
    snapshot = serializers.CharField(source="snapshot.citation", read_only=True)
    sites = serializers.SlugRelatedField(slug_field="oid", many=True, read_only=True)
    requested_by = serializers.CharField(source="requested_by.username", read_only=True)
    requested_at = serializers.DateTimeField(source="queued_at", read_only=True)

    class Meta:
        model = Export
        fields = [
            "id", "study", "snapshot", "kind", "profile", "formats", "sites", "language", "purpose",
            "requested_by", "requested_at", "state", "percent", "step", "error_code", "error_zh", "error_en",
            "ended_at", "file_name", "size", "sha256", "expires_at", "removed_at",
        ]  # fmt: skip


class ExportDetailSerializer(ExportSerializer):
    class Meta(ExportSerializer.Meta):
        fields = [*ExportSerializer.Meta.fields, "manifest"]


class ExportFilters(serializers.Serializer):
    study = serializers.CharField(source="snapshot__study__oid", required=False)
    snapshot = serializers.CharField(source="snapshot__citation", required=False)
    kind = serializers.ChoiceField(choices=Export.Kind.choices, required=False)
    profile = serializers.ChoiceField(choices=Export.Profile.choices, required=False)
    state = serializers.ChoiceField(choices=Export.State.choices, required=False)


class ExportRequest(serializers.Serializer):
    snapshot = serializers.CharField(help_text="Citation of a snapshot.")
    kind = serializers.ChoiceField(choices=Export.Kind.choices, default=Export.Kind.PACKAGE)
    profile = serializers.ChoiceField(choices=Export.Profile.choices, default=Export.Profile.FULL)
    formats = serializers.ListField(child=serializers.ChoiceField(choices=FORMATS), default=list)
    sites = serializers.ListField(
        child=serializers.CharField(max_length=20), default=list, help_text="Empty: all that you may export."
    )
    language = serializers.ChoiceField(choices=["zh", "en"], default="zh")
    purpose = serializers.CharField(max_length=300)
