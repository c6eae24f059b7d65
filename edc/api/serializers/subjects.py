"""Shapes of subjects, their eligibility and visits."""

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from edc.models import EligibilityAssessment, StudyEvent, Subject


class SubjectSerializer(serializers.ModelSerializer):
    study = serializers.CharField(source="study.oid", read_only=True)
    site = serializers.CharField(source="site.oid", read_only=True)
    design_version = serializers.IntegerField(source="design_version.number", read_only=True)

    class Meta:
        model = Subject
        fields = [
            "id", "study", "site", "subject_key", "status", "status_reason", "cohort", "synthetic",
            "design_version", "created_at",
        ]  # fmt: skip


@extend_schema_serializer(
    examples=[OpenApiExample("Enrol", value={"study": "ChiCTR2600126480", "site": "S01", "cohort": ""})]
)
class EnrolRequest(serializers.Serializer):
    study = serializers.CharField(max_length=40, help_text="Registration number.")
    site = serializers.CharField(max_length=20, help_text="Site code.")
    cohort = serializers.CharField(max_length=20, required=False, allow_blank=True, default="")


class CriterionSerializer(serializers.Serializer):
    oid = serializers.CharField()
    category = serializers.CharField()
    met = serializers.CharField(help_text="The criterion's own truth: true, false or unknown.")
    passes = serializers.BooleanField(allow_null=True)
    missing = serializers.ListField(child=serializers.CharField())
    evidence = serializers.DictField(help_text="Each value that the rule read.")
    answered_by = serializers.JSONField(allow_null=True, required=False)
    provisional = serializers.BooleanField(required=False)


class EligibilitySerializer(serializers.ModelSerializer):
    design_version = serializers.IntegerField(source="design_version.number", read_only=True)
    criteria = CriterionSerializer(many=True, read_only=True)

    class Meta:
        model = EligibilityAssessment
        fields = ["verdict", "criteria", "computed_at", "design_version"]


class EventSerializer(serializers.ModelSerializer):
    class Meta:
        model = StudyEvent
        fields = [
            "id", "event_oid", "repeat_key", "status", "planned_date", "window_start", "window_end",
            "held_on", "missed_reason",
        ]  # fmt: skip


class SubjectFilters(serializers.Serializer):
    study = serializers.CharField(source="study__oid", required=False, help_text="Registration number.")
    site = serializers.CharField(source="site__oid", required=False, help_text="Site code.")
    status = serializers.ChoiceField(choices=Subject.Status.choices, required=False)
    subject_key = serializers.CharField(required=False, help_text="Screening number.")


class EventFilters(serializers.Serializer):
    status = serializers.ChoiceField(choices=StudyEvent.Status.choices, required=False)
    event_oid = serializers.CharField(required=False)
