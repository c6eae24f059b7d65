"""Shapes of source evidence."""

from rest_framework import serializers

from edc.exchange.source_pages import MAX_BYTES
from edc.models import Evidence
from edc.services.evidence import MAX_PASSAGE


class EvidenceSerializer(serializers.ModelSerializer):
    id = serializers.UUIDField(source="public_id", read_only=True)
    paths = serializers.ListField(
        child=serializers.CharField(),
        read_only=True,
        help_text="Items that it is tied to; empty where the caller may not know those of another person.",
    )
    uploaded_by = serializers.CharField(source="uploaded_by.username", read_only=True)

    class Meta:
        model = Evidence
        fields = [
            "id", "form", "kind", "source", "paths", "text", "media_type", "page_count", "size", "sha256",
            "uploaded_by", "uploaded_at",
        ]  # fmt: skip
        read_only_fields = fields


class EvidenceList(serializers.Serializer):
    results = EvidenceSerializer(many=True)


class AboutEvidence(serializers.Serializer):
    source = serializers.ChoiceField(choices=Evidence.Source.choices)
    paths = serializers.ListField(child=serializers.CharField(max_length=120), allow_empty=False)
    deidentified = serializers.BooleanField(
        help_text="True: no name, number or address is left. It is refused otherwise."
    )


class PassageRequest(AboutEvidence):
    text = serializers.CharField(max_length=MAX_PASSAGE)


class PageRequest(AboutEvidence):
    file = serializers.FileField(help_text=f"PDF, JPEG or PNG of at most {MAX_BYTES // 2**20} MiB.")


class WithdrawRequest(serializers.Serializer):
    reason = serializers.CharField(max_length=300)
