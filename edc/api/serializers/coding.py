"""Shapes of medical coding: the values that ask for a code, the terms to choose from, and the codes."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from edc.models import Coding, DictionaryTerm, ItemValue

STATES = ("open", "proposed", "approved", "left")


class TermSerializer(serializers.ModelSerializer):
    classes = serializers.JSONField(
        source="path", read_only=True, help_text="Level, code, Chinese and English name, the widest first."
    )

    class Meta:
        model = DictionaryTerm
        fields = ["code", "level", "zh", "en", "classes"]
        read_only_fields = fields


class CodingSerializer(serializers.ModelSerializer):
    """A code in force for a value, approved or waiting for it."""

    dictionary = serializers.CharField(source="term.dictionary.__str__", read_only=True)
    term = TermSerializer(read_only=True)
    coder = serializers.CharField(source="coder.username", read_only=True)
    approver = serializers.CharField(
        source="approver.username", read_only=True, allow_null=True, default=None
    )

    class Meta:
        model = Coding
        fields = [
            "id", "path", "verbatim", "dictionary", "term", "method", "coder", "coded_at", "approver",
            "approved_at", "ended_at", "ended_reason",
        ]  # fmt: skip
        read_only_fields = fields


class CodedValueSerializer(serializers.ModelSerializer):
    """A value of a completed form that asks for a code, with the code that it has."""

    study = serializers.CharField(source="form.subject.study.oid", read_only=True)
    site = serializers.CharField(source="form.subject.site.oid", read_only=True)
    subject_key = serializers.CharField(source="form.subject.subject_key", read_only=True)
    form_oid = serializers.CharField(source="form.form_oid", read_only=True)
    path = serializers.CharField(read_only=True)
    verbatim = serializers.CharField(source="raw", read_only=True)
    coding = serializers.SerializerMethodField()

    class Meta:
        model = ItemValue
        fields = [
            "id", "study", "site", "subject_key", "form", "form_oid", "item_oid", "path", "verbatim", "coding"
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(CodingSerializer(allow_null=True))
    def get_coding(self, value: ItemValue) -> dict | None:
        found = self.context["codings"].get(value.coding)  # type: ignore[attr-defined]
        return CodingSerializer(found).data if found else None


class CodedValueFilters(serializers.Serializer):
    study = serializers.CharField(
        source="form__subject__study__oid", required=False, help_text="Registration number."
    )
    site = serializers.CharField(source="form__subject__site__oid", required=False)
    subject_key = serializers.CharField(source="form__subject__subject_key", required=False)
    form = serializers.IntegerField(source="form_id", min_value=1, required=False)
    item_oid = serializers.CharField(required=False)
    coding_state = serializers.ChoiceField(
        choices=STATES, required=False, help_text="left: open or proposed."
    )


class TermQuery(serializers.Serializer):
    q = serializers.CharField(
        max_length=200, required=False, help_text="Chinese, English, pinyin or a code; else the verbatim."
    )


class CodeRequest(serializers.Serializer):
    code = serializers.CharField(max_length=40, help_text="Of a current term of the item's dictionary.")
