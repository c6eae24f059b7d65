"""Lists are paginated by cursor, so that rows arriving meanwhile are neither skipped nor repeated."""

from rest_framework.pagination import CursorPagination


class Cursor(CursorPagination):
    ordering = "-pk"
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200
