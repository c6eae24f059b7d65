"""Exports: the frozen data sets of a study, the packages made from them, and their download."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from edc import access
from edc.exchange.formats import ABOUT_PEOPLE, FORMATS
from edc.models import Export, Snapshot, Study
from edc.models.background import BackgroundWork
from edc.selectors.export import (
    exports_visible_to,
    may_download,
    sites_to_export,
    snapshot_requests_visible_to,
    snapshots_visible_to,
)
from edc.services.archive import confirm_receipt
from edc.services.export import cancel_export, record_download, request_export
from edc.services.sign import Proof
from edc.services.snapshot import cancel_snapshot, request_snapshot
from edc.web.answers import go
from edc.web.context import current_study
from edc.web.proof import fresh_proof, use_up
from edc.web.request import Request

PAGE_SIZE = 50
State = BackgroundWork.State
SHAPES = {
    State.QUEUED: "wait",
    State.RUNNING: "draft",
    State.DONE: "done",
    State.FAILED: "halt",
    State.CANCELLED: "miss",
}
FORMAT_WORDS = {
    "csv": _("CSV, long and wide"),
    "parquet": _("Parquet"),
    "excel": _("Excel with codebook"),
    "spss": _("SPSS (.sav)"),
    "stata": _("Stata (.dta)"),
    "sas": _("SAS transport (.xpt)"),
    "odm": _("ODM 1.3.2, snapshot"),
    "odm_transactional": _("ODM 1.3.2, transactional with audit"),
    "odm2": _("ODM 2.0 with queries"),
    "passes": _("Both passes and resolutions"),
    "review": _("Queries and signatures"),
    "casebooks": _("Casebooks as PDF, one a subject"),
    "audit": _("Audit trail"),
}


def _study(request: Request) -> Study:
    """Return the present study if the person may know of its exports."""
    study = current_study(request)
    here = access.sites_for(request.user, "export_data", "fetch_archive").filter(study=study)
    if study is None or not (here.exists() or access.may(request.user, "view_audit", study=study)):
        raise PermissionDenied("export_data")
    return study


@require_safe
@login_required
def exports(request: Request) -> HttpResponse:
    """List snapshots and packages of the present study, the newest first, and freeze another snapshot."""
    study = _study(request)
    snapshots = snapshots_visible_to(request.user).filter(study=study).defer("counts")
    found = (
        exports_visible_to(request.user).filter(snapshot__study=study).defer("manifest", "snapshot__counts")
    )
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "snapshots": snapshots,
        "requests": _open_requests(request, study),
        "page": page,
        "rows": [
            (export, SHAPES[State(export.state)], may_download(request.user, export)) for export in page
        ],
        "may_freeze": access.may(request.user, "freeze_data", study=study),
    }
    return render(request, "edc/exports.html", context)


def _open_requests(request: Request, study: Study) -> list[tuple[object, str]]:
    """Return the requests under way, and the last one where it ended without a snapshot."""
    found = snapshot_requests_visible_to(request.user).filter(study=study)[:1]
    return [(asked, SHAPES[State(asked.state)]) for asked in found if asked.state != State.DONE]


@require_safe
@login_required
def snapshot_progress(request: Request) -> HttpResponse:
    """Show how far the snapshot under way is; when it has ended the page loads anew."""
    study = _study(request)
    requests = _open_requests(request, study)
    answer = render(request, "edc/exports_requests.html", {"requests": requests})
    if not any(asked.is_under_way for asked, _shape in requests):
        answer.headers["HX-Refresh"] = "true"
    return answer


@require_POST
@login_required
def snapshot_request(request: Request) -> HttpResponse:
    """Freeze the study's data as they stand."""
    study = _study(request)
    request_snapshot(
        study=study, name=request.POST.get("name", ""), note=request.POST.get("note", ""), actor=request.user
    )
    return go(request, reverse("exports"))


@require_POST
@login_required
def snapshot_cancel(request: Request, pk: int) -> HttpResponse:
    """Stop the making of a snapshot."""
    cancel_snapshot(
        request=get_object_or_404(snapshot_requests_visible_to(request.user), pk=pk), actor=request.user
    )
    return go(request, reverse("exports"))


@require_safe
@login_required
def snapshot(request: Request, pk: int) -> HttpResponse:
    """Show what a snapshot holds and how it is cited, and ask for a package of it."""
    held = get_object_or_404(snapshots_visible_to(request.user), pk=pk)
    context = {
        "snapshot": held,
        "sites": list(sites_to_export(request.user, held.study)),
        "forms": _forms(request, held),
        "kinds": Export.Kind.choices,
        "profiles": Export.Profile.choices,
        "formats": [(name, FORMAT_WORDS[name], name in ABOUT_PEOPLE) for name in FORMATS],
        "packages": _packages(request, held),
    }
    return render(request, "edc/export_snapshot.html", context)


