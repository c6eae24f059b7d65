"""Shapes of forms: their status and final values."""

from rest_framework import serializers

from edc.models import FormInstance


class FormSerializer(serializers.ModelSerializer):
    study = serializers.CharField(source="subject.study.oid", read_only=True)
    site = serializers.CharField(source="subject.site.oid", read_only=True)
    subject = serializers.IntegerField(source="subject_id", read_only=True)
    subject_key = serializers.CharField(source="subject.subject_key", read_only=True)
    event = serializers.IntegerField(source="event_id", read_only=True)
    event_oid = serializers.CharField(source="event.event_oid", read_only=True)
    event_repeat_key = serializers.IntegerField(source="event.repeat_key", read_only=True)
    design_version = serializers.IntegerField(source="design_version.number", read_only=True)

    class Meta:
        model = FormInstance
        fields = [
            "id", "study", "site", "subject", "subject_key", "event", "event_oid", "event_repeat_key",
            "form_oid", "repeat_key", "mandatory", "entry_mode", "status", "status_changed_at",
            "design_version",
        ]  # fmt: skip


class FormValueSerializer(serializers.Serializer):
    """One item of the form's definition, with its final value where the form is complete."""

    path = serializers.CharField()
    item_oid = serializers.CharField()
    label = serializers.DictField(child=serializers.CharField(), help_text="zh and en.")
    type = serializers.CharField()
    value = serializers.JSONField(allow_null=True, help_text="Canonical; null without a value.")
    missing = serializers.CharField(allow_null=True)
    raw = serializers.CharField(allow_null=True, help_text="As written.")
    unit = serializers.CharField(allow_null=True)
    standard_value = serializers.JSONField(allow_null=True, help_text="In the item's standard unit.")
    derived = serializers.BooleanField()
    formula = serializers.CharField(allow_null=True)
    source_stream = serializers.CharField(allow_null=True)


class FormDetailSerializer(FormSerializer):
    """A form with its final values; before it is complete, and for who may not see them, `values` is null."""

    values = FormValueSerializer(source="shown_values", many=True, read_only=True, allow_null=True)

    class Meta(FormSerializer.Meta):
        fields = [*FormSerializer.Meta.fields, "values"]


class FormFilters(serializers.Serializer):
    status = serializers.ChoiceField(choices=FormInstance.Status.choices, required=False)
    form_oid = serializers.CharField(required=False)
    event = serializers.IntegerField(source="event_id", required=False, min_value=1)
