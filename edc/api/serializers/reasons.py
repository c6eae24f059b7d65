"""The one field of many writes: why."""

from rest_framework import serializers


class ReasonRequest(serializers.Serializer):
    reason = serializers.CharField(max_length=300, help_text="Kept in the audit trail.")
