"""Shapes of the imaging API; no rule stands here."""

from rest_framework import serializers

from imaging.models import UploadedInstance, UploadSession
from imaging.services.receipt import count


class OpenUploadRequest(serializers.Serializer):
    """Where the images belong, and how many instances will come."""

    study = serializers.CharField(help_text="Registration number.")
    subject_key = serializers.CharField()
    event_oid = serializers.CharField(help_text="Visit, such as SE.BASELINE.")
    event_repeat_key = serializers.IntegerField(default=1, min_value=1)
    form_oid = serializers.CharField(default="FO.IMA")
    form_repeat_key = serializers.IntegerField(default=1, min_value=1)
    announced_count = serializers.IntegerField(min_value=1)


class UploadedInstanceSerializer(serializers.ModelSerializer):
    sop_instance_uid = serializers.CharField(source="instance.sop_instance_uid", default=None, read_only=True)

    class Meta:
        model = UploadedInstance
        fields = [
            "sent_index",
            "outcome",
            "reason_code",
            "reason_zh",
            "reason_en",
            "size",
            "sha256",
            "sop_instance_uid",
        ]


class UploadSessionSerializer(serializers.ModelSerializer):
    id = serializers.UUIDField(source="public_id", read_only=True)
    study = serializers.CharField(source="subject.study.oid", read_only=True)
    subject_key = serializers.CharField(source="subject.subject_key", read_only=True)
    event_oid = serializers.CharField(source="form.event.event_oid", read_only=True)
    form_oid = serializers.CharField(source="form.form_oid", read_only=True)
    counts = serializers.SerializerMethodField()

    class Meta:
        model = UploadSession
        fields = [
            "id", "study", "subject_key", "event_oid", "form_oid", "status", "announced_count", "counts",
            "created_at", "submitted_at", "receipt",
        ]  # fmt: skip

    def get_counts(self, session: UploadSession) -> dict[str, int]:
        return count(session)
