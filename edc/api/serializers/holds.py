"""Shapes of freezes, locks and the requests that take two people."""

from rest_framework import serializers

from edc.models import Hold, HoldKind, HoldRequest


class HoldSerializer(serializers.ModelSerializer):
    study = serializers.CharField(source="study.oid", read_only=True)
    site = serializers.CharField(source="site.oid", read_only=True, allow_null=True, default=None)
    placed_by = serializers.CharField(source="placed_by.username", read_only=True)
    lifted_by = serializers.CharField(
        source="lifted_by.username", read_only=True, allow_null=True, default=None
    )

    class Meta:
        model = Hold
        fields = [
            "id", "level", "kind", "study", "site", "subject", "event", "form", "path", "reason",
            "placed_by", "placed_at", "lifted_by", "lifted_at", "lifted_reason",
        ]  # fmt: skip
        read_only_fields = fields


class HoldFilters(serializers.Serializer):
    study = serializers.CharField(source="study__oid", required=False, help_text="Registration number.")
    site = serializers.CharField(source="site__oid", required=False)
    level = serializers.ChoiceField(choices=Hold._meta.get_field("level").choices, required=False)
    kind = serializers.ChoiceField(choices=HoldKind.choices, required=False)


class HoldRequestBody(serializers.Serializer):
    """The narrowest place that is named is held: the study, a site, a subject, a visit, a form or an item."""

    kind = serializers.ChoiceField(choices=HoldKind.choices)
    study = serializers.CharField(max_length=40, help_text="Registration number.")
    site = serializers.CharField(max_length=20, required=False, allow_blank=True, default="")
    subject = serializers.IntegerField(min_value=1, required=False, allow_null=True, default=None)
    event = serializers.IntegerField(min_value=1, required=False, allow_null=True, default=None)
    form = serializers.IntegerField(min_value=1, required=False, allow_null=True, default=None)
    path = serializers.CharField(
        max_length=120, required=False, allow_blank=True, default="", help_text="An item of the form."
    )
    reason = serializers.CharField(max_length=300)

    def validate(self, attrs: dict) -> dict:
        if attrs["path"] and not attrs["form"]:
            raise serializers.ValidationError({"form": "A path is of a form: name it."})
        return attrs


class LockRequestSerializer(serializers.ModelSerializer):
    study = serializers.CharField(source="study.oid", read_only=True)
    site = serializers.CharField(source="site.oid", read_only=True, allow_null=True, default=None)
    asked_by = serializers.CharField(source="asked_by.username", read_only=True)
    decided_by = serializers.CharField(
        source="decided_by.username", read_only=True, allow_null=True, default=None
    )

    class Meta:
        model = HoldRequest
        fields = [
            "id", "level", "act", "study", "site", "status", "reason", "asked_by", "asked_at", "decided_by",
            "decided_at", "note",
        ]  # fmt: skip
        read_only_fields = fields


class LockRequestFilters(serializers.Serializer):
    study = serializers.CharField(source="study__oid", required=False, help_text="Registration number.")
    status = serializers.ChoiceField(choices=HoldRequest.Status.choices, required=False)


class AskLockRequest(serializers.Serializer):
    study = serializers.CharField(max_length=40, help_text="Registration number.")
    site = serializers.CharField(
        max_length=20, required=False, allow_blank=True, default="", help_text="Empty: the whole study."
    )
    act = serializers.ChoiceField(choices=HoldRequest.Act.choices)
    reason = serializers.CharField(max_length=300)


class DecideLockRequest(serializers.Serializer):
    approve = serializers.BooleanField()
    note = serializers.CharField(
        max_length=300, required=False, allow_blank=True, default="", help_text="Needed to refuse."
    )
