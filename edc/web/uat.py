"""Running the cases of every rule, and the reports of earlier runs."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from edc.errors import NotNow
from edc.models import UatRun
from edc.services.uat import run_uat
from edc.web.answers import go, study_with
from edc.web.request import Request
from edc.web.uat_report import report_context, report_pdf


@require_safe
@login_required
def runs(request: Request) -> HttpResponse:
    """List the runs of the study's design versions."""
    study = study_with(request, "manage_design")
    found = study.uat_runs.defer("result").select_related("design_version", "run_by")
    version = study.design_versions.order_by("-number").first()
    return render(request, "edc/checks_uat.html", {"runs": found, "version": version, "tab": "uat"})


@require_POST
@login_required
def start(request: Request) -> HttpResponse:
    """Run every case of the newest design version."""
    study = study_with(request, "manage_design")
    version = study.design_versions.order_by("-number").first()
    if version is None:
        raise NotNow(_("The study has no design version yet."))
    run = run_uat(version=version, actor=request.user)
    return go(request, reverse("uat-report", args=[run.pk]))


@require_safe
@login_required
def report(request: Request, pk: int) -> HttpResponse:
    """Show one run: every rule, every case, and the faults that no case noticed."""
    run = _run(request, pk)
    return render(request, "edc/checks_uat_run.html", {**report_context(run), "tab": "uat"})


@require_safe
@login_required
def pdf(request: Request, pk: int) -> HttpResponse:
    """Answer with the report of one run as PDF, in the reader's language."""
    run = _run(request, pk)
    answer = HttpResponse(report_pdf(run), content_type="application/pdf")
    name = f"uat-{run.study.oid}-v{run.design_version.number}-{run.pk}.pdf"
    answer.headers["Content-Disposition"] = f'inline; filename="{name}"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _run(request: Request, pk: int) -> UatRun:
    study = study_with(request, "manage_design")
    return get_object_or_404(study.uat_runs.select_related("design_version", "run_by"), pk=pk)
