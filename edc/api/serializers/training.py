"""Shapes of study documents, records of training and accepted statements."""

from rest_framework import serializers

from edc.models import READING_ROLES, StatementAcceptance, StudyDocument, TrainingRecord


class StudyDocumentSerializer(serializers.ModelSerializer):
    """One published version; `withdrawn_at` says since when the document asks nobody."""

    study = serializers.CharField(source="study.oid", read_only=True)
    roles = serializers.ListField(
        child=serializers.ChoiceField(choices=[str(each) for each in READING_ROLES])
    )
    published_by = serializers.CharField(source="published_by.username", read_only=True)
    withdrawn_at = serializers.DateTimeField(
        source="withdrawal.at", read_only=True, allow_null=True, default=None
    )

    class Meta:
        model = StudyDocument
        fields = [
            "id", "study", "code", "version", "title_zh", "title_en", "page_count", "sha256", "roles",
            "required", "grace_days", "published_by", "published_at", "withdrawn_at",
        ]  # fmt: skip
        read_only_fields = fields


class StudyDocumentFilters(serializers.Serializer):
    study = serializers.CharField(source="study__oid", required=False)
    code = serializers.CharField(required=False)


class TrainingRecordSerializer(serializers.ModelSerializer):
    """One record; of a person and a version the newest holds."""

    study = serializers.CharField(source="document.study.oid", read_only=True)
    code = serializers.CharField(source="document.code", read_only=True)
    version = serializers.CharField(source="document.version", read_only=True)
    user = serializers.CharField(source="user.username", read_only=True)
    recorded_by = serializers.CharField(source="recorded_by.username", read_only=True)

    class Meta:
        model = TrainingRecord
        fields = [
            "id", "study", "document", "code", "version", "user", "how", "trained_on", "trainer", "reason",
            "document_sha256", "recorded_by", "recorded_at",
        ]  # fmt: skip
        read_only_fields = fields


class TrainingRecordFilters(serializers.Serializer):
    study = serializers.CharField(source="document__study__oid", required=False)
    code = serializers.CharField(source="document__code", required=False)
    user = serializers.CharField(source="user__username", required=False)


class StatementAcceptanceSerializer(serializers.ModelSerializer):
    user = serializers.CharField(source="user.username", read_only=True)

    class Meta:
        model = StatementAcceptance
        fields = ["id", "user", "version", "language", "text", "text_sha256", "accepted_at"]
        read_only_fields = fields


class StatementAcceptanceFilters(serializers.Serializer):
    user = serializers.CharField(source="user__username", required=False)
    version = serializers.CharField(required=False)
