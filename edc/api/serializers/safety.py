"""Shapes of serious adverse events."""

from rest_framework import serializers

from edc.models import SafetyCase, SafetyDecision, SafetyReport


class SafetyDecisionSerializer(serializers.ModelSerializer):
    by = serializers.CharField(source="by.username", read_only=True)

    class Meta:
        model = SafetyDecision
        fields = ["causality", "expectedness", "action", "comment", "by", "at"]
        read_only_fields = fields


class SafetyReportSerializer(serializers.ModelSerializer):
    submitted_by = serializers.CharField(source="submitted_by.username", read_only=True)
    late = serializers.BooleanField(source="is_late", read_only=True)
    decisions = SafetyDecisionSerializer(many=True, read_only=True)

    class Meta:
        model = SafetyReport
        fields = [
            "number", "final", "content", "content_sha256", "due_at", "submitted_by", "submitted_at", "late",
            "decisions",
        ]  # fmt: skip
        read_only_fields = fields


class SafetyCaseSerializer(serializers.ModelSerializer):
    name = serializers.CharField(source="__str__", read_only=True)
    subject_key = serializers.CharField(source="subject.subject_key", read_only=True)
    site = serializers.CharField(source="subject.site.oid", read_only=True)
    reports = SafetyReportSerializer(many=True, read_only=True)

    class Meta:
        model = SafetyCase
        fields = [
            "id", "name", "site", "subject_key", "form", "row_key", "state", "aware_at", "opened_at",
            "due_at", "closed_reason", "reports",
        ]  # fmt: skip
        read_only_fields = fields


class SafetyCaseFilters(serializers.Serializer):
    study = serializers.CharField(source="study__oid", required=False)
    site = serializers.CharField(source="subject__site__oid", required=False)
    subject_key = serializers.CharField(source="subject__subject_key", required=False)
    state = serializers.ChoiceField(choices=SafetyCase.State.choices, required=False)
    due_before = serializers.DateTimeField(source="due_at__lt", required=False)
