"""Shapes of the modeling API; no rule stands here."""

from rest_framework import serializers

from modeling.models import Band, Run, Score, ScoreReview


class RunSerializer(serializers.ModelSerializer):
    analysis = serializers.UUIDField(source="analysis.public_id", read_only=True)
    study = serializers.CharField(source="analysis.subject.study.oid", read_only=True)
    subject_key = serializers.CharField(source="analysis.subject.subject_key", read_only=True)
    model = serializers.CharField(source="analysis.model_version", read_only=True)

    class Meta:
        model = Run
        fields = [
            "id", "analysis", "study", "subject_key", "model", "step", "status", "progress", "progress_text",
            "attempts", "queued_at", "started_at", "ended_at", "error_code", "error_zh", "error_en",
            "provenance", "output",
        ]  # fmt: skip


class RunFilters(serializers.Serializer):
    study = serializers.CharField(source="analysis__subject__study__oid", required=False)
    site = serializers.CharField(source="analysis__subject__site__oid", required=False)
    subject_key = serializers.CharField(source="analysis__subject__subject_key", required=False)
    analysis = serializers.UUIDField(source="analysis__public_id", required=False)
    step = serializers.ChoiceField(choices=Run.Step.choices, required=False)
    status = serializers.ChoiceField(choices=Run.Status.choices, required=False)


class RequestAnalysis(serializers.Serializer):
    """Which images to analyse with which model, from a mask or from a point inside the lesion."""

    study_instance_uid = serializers.CharField()
    model = serializers.IntegerField(help_text="Model version id.")
    segmentation = serializers.IntegerField(required=False, allow_null=True)
    seed = serializers.ListField(child=serializers.FloatField(), min_length=3, max_length=3, required=False)


class ReviewSerializer(serializers.ModelSerializer):
    reviewer = serializers.CharField(source="reviewer.username", read_only=True)

    class Meta:
        model = ScoreReview
        fields = ["decision", "band", "reason_code", "reason", "reviewer", "decided_at"]


class ReviewRequest(serializers.Serializer):
    decision = serializers.ChoiceField(choices=ScoreReview.Decision.choices)
    band = serializers.CharField(required=False, allow_blank=True, default="")
    reason_code = serializers.CharField(required=False, allow_blank=True, default="")
    reason = serializers.CharField(required=False, allow_blank=True, default="", max_length=1000)


class ScoreFilters(serializers.Serializer):
    study = serializers.CharField(source="subject__study__oid", required=False)
    site = serializers.CharField(source="subject__site__oid", required=False)
    subject_key = serializers.CharField(source="subject__subject_key", required=False)
    model = serializers.IntegerField(
        source="model_version_id", required=False, min_value=1, help_text="Model version id."
    )
    band = serializers.ChoiceField(choices=Band.choices, required=False)
    abstained = serializers.BooleanField(required=False)


class ScoreSerializer(serializers.ModelSerializer):
    study = serializers.CharField(source="subject.study.oid", read_only=True)
    subject_key = serializers.CharField(source="subject.subject_key", read_only=True)
    model = serializers.CharField(source="model_version", read_only=True)
    model_state = serializers.CharField(source="model_version.state", read_only=True)
    demonstration = serializers.BooleanField(source="model_version.demonstration", read_only=True)
    reviews = ReviewSerializer(many=True, read_only=True)

    class Meta:
        model = Score
        fields = [
            "id", "study", "subject_key", "model", "model_state", "demonstration", "value", "probability",
            "interval_low", "interval_high", "band", "contributions", "inputs", "checks", "abstained",
            "abstain_reasons", "run", "created_at", "reviews",
        ]  # fmt: skip
