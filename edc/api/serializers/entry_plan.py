"""Shapes of decisions on differences, rates of entry errors and the plan of double entry."""

from rest_framework import serializers

from edc.models import Decision, EntryRate, Resolution
from edc.selectors.entry_plan import PlanLine, upper_percent
from edc.selectors.entry_rates import STEPS
from edc.selectors.error_rates import BY, ErrorRate


class DecisionSerializer(serializers.ModelSerializer):
    """A decision on a difference; with `withdraws` the decision that it takes back."""

    resolver = serializers.CharField(source="resolver.username", read_only=True)
    choice = serializers.ChoiceField(choices=Resolution.Choice.choices, allow_blank=True, read_only=True)

    class Meta:
        model = Decision
        fields = ["id", "choice", "entry", "reason", "resolver", "resolved_at", "withdraws"]


class TakeBackRequest(serializers.Serializer):
    reason = serializers.CharField(max_length=300)


class RateFilters(serializers.Serializer):
    study = serializers.CharField(max_length=40, help_text="Registration number.")
    by = serializers.ChoiceField(choices=[(each, each) for each in BY], default="item", required=False)
    site = serializers.CharField(required=False, help_text="OID.")
    form = serializers.CharField(required=False, help_text="OID.")
    item = serializers.CharField(required=False, help_text="OID.")
    person = serializers.CharField(required=False, help_text="User name.")
    since = serializers.DateField(required=False, help_text="First day of a quarter.")
    critical = serializers.BooleanField(required=False, default=False)


class RateSerializer(serializers.Serializer):
    """Entries compared and those that did not hold, with exact 95 % limits; `rate` null without an entry."""

    names = serializers.ListField(child=serializers.CharField(), help_text="What the row stands for.")
    compared = serializers.IntegerField()
    wrong = serializers.IntegerField()
    rate = serializers.FloatField(source="share", allow_null=True)
    lower_95 = serializers.SerializerMethodField()
    upper_95 = serializers.SerializerMethodField()

    def get_lower_95(self, rate: ErrorRate) -> float:
        return rate.limits[0]

    def get_upper_95(self, rate: ErrorRate) -> float:
        return rate.limits[1]


class RatesSerializer(serializers.Serializer):
    overall = RateSerializer()
    results = RateSerializer(many=True)


class PlanFilters(serializers.Serializer):
    study = serializers.CharField(max_length=40, help_text="Registration number.")
    site = serializers.CharField(required=False, help_text="OID.")


class PlanLineSerializer(serializers.Serializer):
    """A form at a site: percentages, errors of late, and `seen`, which a decision sends back."""

    site = serializers.CharField(source="site.oid")
    form_oid = serializers.CharField()
    percent = serializers.IntegerField(source="rate.percent")
    proposal = serializers.IntegerField(help_text="Equal to percent where nothing follows.")
    all = RateSerializer()
    critical = RateSerializer(allow_null=True)
    upper_percent = serializers.SerializerMethodField()
    limit = serializers.DecimalField(source="terms.limit", max_digits=5, decimal_places=3)
    critical_limit = serializers.DecimalField(source="terms.critical_limit", max_digits=5, decimal_places=3)
    seen = serializers.CharField()

    def get_upper_percent(self, line: PlanLine) -> float:
        return upper_percent(line.all)


class PlanSerializer(serializers.Serializer):
    since = serializers.DateField()
    results = PlanLineSerializer(many=True)


class RateDecisionSerializer(serializers.ModelSerializer):
    """A decision on a rate, with the numbers as they stood."""

    site = serializers.CharField(source="site.oid", read_only=True)
    decided_by = serializers.CharField(source="decided_by.username", read_only=True)
    numbers = serializers.DictField(read_only=True)

    class Meta:
        model = EntryRate
        fields = [
            "id",
            "site",
            "form_oid",
            "before",
            "percent",
            "numbers",
            "reason",
            "decided_by",
            "decided_at",
        ]


class RateDecisionFilters(serializers.Serializer):
    study = serializers.CharField(source="site__study__oid", required=False)
    site = serializers.CharField(source="site__oid", required=False)
    form = serializers.CharField(source="form_oid", required=False)


class RateDecisionRequest(serializers.Serializer):
    study = serializers.CharField(max_length=40)
    site = serializers.CharField(max_length=40, help_text="OID.")
    form_oid = serializers.CharField(max_length=40)
    percent = serializers.ChoiceField(choices=[(step, str(step)) for step in STEPS])
    seen = serializers.CharField(max_length=80, help_text="As in the plan's line that the decision rests on.")
    reason = serializers.CharField(max_length=300)
