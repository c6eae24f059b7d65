"""Training for programs: documents of the caller's studies, the register, the accepted statements."""

from django.db.models import QuerySet

from edc.api.listing import FilteredList
from edc.api.serializers.training import (
    StatementAcceptanceFilters,
    StatementAcceptanceSerializer,
    StudyDocumentFilters,
    StudyDocumentSerializer,
    TrainingRecordFilters,
    TrainingRecordSerializer,
)
from edc.models import StatementAcceptance, StudyDocument, TrainingRecord
from edc.selectors.statement import acceptances_visible_to
from edc.selectors.training import documents_visible_to, records_visible_to


class StudyDocuments(FilteredList):
    """GET every version of the documents of the caller's studies, without their texts."""

    serializer_class = StudyDocumentSerializer
    filters = StudyDocumentFilters

    def get_queryset(self) -> QuerySet[StudyDocument]:
        found = documents_visible_to(self.request.user).defer("text_zh", "text_en")
        return found.select_related("study", "published_by", "withdrawal").order_by("-pk")


class TrainingRecords(FilteredList):
    """GET every record of the studies whose register the caller reads, annulled ones too."""

    serializer_class = TrainingRecordSerializer
    filters = TrainingRecordFilters

    def get_queryset(self) -> QuerySet[TrainingRecord]:
        return records_visible_to(self.request.user)


class StatementAcceptances(FilteredList):
    """GET who accepted the statement on signatures, of the people of studies whose register one reads."""

    serializer_class = StatementAcceptanceSerializer
    filters = StatementAcceptanceFilters

    def get_queryset(self) -> QuerySet[StatementAcceptance]:
        return acceptances_visible_to(self.request.user)
