"""Shapes of informed consent."""

from rest_framework import serializers

from edc.exchange.source_pages import MAX_BYTES
from edc.models import Consent, ConsentScan, ConsentVersion, ConsentWithdrawal, Subject
from edc.selectors.consents import STATES

STATE_CHOICES = [(name, name) for name in STATES]


class ConsentVersionSerializer(serializers.ModelSerializer):
    study = serializers.CharField(source="study.oid", read_only=True)

    class Meta:
        model = ConsentVersion
        fields = [
            "id", "study", "label", "language", "dated", "approval", "approved_on", "reconsent",
            "covers_earlier", "changes", "state", "page_count", "sha256",
        ]  # fmt: skip
        read_only_fields = fields


class ConsentStateSerializer(serializers.ModelSerializer):
    """The state of one subject's consent; `due_from` with the state due alone."""

    site = serializers.CharField(source="site.oid", read_only=True)
    state = serializers.ChoiceField(source="consent_state", choices=STATE_CHOICES, read_only=True)
    version = serializers.CharField(source="signed_label", read_only=True, allow_null=True)
    due_from = serializers.SerializerMethodField()
    has_scan = serializers.BooleanField(read_only=True)

    class Meta:
        model = Subject
        fields = ["site", "subject_key", "state", "version", "due_from", "has_scan"]
        read_only_fields = fields

    def get_due_from(self, subject: Subject) -> str | None:
        return subject.due_from.isoformat() if subject.consent_state == "due" else None


class ConsentSerializer(serializers.ModelSerializer):
    site = serializers.CharField(source="subject.site.oid", read_only=True)
    subject_key = serializers.CharField(source="subject.subject_key", read_only=True)
    version = serializers.CharField(source="version.label", read_only=True)
    noted_by = serializers.CharField(source="noted_by.username", read_only=True)
    signed_on = serializers.DateField(
        read_only=True, allow_null=True, help_text="Null where the consent form named here holds the day."
    )

    class Meta:
        model = Consent
        fields = [
            "id", "site", "subject_key", "version", "form", "signed_on", "signed_time", "explained_by",
            "noted_by", "noted_at", "taken_back_at", "taken_back_reason",
        ]  # fmt: skip
        read_only_fields = fields


class OfSubject(serializers.Serializer):
    study = serializers.CharField(max_length=40, help_text="Registration number.")
    subject_key = serializers.CharField(max_length=20)


class RecordConsentRequest(OfSubject):
    version = serializers.IntegerField(help_text="The id of a version that is in effect at the site.")
    explained_by = serializers.CharField(max_length=80)
    signed_time = serializers.TimeField(required=False, allow_null=True, default=None)
    signed_on = serializers.DateField(
        required=False, allow_null=True, default=None, help_text="Only where no consent form holds the day."
    )


class WithdrawConsentRequest(OfSubject):
    withdrawn_on = serializers.DateField()
    further_data = serializers.BooleanField(default=False)
    use_of_data = serializers.BooleanField(default=False)
    specimens = serializers.BooleanField(default=False)
    reason = serializers.CharField(max_length=300)


class ConsentWithdrawalSerializer(serializers.ModelSerializer):
    site = serializers.CharField(source="subject.site.oid", read_only=True)
    subject_key = serializers.CharField(source="subject.subject_key", read_only=True)
    noted_by = serializers.CharField(source="noted_by.username", read_only=True)

    class Meta:
        model = ConsentWithdrawal
        fields = [
            "id", "site", "subject_key", "withdrawn_on", "further_data", "use_of_data", "specimens", "reason",
            "noted_by", "noted_at", "taken_back_at", "taken_back_reason",
        ]  # fmt: skip
        read_only_fields = fields


class ScanRequest(serializers.Serializer):
    file = serializers.FileField(help_text=f"PDF, JPEG or PNG of at most {MAX_BYTES // 2**20} MiB.")


class ConsentScanSerializer(serializers.ModelSerializer):
    id = serializers.UUIDField(source="public_id", read_only=True)

    class Meta:
        model = ConsentScan
        fields = ["id", "consent", "media_type", "page_count", "size", "sha256", "uploaded_at"]
        read_only_fields = fields


class OfStudy(serializers.Serializer):
    study = serializers.CharField(source="study__oid", required=False)


class ConsentStateFilters(OfStudy):
    site = serializers.CharField(source="site__oid", required=False)
    subject_key = serializers.CharField(required=False)
    state = serializers.ChoiceField(source="consent_state", choices=STATE_CHOICES, required=False)


class ConsentFilters(serializers.Serializer):
    study = serializers.CharField(source="subject__study__oid", required=False)
    site = serializers.CharField(source="subject__site__oid", required=False)
    subject_key = serializers.CharField(source="subject__subject_key", required=False)
