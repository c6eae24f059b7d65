"""Shapes of deviations."""

from rest_framework import serializers

from edc.models import Deviation


class DeviationSerializer(serializers.ModelSerializer):
    subject_key = serializers.CharField(source="subject.subject_key", read_only=True)
    site = serializers.CharField(source="subject.site.oid", read_only=True)
    noted_by = serializers.CharField(source="noted_by.username", read_only=True)
    decided_by = serializers.CharField(
        source="decided_by.username", read_only=True, allow_null=True, default=None
    )

    class Meta:
        model = Deviation
        fields = [
            "id", "site", "subject_key", "event", "source", "state", "occurred_on", "kind", "category",
            "severity", "description", "cause", "correction", "noted_by", "noted_at", "decided_by",
            "decided_at", "decision",
        ]  # fmt: skip
        read_only_fields = fields


class NoteDeviationRequest(serializers.Serializer):
    study = serializers.CharField(max_length=40, help_text="Registration number.")
    subject_key = serializers.CharField(max_length=20)
    occurred_on = serializers.DateField()
    kind = serializers.ChoiceField(choices=Deviation.Kind.choices, default=Deviation.Kind.PROTOCOL)
    category = serializers.ChoiceField(choices=Deviation.Category.choices)
    description = serializers.CharField(max_length=1000)
    cause = serializers.CharField(max_length=1000, required=False, allow_blank=True, default="")
    correction = serializers.CharField(max_length=1000, required=False, allow_blank=True, default="")


class DeviationFilters(serializers.Serializer):
    study = serializers.CharField(source="subject__study__oid", required=False)
    site = serializers.CharField(source="subject__site__oid", required=False)
    subject_key = serializers.CharField(source="subject__subject_key", required=False)
    state = serializers.ChoiceField(choices=Deviation.State.choices, required=False)
    severity = serializers.ChoiceField(choices=Deviation.Severity.choices, required=False)
    category = serializers.ChoiceField(choices=Deviation.Category.choices, required=False)
