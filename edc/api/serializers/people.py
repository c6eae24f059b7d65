"""Shapes of tokens and of the audit trail."""

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from edc.models import ApiToken, AuditEvent


class TokenSerializer(serializers.ModelSerializer):
    site = serializers.CharField(source="site.oid", read_only=True, allow_null=True, default=None)

    class Meta:
        model = ApiToken
        fields = [
            "id", "name", "prefix", "scopes", "site", "created_at", "expires_at", "revoked_at",
            "last_used_at",
        ]  # fmt: skip


class IssuedTokenSerializer(TokenSerializer):
    token = serializers.CharField(
        allow_null=True, help_text="Shown this once; null when the request is repeated."
    )

    class Meta(TokenSerializer.Meta):
        fields = [*TokenSerializer.Meta.fields, "token"]


@extend_schema_serializer(
    examples=[
        OpenApiExample("A site's uploader", value={"name": "pacs", "scopes": ["upload"], "days": 90},
                       request_only=True)
    ]
)  # fmt: skip
class IssueTokenRequest(serializers.Serializer):
    name = serializers.CharField(max_length=80)
    scopes = serializers.ListField(
        child=serializers.ChoiceField(choices=ApiToken.Scope.choices), min_length=1
    )
    study = serializers.CharField(max_length=40, required=False, help_text="Needed with site.")
    site = serializers.CharField(max_length=20, required=False, help_text="Binds the token to this site.")
    days = serializers.IntegerField(min_value=1, max_value=366, default=90)


class AuditEventSerializer(serializers.ModelSerializer):
    """One change. While `withheld`, values, reason and the hash made of them stay closed to everybody."""

    actor = serializers.CharField(source="actor_name", read_only=True)
    study = serializers.CharField(source="study.oid", read_only=True, default=None, allow_null=True)
    site = serializers.CharField(source="site.oid", read_only=True, default=None, allow_null=True)
    subject_key = serializers.CharField(
        source="subject.subject_key", read_only=True, default=None, allow_null=True
    )
    withheld = serializers.BooleanField(read_only=True)
    hash = serializers.SerializerMethodField()

    class Meta:
        model = AuditEvent
        fields = [
            "id", "at", "actor", "role", "study", "site", "subject_key", "action", "target_type", "target_id",
            "path", "before", "after", "reason", "channel", "withheld", "request_id", "software_version",
            "hash",
        ]  # fmt: skip

    def get_hash(self, event) -> str | None:
        # The hash covers the withheld values: who has it finds a short value by trying.
        return None if event.withheld else event.hash


class AuditFilters(serializers.Serializer):
    study = serializers.CharField(source="study__oid", required=False)
    site = serializers.CharField(source="site__oid", required=False)
    subject_key = serializers.CharField(source="subject__subject_key", required=False)
    actor = serializers.CharField(source="actor__username", required=False, help_text="User name.")
    action = serializers.CharField(required=False)
    target_type = serializers.CharField(required=False)
    target_id = serializers.CharField(required=False)
    since = serializers.DateTimeField(source="at__gte", required=False)
    until = serializers.DateTimeField(source="at__lt", required=False)
