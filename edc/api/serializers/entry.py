"""Shapes of what one person enters: records, drafts and sealed observations."""

from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from edc.models import Observation, Recheck


class EntrySerializer(serializers.Serializer):
    """One item as written: raw text (for a multi item a list of codes), the unit, or a missing code."""

    raw = serializers.JSONField(required=False, allow_null=True, help_text="Text, or a list of codes.")
    unit = serializers.CharField(required=False, allow_null=True, allow_blank=True, max_length=30)
    missing = serializers.CharField(
        required=False, allow_null=True, allow_blank=True, max_length=3, help_text="ND, UNK, NA or NE."
    )


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A laboratory form",
            value={
                "items": {
                    "IT.LBC.BILI": {"raw": "1.4", "unit": "mg/dL", "missing": None},
                    "IT.TXS.ECTRT[2]": {"raw": None, "unit": None, "missing": "UNK"},
                },
                "rows": {"IG.TXS": ["1", "2"]},
            },
        )
    ]
)
class RecordSerializer(serializers.Serializer):
    """A form record: entries by item path, and the row keys of repeating item groups."""

    items = serializers.DictField(child=EntrySerializer())
    rows = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField(max_length=6)), required=False
    )


class ObservationSerializer(serializers.ModelSerializer):
    observer = serializers.CharField(source="observer.username", read_only=True)
    form = serializers.IntegerField(source="form_id", read_only=True)
    content = RecordSerializer(read_only=True)

    class Meta:
        model = Observation
        fields = [
            "id", "form", "stream", "revision", "observer", "content", "content_sha256", "reason",
            "sealed_at",
        ]  # fmt: skip


class TypedEntrySerializer(EntrySerializer):
    """An entry of a draft, with the time of entry by the client's own clock, kept beside the server's."""

    typed_at = serializers.CharField(
        required=False,
        allow_null=True,
        max_length=40,
        help_text="When the value was typed: ISO 8601 with the offset from UTC. What cannot be read is "
        "noted, and the value is kept.",
    )
    sent_at = serializers.CharField(
        required=False, allow_null=True, max_length=40, help_text="The same clock when this was sent."
    )


class DraftItemSerializer(serializers.Serializer):
    path = serializers.CharField()
    entry = EntrySerializer()
    version = serializers.IntegerField()


class DraftSerializer(serializers.Serializer):
    """The caller's own draft: each item with the version to send with its next save."""

    stream = serializers.CharField()
    items = serializers.SerializerMethodField()
    rows = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))
    started_at = serializers.DateTimeField()
    saved_at = serializers.DateTimeField()

    @extend_schema_field(DraftItemSerializer(many=True))
    def get_items(self, draft) -> list:
        return DraftItemSerializer(sorted(draft.items.all(), key=lambda item: item.path), many=True).data


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Save an item for the first time",
            value={
                "path": "IT.DM.SEX",
                "entry": {"raw": "F", "unit": None, "missing": None},
                "expected_version": 0,
            },
            request_only=True,
        )
    ]
)
class SaveItemRequest(serializers.Serializer):
    path = serializers.CharField(max_length=120)
    entry = TypedEntrySerializer()
    expected_version = serializers.IntegerField(
        min_value=0, max_value=2**31 - 1, help_text="The version last read; 0 for an item never saved."
    )
    drop_hidden = serializers.BooleanField(
        default=False, help_text="Whether items that this entry hides may lose what they hold."
    )


class ItemProblemSerializer(serializers.Serializer):
    path = serializers.CharField()
    code = serializers.CharField()
    severity = serializers.CharField(help_text="hard is refused at submit; soft asks a query.")
    message = serializers.DictField(child=serializers.CharField(), help_text="zh and en.")


class SavedItemSerializer(serializers.Serializer):
    """The saved item's new version, and how the form stands with it."""

    path = serializers.CharField()
    version = serializers.IntegerField()
    filled = serializers.IntegerField(source="state.progress.filled")
    required = serializers.IntegerField(source="state.progress.required")
    unanswered = serializers.ListField(source="state.unanswered", child=serializers.CharField())
    hidden = serializers.SerializerMethodField(help_text="Paths that the rules hide now.")
    erased = serializers.DictField(
        child=serializers.IntegerField(), help_text="Paths that the save hid, emptied, with their versions."
    )
    problems = serializers.SerializerMethodField()

    def get_hidden(self, saved) -> list[str]:
        return [path for path, visible in saved.state.visible.items() if not visible]

    @extend_schema_field(ItemProblemSerializer(many=True))
    def get_problems(self, saved) -> list:
        entries = [
            {
                "path": path,
                "code": each.code,
                "severity": each.level,
                "message": {"zh": each.zh, "en": each.en},
            }
            for path, each in saved.state.problems.items()
        ]
        flags = [
            {
                "path": each.path,
                "code": each.rule_oid,
                "severity": each.severity,
                "message": each.message.as_dict(),
            }
            for each in saved.state.flags
        ]
        return ItemProblemSerializer([*entries, *flags], many=True).data


class AddRowRequest(serializers.Serializer):
    group_oid = serializers.CharField(max_length=60, help_text="A repeating item group of the form.")


class RowSerializer(serializers.Serializer):
    group_oid = serializers.CharField()
    key = serializers.CharField(help_text="Never used again, even when the row is removed.")


class RecheckSerializer(serializers.ModelSerializer):
    """What the second person is to check against the source again before sending the pass once more."""

    marked = serializers.ListField(
        child=serializers.CharField(), help_text="Item paths, and OIDs of groups whose rows to check."
    )

    class Meta:
        model = Recheck
        fields = ["marked", "asked_at"]
