"""Shapes of reviews by role."""

from rest_framework import serializers

from edc.models import FormReview, ReviewType


class ReviewTypeSerializer(serializers.ModelSerializer):
    study = serializers.CharField(source="study.oid", read_only=True)
    forms = serializers.ListField(
        child=serializers.CharField(), read_only=True, help_text="OIDs; empty: all forms."
    )

    class Meta:
        model = ReviewType
        fields = ["study", "code", "name_zh", "name_en", "role", "forms", "broken_by", "active"]
        read_only_fields = fields


class ReviewTypeFilters(serializers.Serializer):
    study = serializers.CharField(source="study__oid", required=False, help_text="Registration number.")
    active = serializers.BooleanField(required=False)


class FormReviewSerializer(serializers.ModelSerializer):
    type = serializers.CharField(source="review_type.code", read_only=True)
    reviewer = serializers.CharField(source="reviewer.username", read_only=True)

    class Meta:
        model = FormReview
        fields = [
            "id", "form", "type", "reviewer", "note", "content_sha256", "reviewed_at", "broken_at",
            "broken_reason",
        ]  # fmt: skip
        read_only_fields = fields


class FormReviewRequest(serializers.Serializer):
    type = serializers.CharField(max_length=40, help_text="Code of a review type of the study.")
    note = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")
