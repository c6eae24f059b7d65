"""Lists: a guarded queryset, narrowed by the view's filters, in pages."""

from django.db.models import QuerySet
from rest_framework.generics import ListAPIView
from rest_framework.serializers import Serializer


class FilteredList(ListAPIView):
    """A list whose query parameters are checked by `filters`: a field's source is its lookup."""

    filters: type[Serializer]

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        asked = self.filters(data=self.request.query_params.dict())
        asked.is_valid(raise_exception=True)
        return super().filter_queryset(queryset).filter(**asked.validated_data)
