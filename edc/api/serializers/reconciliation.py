"""Shapes of disagreements and queries."""

from rest_framework import serializers

from edc.models import Disagreement, Query, QueryMessage, Resolution


class ResolutionSerializer(serializers.ModelSerializer):
    resolver = serializers.CharField(source="resolver.username", read_only=True)

    class Meta:
        model = Resolution
        fields = ["choice", "entry", "reason", "resolver", "resolved_at"]


class DisagreementSerializer(serializers.ModelSerializer):
    form = serializers.IntegerField(source="form_id", read_only=True)
    subject_key = serializers.CharField(source="form.subject.subject_key", read_only=True)
    resolution = ResolutionSerializer(read_only=True, allow_null=True, default=None)

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


class QueryMessageSerializer(serializers.ModelSerializer):
    author = serializers.CharField(source="author.username", read_only=True)

    class Meta:
        model = QueryMessage
        fields = ["author", "text", "state_after", "written_at"]


class QuerySerializer(serializers.ModelSerializer):
    form = serializers.IntegerField(source="form_id", read_only=True)
    subject_key = serializers.CharField(source="form.subject.subject_key", read_only=True)
    raised_by = serializers.CharField(source="raised_by.username", read_only=True)

    class Meta:
        model = Query
        fields = [
            "id", "form", "subject_key", "path", "origin", "rule_oid", "state", "text_zh", "text_en",
            "raised_by", "raised_at", "state_changed_at",
        ]  # fmt: skip


class QueryThreadSerializer(QuerySerializer):
    messages = QueryMessageSerializer(many=True, read_only=True)

    class Meta(QuerySerializer.Meta):
        fields = [*QuerySerializer.Meta.fields, "messages"]


class RaiseQueryRequest(serializers.Serializer):
    form = serializers.IntegerField(min_value=1)
    path = serializers.CharField(
        max_length=120, required=False, allow_blank=True, default="", help_text="Empty asks about the form."
    )
    text = serializers.CharField(max_length=500)


class QueryTurnRequest(serializers.Serializer):
    text = serializers.CharField(max_length=1000)


class DisagreementFilters(serializers.Serializer):
    study = serializers.CharField(source="form__subject__study__oid", required=False)
    site = serializers.CharField(source="form__subject__site__oid", required=False)
    subject_key = serializers.CharField(source="form__subject__subject_key", required=False)
    form = serializers.IntegerField(source="form_id", required=False, min_value=1)
    kind = serializers.ChoiceField(choices=Disagreement.Kind.choices, required=False)
    open = serializers.BooleanField(source="resolution__isnull", required=False)


class QueryFilters(serializers.Serializer):
    study = serializers.CharField(source="form__subject__study__oid", required=False)
    site = serializers.CharField(source="form__subject__site__oid", required=False)
    subject_key = serializers.CharField(source="form__subject__subject_key", required=False)
    form = serializers.IntegerField(source="form_id", required=False, min_value=1)
    state = serializers.ChoiceField(choices=Query.State.choices, required=False)
    origin = serializers.ChoiceField(choices=Query.Origin.choices, required=False)
