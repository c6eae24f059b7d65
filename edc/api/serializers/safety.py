"""Shapes of serious adverse events."""

from django.utils.translation import gettext as _
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
    row_key = serializers.CharField(
        read_only=True, allow_null=True, help_text="Null: opened by hand, and no form tells of it yet."
    )
    by_hand = serializers.BooleanField(read_only=True)
    reports = SafetyReportSerializer(many=True, read_only=True)

    class Meta:
        model = SafetyCase
        fields = [
            "id", "name", "site", "subject_key", "form", "row_key", "state", "aware_at", "opened_at",
            "due_at", "by_hand", "closed_reason", "reports",
        ]  # fmt: skip
        read_only_fields = fields


class SafetyCaseFilters(serializers.Serializer):
    study = serializers.CharField(source="study__oid", required=False)
    site = serializers.CharField(source="subject__site__oid", required=False)
    subject_key = serializers.CharField(source="subject__subject_key", required=False)
    state = serializers.ChoiceField(choices=SafetyCase.State.choices, required=False)
    due_before = serializers.DateTimeField(source="due_at__lt", required=False)


class ReportRequest(serializers.Serializer):
    """The next report of a case; each answer is read as its item of the form of adverse events reads it."""

    number = serializers.IntegerField(min_value=1, max_value=10_000, help_text="Of this report, from 1.")
    answers = serializers.DictField(
        child=serializers.JSONField(help_text="As written; a list of codes where several may be chosen."),
        help_text="Name of an item, as the form of adverse events has it, to its raw entry.",
    )
    narrative = serializers.CharField(max_length=4000, help_text="The course in words.")
    final = serializers.BooleanField(default=False, help_text="No other report follows.")

    def validate_answers(self, answers: dict) -> dict:
        for name, given in answers.items():
            texts = given if isinstance(given, list) else [given]
            if not all(isinstance(each, str) and len(each) <= 1000 for each in texts):
                raise serializers.ValidationError({name: _("Send text, or a list of codes.")})
        return answers


class VerdictRequest(serializers.Serializer):
    causality = serializers.ChoiceField(choices=SafetyDecision.Causality.choices)
    expectedness = serializers.ChoiceField(choices=SafetyDecision.Expectedness.choices)
    action = serializers.ChoiceField(choices=SafetyDecision.Action.choices)
    comment = serializers.CharField(max_length=1000, help_text="The grounds.")
    follow_up_by = serializers.DateTimeField(
        required=False, allow_null=True, default=None, help_text="With the action `follow_up` alone."
    )


class OpenCaseRequest(serializers.Serializer):
    subject = serializers.IntegerField(min_value=1)
    aware_at = serializers.DateTimeField(help_text="When the site knew; the clock begins then.")


class TieCaseRequest(serializers.Serializer):
    form = serializers.IntegerField(min_value=1, help_text="A completed form of adverse events.")
    row_key = serializers.CharField(
        max_length=10, required=False, allow_blank=True, default="", help_text="Empty: it has no rows."
    )
    reason = serializers.CharField(
        max_length=300, required=False, allow_blank=True, default="",
        help_text="Asked for where the case was tied to another event.",
    )  # fmt: skip


class AwarenessRequest(serializers.Serializer):
    aware_at = serializers.DateTimeField(help_text="When the site knew.")
    reason = serializers.CharField(max_length=300)