def _packages(request: Request, held: Snapshot) -> list[tuple[Export, str]]:
    found = exports_visible_to(request.user).filter(snapshot=held).defer("manifest")[:PAGE_SIZE]
    return [(export, SHAPES[State(export.state)]) for export in found]


def _forms(request: Request, held: Snapshot) -> list[dict[str, object]]:
    """Return each form's records, values and missing codes at the person's sites, in the design's order."""
    mine = access.sites_for(request.user, "export_data", "view_subjects").filter(study=held.study)
    counts = [held.counts["sites"].get(oid, {"forms": {}}) for oid in mine.values_list("oid", flat=True)]
    design = held.design_version.design
    totals: dict[str, list[int]] = {}
    for site in counts:
        for oid, about in site["forms"].items():
            total = totals.setdefault(oid, [0, 0, 0])
            total[0] += about["records"]
            total[1] += sum(pair[0] for pair in about["items"].values())
            total[2] += sum(pair[1] for pair in about["items"].values())
    return [
        {"oid": form.oid, "name": form.name, "records": totals[form.oid][0], "values": totals[form.oid][1],
         "missing": totals[form.oid][2]}
        for form in design.forms if form.oid in totals
    ]  # fmt: skip


@require_POST
@login_required
def export_request(request: Request, pk: int) -> HttpResponse:
    """Ask for a package of a snapshot."""
    held = get_object_or_404(snapshots_visible_to(request.user), pk=pk)
    wanted = request.POST.getlist("sites")
    sites = list(sites_to_export(request.user, held.study).filter(oid__in=wanted)) if wanted else []
    if len(sites) != len(set(wanted)):
        raise PermissionDenied("export_data")
    made = request_export(
        snapshot=held, kind=request.POST.get("kind", ""), profile=request.POST.get("profile", ""),
        formats=request.POST.getlist("formats"), sites=sites,
        language="en" if request.POST.get("language") == "en" else "zh",
        purpose=request.POST.get("purpose", ""), actor=request.user,
    )  # fmt: skip
    return go(request, reverse("export", args=[made.public_id]))


def _export(request: Request, public_id: str) -> Export:
    rows: QuerySet[Export] = exports_visible_to(request.user)
    return get_object_or_404(rows, public_id=public_id)


@require_safe
@login_required
def export(request: Request, public_id: str) -> HttpResponse:
    """Show a package: who asked for what and why, how far it is, what it holds and how that was proved."""
    made = _export(request, public_id)
    manifest = made.manifest or {}
    checks = manifest.get("reconciliation", [])
    context = {
        "export": made,
        "shape": SHAPES[State(made.state)],
        "files": manifest.get("files", []),
        "compared": sum(each["counts"] for each in checks),
        "log": manifest.get("de_identification", []),
        "formats": [FORMAT_WORDS[name] for name in made.formats],
        "may_download": may_download(request.user, made),
        "receipt": made.receipts.select_related("confirmed_by").first(),
        "may_confirm": _may_confirm(request, made),
        "sees_snapshot": snapshots_visible_to(request.user).filter(pk=made.snapshot_id).exists(),
    }
    part = request.htmx and request.GET.get("part") == "state"
    answer = render(request, "edc/export_state.html" if part else "edc/export.html", context)
    if part and not made.is_under_way:
        answer.headers["HX-Refresh"] = "true"
    return answer


def _may_confirm(request: Request, made: Export) -> bool:
    """Tell whether the person speaks for the site of this archive, whose receipt nobody has confirmed."""
    if made.kind != Export.Kind.ARCHIVE or not made.receipt_code or made.receipts.exists():
        return False
    return access.may(request.user, "fetch_archive", site=made.sites.first())


@require_POST
@login_required
def export_cancel(request: Request, public_id: str) -> HttpResponse:
    """Stop the making of a package."""
    made = _export(request, public_id)
    cancel_export(export=made, actor=request.user)
    return go(request, reverse("export", args=[made.public_id]))


@require_safe
@login_required
def export_download(request: Request, public_id: str) -> FileResponse:
    """Send the file; each download is in the audit trail."""
    made = _export(request, public_id)
    path = record_download(export=made, actor=request.user)
    return FileResponse(path.open("rb"), as_attachment=True, filename=made.file_name)


@require_POST
@login_required
def export_receipt(request: Request, public_id: str) -> HttpResponse:
    """Confirm, with a proof given again, that the site has its archive and verified it."""
    made = _export(request, public_id)
    proof = fresh_proof(request)
    confirm_receipt(
        export=made, code=request.POST.get("code", ""), kept_at=request.POST.get("kept_at", ""),
        actor=request.user, proof=Proof(request.POST.get("password", ""), confirmed=proof is not None),
    )  # fmt: skip
    if proof is not None:
        use_up(request, proof)
    return go(request, reverse("export", args=[made.public_id]))
