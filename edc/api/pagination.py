"""Lists are paginated by cursor, so that rows arriving meanwhile are neither skipped nor repeated."""

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request


class Cursor(CursorPagination):
    """Newest rows first."""

    ordering = "-pk"
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200

    def paginate_queryset(self, queryset: QuerySet, request: Request, view: object = None) -> list | None:
        try:
            return super().paginate_queryset(queryset, request, view)
        except (ValueError, OverflowError):  # a cursor that this API never gave
            raise NotFound(_("This page does not exist; begin again without a cursor.")) from None


class InOrder(Cursor):
    """Rows in the order in which they were made."""

    ordering = "pk"
