"""Shapes of specimens and their chain of custody."""

from rest_framework import serializers

from edc.models import Specimen, SpecimenStep
from edc.services.specimens import LONGEST


class SpecimenStepSerializer(serializers.ModelSerializer):
    site = serializers.CharField(source="site.oid", read_only=True)
    to_site = serializers.CharField(source="to_site.oid", read_only=True, allow_null=True, default=None)
    by = serializers.CharField(source="by.username", read_only=True)
    first_person = serializers.CharField(
        source="first_person.username", read_only=True, allow_null=True, default=None
    )

    class Meta:
        model = SpecimenStep
        fields = [
            "state", "at", "site", "to_site", "place", "condition", "tubes", "reason", "by", "first_person",
            "noted_at",
        ]  # fmt: skip
        read_only_fields = fields


class SpecimenSerializer(serializers.ModelSerializer):
    study = serializers.CharField(source="study.oid", read_only=True)
    subject_key = serializers.CharField(source="subject.subject_key", read_only=True)
    at_site = serializers.CharField(source="at_site.oid", read_only=True)
    to_site = serializers.CharField(source="to_site.oid", read_only=True, allow_null=True, default=None)
    consent_withdrawn = serializers.BooleanField(
        read_only=True, help_text="What is left of it must be destroyed."
    )

    class Meta:
        model = Specimen
        fields = [
            "id", "study", "subject_key", "event", "label", "kind", "collected_at", "state", "tubes",
            "at_site", "to_site", "place", "consent_withdrawn",
        ]  # fmt: skip
        read_only_fields = fields


class SpecimenDetailSerializer(SpecimenSerializer):
    steps = SpecimenStepSerializer(many=True, read_only=True)

    class Meta(SpecimenSerializer.Meta):
        fields = [*SpecimenSerializer.Meta.fields, "steps"]
        read_only_fields = fields


class SpecimenFilters(serializers.Serializer):
    study = serializers.CharField(source="study__oid", required=False, help_text="Registration number.")
    subject_key = serializers.CharField(source="subject__subject_key", required=False)
    label = serializers.CharField(required=False)
    kind = serializers.ChoiceField(choices=Specimen.Kind.choices, required=False)
    state = serializers.ChoiceField(choices=Specimen.State.choices, required=False)
    at_site = serializers.CharField(source="at_site__oid", required=False)


class CollectRequest(serializers.Serializer):
    subject = serializers.IntegerField(min_value=1)
    event = serializers.IntegerField(
        min_value=1, required=False, allow_null=True, default=None, help_text="A visit of the subject."
    )
    label = serializers.CharField(max_length=60, help_text="As on the tube or its barcode.")
    kind = serializers.ChoiceField(choices=Specimen.Kind.choices)
    collected_at = serializers.DateTimeField()
    tubes = serializers.IntegerField(min_value=1, max_value=200, default=1)


class StepRequest(serializers.Serializer):
    """Where a step must say more: stored its place, received its condition, an end its reason."""

    state = serializers.ChoiceField(
        choices=[each for each in Specimen.State.choices if each[0] != Specimen.State.COLLECTED]
    )
    at = serializers.DateTimeField(help_text="When it happened.")
    to_site = serializers.CharField(
        max_length=20, required=False, allow_blank=True, default="", help_text="OID, where it is shipped."
    )
    place = serializers.CharField(max_length=LONGEST["place"], required=False, allow_blank=True, default="")
    condition = serializers.CharField(
        max_length=LONGEST["condition"], required=False, allow_blank=True, default=""
    )
    reason = serializers.CharField(max_length=LONGEST["reason"], required=False, allow_blank=True, default="")
