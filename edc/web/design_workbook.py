"""A draft as a workbook and back, and the design of another system brought into a draft."""

import tempfile
from pathlib import Path

from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from edc.design.items import Text
from edc.design.whole import Document, written
from edc.exchange.design_import import import_design
from edc.exchange.design_workbook import ReadWorkbook, read_workbook, write_workbook
from edc.models import DesignDraft
from edc.selectors.evaluation import in_language
from edc.services.design_draft import Brought, replace_draft
from edc.services.design_draft.content import document_of
from edc.web.answers import study_with
from edc.web.design_files import laid_down, sent_design
from edc.web.design_life import draft_or_404, seen_revision
from edc.web.request import Request

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# What the design of another system says; registration, sites and criteria it does not know.
FOREIGN_PARTS = ("forms", "codelists", "events", "rules", "cases")


@require_safe
@login_required
def workbook(request: Request, pk: int) -> HttpResponse:
    """Answer with the draft as a workbook."""
    draft = draft_or_404(request, pk)
    told = f"{draft.study.oid} · {draft.name} · r{draft.revision}"
    return _answer(document_of(draft), told, f"{draft.study.oid}-draft-r{draft.revision}.xlsx")


@require_safe
@login_required
def version(request: Request, number: int) -> HttpResponse:
    """Answer with a published version as a workbook."""
    study = study_with(request, "manage_design")
    found = get_object_or_404(study.design_versions, number=number)
    told = f"{study.oid} · v{number} · SHA-256 {found.sha256}"
    return _answer(written(found.design), told, f"{study.oid}-v{number}.xlsx")


def _answer(document: Document, told: str, name: str) -> HttpResponse:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "design.xlsx"
        write_workbook(document, path, told=told)
        answer = HttpResponse(path.read_bytes(), content_type=XLSX)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@require_POST
@login_required
def take(request: Request, pk: int) -> HttpResponse:
    """Put a workbook, or the design of another system, in the place of the draft's parts.

    A workbook with a cell that cannot be read changes nothing: its cells are listed.
    """
    draft = draft_or_404(request, pk)
    sent = sent_design(request)
    with laid_down(sent) as path:
        found = read_workbook(path) if path.suffix == ".xlsx" else _foreign(path)
    if isinstance(found, ReadWorkbook):
        if found.faults:
            return _cells(request, draft, sent, found)
        found = Brought(found.document, sent.name or "", found.cell_of)
    replace_draft(draft=draft, brought=found, revision=seen_revision(request), actor=request.user)
    return redirect("design-draft", pk=draft.pk)


def _foreign(path: Path) -> Brought:
    result = import_design(path, path.parent / "out")
    document = written(result.design)
    lost = _("%(count)d parts were not carried") % {"count": len(result.lost)}
    told = "; ".join([path.name, lost, *(in_language(Text(each.zh, each.en)) for each in result.lost)])
    return Brought({part: document[part] for part in FOREIGN_PARTS}, told)


def _cells(request: Request, draft: DesignDraft, sent: UploadedFile, found: ReadWorkbook) -> HttpResponse:
    lines = [(each.cell, in_language(Text(each.zh, each.en))) for each in found.faults]
    context = {"draft": draft, "file_name": sent.name, "lines": lines}
    return render(request, "edc/design_cells.html", context, status=422)
