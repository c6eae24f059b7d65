"""Imports: the files of a study, the meaning of their columns, the dry run, the commit and its undoing."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from edc import access
from edc.design.study import StudyDesign
from edc.errors import NotHeld
from edc.exchange.mapping import Mapping, read_mapping
from edc.models import ImportBatch, ImportCell
from edc.selectors.activation import version_in_use
from edc.selectors.imports import batches_visible_to, cells_of, mappings_visible_to
from edc.services.data_import import files
from edc.services.data_import.batches import (
    RIGHT,
    cancel_import,
    is_silent,
    request_check,
    save_mapping,
    upload_file,
)
from edc.services.data_import.commit import WRITES, request_commit
from edc.services.data_import.report import report_path
from edc.services.data_import.undo import request_undo
from edc.web import import_mapping
from edc.web.answers import file_of, go, study_where
from edc.web.request import Request

PAGE_SIZE = 50
CELLS_A_PAGE = 100
State = ImportBatch.State
SHAPES = {
    State.UPLOADED: "todo",
    State.QUEUED: "wait",
    State.CHECKING: "draft",
    State.CHECKED: "second",
    State.COMMITTING: "draft",
    State.COMMITTED: "done",
    State.UNDOING: "draft",
    State.UNDONE: "miss",
    State.FAILED: "halt",
    State.CANCELLED: "miss",
}
WORKING = (State.QUEUED, State.CHECKING, State.COMMITTING, State.UNDOING)


@require_safe
@login_required
def imports(request: Request) -> HttpResponse:
    """List the imports of the present study, the newest first, and take another file."""
    study = study_where(request, RIGHT)
    found = batches_visible_to(request.user, study)
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    rows = [(batch, SHAPES[State(batch.state)], _written(batch)) for batch in page]
    may_design = access.may(request.user, "manage_design", study=study)
    return render(request, "edc/imports.html", {"page": page, "rows": rows, "may_design": may_design})


def _written(batch: ImportBatch) -> int:
    return sum(batch.counts.get(name, 0) for name in WRITES)


@require_POST
@login_required
def upload(request: Request) -> HttpResponse:
    """Take a file; its columns get their meaning on the next page."""
    study = study_where(request, RIGHT)
    sent = file_of(request, _("Choose a CSV, Excel or ODM file."))
    batch = upload_file(study=study, file_name=sent.name or "", chunks=sent.chunks(), actor=request.user)
    return go(request, reverse("import", args=[batch.pk]))


def own_batch(request: Request, pk: int) -> ImportBatch:
    """Return a batch that the person may see; 404 elsewhere."""
    return get_object_or_404(batches_visible_to(request.user), pk=pk)


@require_safe
@login_required
def batch(request: Request, pk: int) -> HttpResponse:
    """Show a batch: its columns while they are being assigned, what the dry run says, what can be done."""
    held = own_batch(request, pk)
    if held.state in (State.UPLOADED, State.FAILED) or (held.state == State.CHECKED and "map" in request.GET):
        return _mapping_page(request, held)
    show, subject = request.GET.get("show", ""), request.GET.get("q", "").strip()
    counted = [(name, label, held.counts.get(name, 0)) for name, label in ImportCell.Outcome.choices]
    found = cells_of(held, show=show, subject=subject).order_by("pk")
    context = {
        "batch": held,
        "shape": SHAPES[State(held.state)],
        "working": held.state in WORKING,
        "silent": held.state in WORKING and is_silent(held),
        "counts": [each for each in counted if each[2]],
        "page": Paginator(found, CELLS_A_PAGE).get_page(request.GET.get("page")),
        "show": show,
        "q": subject,
        "written": _written(held),
        "listed": held.counts.get("cells", 0) - held.counts.get("empty", 0),
        "has_report": report_path(held).exists(),
    }
    return render(request, "edc/import.html", context)


def _design(held: ImportBatch) -> StudyDesign:
    version = version_in_use(held.study)
    if version is None:
        raise NotHeld(_("The study has no published design yet."))
    return version.design


def _mapping(request: Request, held: ImportBatch, design: StudyDesign) -> Mapping:
    """Return the mapping asked for by name, else that of the last dry run, else what the headings say."""
    asked = request.GET.get("use", "")
    saved = mappings_visible_to(request.user, held.study).filter(name=asked).first() if asked else None
    content = saved.content if saved else held.mapping
    return read_mapping(content) if content else files.first_mapping(held, design)


def _mapping_page(request: Request, held: ImportBatch) -> HttpResponse:
    design = _design(held)
    mapping = _mapping(request, held, design)
    is_table = held.kind != ImportBatch.Kind.ODM
    context = {
        "batch": held,
        "shape": SHAPES[State(held.state)],
        "columns": import_mapping.columns_of(files.table_of(held), mapping) if is_table else [],
        "roles": import_mapping.ROLES.items(),
        "options": [
            (name, choices.items(), getattr(mapping, name))
            for name, choices in import_mapping.OPTIONS.items()
        ],
        "items": import_mapping.item_choices(design) if is_table else [],
        "events": design.events,
        "fixed_event": mapping.fixed_event,
        "event_names": import_mapping.pairs_text(mapping.events),
        "item_names": import_mapping.pairs_text(mapping.item_names),
        "saved": mappings_visible_to(request.user, held.study),
        "used": request.GET.get("use", ""),
    }
    return render(request, "edc/import_mapping.html", context)


@require_POST
@login_required
def check(request: Request, pk: int) -> HttpResponse:
    """Ask for the dry run with the columns as posted; with a name, keep them for the next file."""
    held = own_batch(request, pk)
    design = _design(held)
    table = files.table_of(held) if held.kind != ImportBatch.Kind.ODM else None
    base = _mapping(request, held, design)
    content = import_mapping.read_posted(request.POST, table, design, base)
    name = request.POST.get("name", "").strip()
    if name:
        save_mapping(study=held.study, name=name, content=content, actor=request.user)
    request_check(batch=held, mapping=content, actor=request.user)
    return go(request, reverse("import", args=[pk]))


@require_POST
@login_required
def check_again(request: Request, pk: int) -> HttpResponse:
    """Ask for the dry run once more, with the columns as they are."""
    held = own_batch(request, pk)
    request_check(batch=held, mapping=held.mapping, actor=request.user)
    return go(request, reverse("import", args=[pk]))


@require_POST
@login_required
def commit(request: Request, pk: int) -> HttpResponse:
    """Import what the dry run showed, with the reason."""
    held = own_batch(request, pk)
    request_commit(batch=held, reason=request.POST.get("reason", ""), actor=request.user)
    return go(request, reverse("import", args=[pk]))


@require_POST
@login_required
def undo(request: Request, pk: int) -> HttpResponse:
    """Ask for an import to be undone, with the reason."""
    held = own_batch(request, pk)
    request_undo(batch=held, reason=request.POST.get("reason", ""), actor=request.user)
    return go(request, reverse("import", args=[pk]))


@require_POST
@login_required
def cancel(request: Request, pk: int) -> HttpResponse:
    """Give a file up before anything of it is in the study."""
    cancel_import(batch=own_batch(request, pk), actor=request.user)
    return go(request, reverse("imports"))


@require_safe
@login_required
def report(request: Request, pk: int) -> FileResponse:
    """Send the account of the dry run as an Excel workbook."""
    held = own_batch(request, pk)
    path = report_path(held)
    if not path.exists():
        raise NotHeld(_("There is no report yet: run the dry run first."))
    return FileResponse(path.open("rb"), as_attachment=True, filename=f"import-{held.pk}-dry-run.xlsx")


@require_safe
@login_required
def progress(request: Request, pk: int) -> HttpResponse:
    """Show how far the work is; once it is over, the page loads itself anew."""
    held = own_batch(request, pk)
    answer = render(request, "edc/import_state.html", {"batch": held, "working": held.state in WORKING})
    if held.state not in WORKING:
        answer.headers["HX-Refresh"] = "true"
    return answer
