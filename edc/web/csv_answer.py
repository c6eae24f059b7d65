"""Lists as CSV files that spreadsheets open safely, line by line."""

import csv
from collections.abc import Iterable, Iterator, Sequence

from django.http import StreamingHttpResponse

from edc.exchange.cells import safe


class _Echo:
    """A file that gives back what is written to it: the CSV writer's line."""

    def write(self, text: str) -> str:
        return text


def csv_answer(name: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> StreamingHttpResponse:
    """Return a download in UTF-8 with its mark; a cell that a spreadsheet would compute is quoted."""
    answer = StreamingHttpResponse(_lines(head, rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


def _lines(head: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(head)
    for row in rows:
        yield writer.writerow([safe("" if each is None else str(each)) for each in row])
