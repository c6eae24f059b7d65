"""Shapes of imports of data."""

from rest_framework import serializers

from edc.models import ImportBatch, ImportCell


class ImportSerializer(serializers.ModelSerializer):
    study = serializers.CharField(source="study.oid", read_only=True)
    sites = serializers.SlugRelatedField(
        slug_field="oid", many=True, read_only=True, help_text="Whose subjects the file names."
    )
    created_by = serializers.CharField(source="created_by.username", read_only=True)

    class Meta:
        model = ImportBatch
        fields = [
            "id", "uid", "study", "sites", "kind", "file_name", "file_sha256", "file_size", "state",
            "percent", "problem_zh", "problem_en", "counts", "reason", "undo_reason", "created_by",
            "created_at", "checked_at", "committed_at", "undone_at",
        ]  # fmt: skip
        read_only_fields = fields


class ImportDetailSerializer(ImportSerializer):
    undo_account = serializers.ListField(
        child=serializers.DictField(), read_only=True, help_text="What the undoing left as it was, and why."
    )
    mapping = serializers.DictField(read_only=True, help_text="As it stood at the dry run.")

    class Meta(ImportSerializer.Meta):
        fields = [*ImportSerializer.Meta.fields, "mapping", "undo_account"]
        read_only_fields = fields


class ImportFilters(serializers.Serializer):
    study = serializers.CharField(source="study__oid", required=False, help_text="Registration number.")
    state = serializers.ChoiceField(choices=ImportBatch.State.choices, required=False)
    file_sha256 = serializers.CharField(max_length=64, required=False)


class ImportUpload(serializers.Serializer):
    study = serializers.CharField(max_length=40, help_text="Registration number.")
    file = serializers.FileField(help_text="CSV, Excel or ODM.")


class ImportCheckRequest(serializers.Serializer):
    mapping = serializers.DictField(
        default=dict,
        help_text="What the columns mean, as GET of the import tells it after a dry run: `shape`, `columns`, "
        "`items`, … Empty: what the file's own headings say.",
    )
    saved = serializers.CharField(
        max_length=80, required=False, allow_blank=True, default="", help_text="Name of a kept mapping."
    )


class ImportCellSerializer(serializers.ModelSerializer):
    checks = serializers.ListField(child=serializers.DictField(), read_only=True)

    class Meta:
        model = ImportCell
        fields = [
            "line", "column", "subject_key", "event_oid", "event_repeat", "form_oid", "form_repeat", "path",
            "raw", "outcome", "before", "after", "message_zh", "message_en", "checks",
        ]  # fmt: skip
        read_only_fields = fields


class ImportCellFilters(serializers.Serializer):
    outcome = serializers.ChoiceField(choices=ImportCell.Outcome.choices, required=False)
    subject_key = serializers.CharField(required=False)
    fires = serializers.BooleanField(required=False, help_text="An edit check fires here.")
