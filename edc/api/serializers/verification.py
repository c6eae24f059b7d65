"""Shapes of source data verification."""

from rest_framework import serializers

from edc.models import FormVerificationDue, ItemVerification


class MarkSerializer(serializers.ModelSerializer):
    verifier = serializers.CharField(source="verifier.username", read_only=True)

    class Meta:
        model = ItemVerification
        fields = ["verifier", "verified_at", "value_sha256", "broken_at", "broken_reason"]
        read_only_fields = fields


class VerifiableItemSerializer(serializers.Serializer):
    path = serializers.CharField()
    required = serializers.BooleanField(help_text="The plan asks for it, or the item is critical.")
    transferred = serializers.BooleanField(help_text="Came electronically: nothing to compare.")
    critical = serializers.BooleanField(source="item.critical")
    mark = MarkSerializer(allow_null=True)
    broken = MarkSerializer(allow_null=True, help_text="The last mark that a change broke.")


class VerificationSheetSerializer(serializers.Serializer):
    """What a completed form owes of verification; `content_sha256` goes back as what was compared."""

    form = serializers.IntegerField()
    status = serializers.CharField()
    content_sha256 = serializers.CharField()
    left = serializers.IntegerField(help_text="Values that the plan still asks for.")
    items = VerifiableItemSerializer(many=True)


class VerifyRequest(serializers.Serializer):
    paths = serializers.ListField(
        child=serializers.CharField(max_length=120),
        default=list,
        help_text="Values that agree with their source; empty: everything due on the form.",
    )
    content_sha256 = serializers.CharField(
        max_length=64, help_text="Of the content that was compared; another one is refused with 409."
    )


class WithdrawMarkRequest(serializers.Serializer):
    path = serializers.CharField(max_length=120)
    reason = serializers.CharField(max_length=300)


class VerificationDueSerializer(serializers.ModelSerializer):
    study = serializers.CharField(source="form.subject.study.oid", read_only=True)
    site = serializers.CharField(source="form.subject.site.oid", read_only=True)
    subject_key = serializers.CharField(source="form.subject.subject_key", read_only=True)
    form_oid = serializers.CharField(source="form.form_oid", read_only=True)

    class Meta:
        model = FormVerificationDue
        fields = [
            "study", "site", "subject_key", "form", "form_oid", "required", "verified", "left",
            "critical_left", "transferred", "broken",
        ]  # fmt: skip
        read_only_fields = fields


class VerificationDueFilters(serializers.Serializer):
    study = serializers.CharField(source="form__subject__study__oid", required=False)
    site = serializers.CharField(source="form__subject__site__oid", required=False)
    subject_key = serializers.CharField(source="form__subject__subject_key", required=False)
    form_oid = serializers.CharField(source="form__form_oid", required=False)
    left_from = serializers.IntegerField(source="left__gte", required=False, min_value=0)
