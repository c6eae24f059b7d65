"""Serious adverse events for programs: the list with reports and decisions."""

from django.db.models import QuerySet

from edc.api.listing import FilteredList
from edc.api.serializers.safety import SafetyCaseFilters, SafetyCaseSerializer
from edc.models import SafetyCase
from edc.selectors.safety_cases import cases_visible_to


class SafetyCases(FilteredList):
    """GET the serious adverse events of the caller's sites, each with its reports and their decisions."""

    serializer_class = SafetyCaseSerializer
    filters = SafetyCaseFilters

    def get_queryset(self) -> QuerySet[SafetyCase]:
        found = cases_visible_to(self.request.user)
        return found.prefetch_related("reports__submitted_by", "reports__decisions__by")
