"""Shapes of disagreements."""

from rest_framework import serializers

from edc.models import Disagreement, Resolution


class ResolutionSerializer(serializers.ModelSerializer):
    resolver = serializers.CharField(source="resolver.username", read_only=True)

    class Meta:
        model = Resolution
        fields = ["choice", "entry", "reason", "resolver", "resolved_at"]


class DisagreementSerializer(serializers.ModelSerializer):
    form = serializers.IntegerField(source="form_id", read_only=True)
    subject_key = serializers.CharField(source="form.subject.subject_key", read_only=True)
    resolution = ResolutionSerializer(source="held", read_only=True, allow_null=True)

    class Meta:
        model = Disagreement
        fields = [
            "id", "form", "subject_key", "path", "kind", "first_entry", "second_entry", "found_at",
            "resolution",
        ]  # fmt: skip


class ResolveRequest(serializers.Serializer):
    choice = serializers.ChoiceField(choices=Resolution.Choice.choices)
    entry = serializers.DictField(
        required=False,
        allow_null=True,
        default=None,
        help_text="With choice other: raw, unit, missing; for a row its entries by item OID, or null.",
    )
    reason = serializers.CharField(max_length=300)


class DisagreementFilters(serializers.Serializer):
    study = serializers.CharField(source="form__subject__study__oid", required=False)
    site = serializers.CharField(source="form__subject__site__oid", required=False)
    subject_key = serializers.CharField(source="form__subject__subject_key", required=False)
    form = serializers.IntegerField(source="form_id", required=False, min_value=1)
    kind = serializers.ChoiceField(choices=Disagreement.Kind.choices, required=False)
    open = serializers.BooleanField(source="is_open", required=False)
