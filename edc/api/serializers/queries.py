"""Shapes of queries and their threads."""

from rest_framework import serializers

from edc.models import Query, QueryMessage


class QueryMessageSerializer(serializers.ModelSerializer):
    author = serializers.CharField(source="author.username", read_only=True)

    class Meta:
        model = QueryMessage
        fields = ["author", "text", "answer_type", "state_after", "written_at"]


class QuerySerializer(serializers.ModelSerializer):
    form = serializers.IntegerField(source="form_id", read_only=True)
    subject_key = serializers.CharField(source="form.subject.subject_key", read_only=True)
    raised_by = serializers.CharField(source="raised_by.username", read_only=True)
    assigned_to = serializers.CharField(
        source="assigned_to.username", read_only=True, allow_null=True, default=None
    )

    class Meta:
        model = Query
        fields = [
            "id", "form", "subject_key", "path", "origin", "rule_oid", "state", "text_zh", "text_en",
            "raised_by", "owner_role", "assigned_to", "standard_code", "raised_at", "state_changed_at",
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
    text = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")
    standard = serializers.CharField(
        max_length=40, required=False, allow_blank=True, default="", help_text="Code of a ready sentence."
    )


class QueryTurnRequest(serializers.Serializer):
    text = serializers.CharField(max_length=1000, required=False, allow_blank=True, default="")
    standard = serializers.CharField(
        max_length=40, required=False, allow_blank=True, default="", help_text="Code of a ready sentence."
    )


class QueryAnswerRequest(QueryTurnRequest):
    answer_type = serializers.ChoiceField(
        choices=Query.AnswerType.choices, required=False, allow_blank=True, default=""
    )


class QueryFilters(serializers.Serializer):
    study = serializers.CharField(source="form__subject__study__oid", required=False)
    site = serializers.CharField(source="form__subject__site__oid", required=False)
    subject_key = serializers.CharField(source="form__subject__subject_key", required=False)
    form = serializers.IntegerField(source="form_id", required=False, min_value=1)
    state = serializers.ChoiceField(choices=Query.State.choices, required=False)
    origin = serializers.ChoiceField(choices=Query.Origin.choices, required=False)
