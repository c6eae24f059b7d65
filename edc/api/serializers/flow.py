"""Shapes of screening, leaving and the numbers of the flow."""

from rest_framework import serializers

from edc.models import Departure


class ConfirmRequest(serializers.Serializer):
    override_reason = serializers.CharField(
        max_length=300,
        required=False,
        allow_blank=True,
        default="",
        help_text="Where the criteria are not met, or cannot be evaluated: an investigator's reason.",
    )


class LeaveRequest(serializers.Serializer):
    how = serializers.ChoiceField(choices=Departure.How.choices)
    left_on = serializers.DateField()
    reason = serializers.CharField(max_length=300)


class FlowFilters(serializers.Serializer):
    study = serializers.CharField(max_length=40, help_text="Registration number.")
    site = serializers.CharField(max_length=20, required=False, help_text="OID; else all of the caller's.")


class SiteFlowSerializer(serializers.Serializer):
    site = serializers.CharField()
    counts = serializers.DictField(child=serializers.IntegerField())


class FlowSerializer(serializers.Serializer):
    """Numbers of subjects as CONSORT 2010 counts them; each counts who reached the stage."""

    study = serializers.CharField()
    as_of = serializers.DateTimeField()
    snapshot = serializers.CharField(allow_null=True, help_text="Frozen data whose subjects are `analysed`.")
    total = serializers.DictField(child=serializers.IntegerField())
    sites = SiteFlowSerializer(many=True)
    failures = serializers.DictField(
        child=serializers.IntegerField(), help_text="Screen failures by criterion; one may fail several."
    )
    departures = serializers.DictField(
        child=serializers.IntegerField(), help_text="Enrolled subjects who left, by how."
    )
