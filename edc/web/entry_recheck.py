"""What the second person is asked to check again, as the form's page lists it."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from edc.models import FormInstance
from edc.selectors.evaluation import marked_again
from edc.web.form_sheet import Sheet


@dataclass(frozen=True)
class RecheckLine:
    """One mark: its words, and the field it leads to; empty for a group of rows."""

    words: str
    dom_id: str = ""


def recheck_lines(form: FormInstance, sheet: Sheet) -> list[RecheckLine]:
    """Return the marks in the order of the form."""
    marks = set(marked_again(form))
    lines = []
    for group in sheet.groups:
        if group.oid in marks:
            words = _("Rows of “%(group)s”: is each row of the source here, and no other?")
            lines.append(RecheckLine(words % {"group": group.name}))
        for row in group.rows:
            row_name = f" {row.number}" if group.repeating else ""
            cells = (cell for cell in row.cells if cell.path in marks)
            end = "" if group.repeating else "-item"
            lines += [RecheckLine(f"{cell.question.label}{row_name}", cell.dom_id + end) for cell in cells]
    return lines
