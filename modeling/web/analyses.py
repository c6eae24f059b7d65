"""Analyses for the data scientist: what runs, how far it is, starting one and stopping one."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from edc import access
from edc.errors import InvalidInput
from edc.numbers import whole_number
from edc.web.context import current_site, current_study
from edc.web.request import Request
from imaging.models import ImagingStudy
from imaging.selectors import pixels_visible_to, segmentations_visible_to
from modeling import selectors
from modeling.models import Analysis, ModelVersion, Run
from modeling.services.analysis import cancel_analysis, request_analysis
from modeling.services.views import record_score_view
from modeling.web.review_page import viewer_of_study

PAGE_SIZE = 25
SHAPES = {
    Run.Status.WAITING: "wait",
    Run.Status.QUEUED: "todo",
    Run.Status.RUNNING: "draft",
    Run.Status.DONE: "done",
    Run.Status.FAILED: "halt",
    Run.Status.CANCELLED: "miss",
}
STATES = ("running", "done", "failed", "cancelled")
SORTS = {
    "new": ("-requested_at", "-pk"),
    "old": ("requested_at", "pk"),
    "subject": ("subject__subject_key", "-pk"),
}


@require_GET
@login_required
def listing(request: Request) -> HttpResponse:
    """List the analyses of the study and site; the rows that go on fetch themselves anew."""
    analyses = selectors.analyses_visible_to(request.user).filter(subject__study=current_study(request))
    if site := current_site(request):
        analyses = analyses.filter(subject__site=site)
    asked = {name: request.GET.get(name, "") for name in ("state", "q", "sort")}
    if asked["q"]:
        analyses = analyses.filter(subject__subject_key__icontains=asked["q"].strip())
    analyses = selectors.in_state(analyses, asked["state"])
    analyses = analyses.select_related("requested_by").order_by(*SORTS.get(asked["sort"], SORTS["new"]))
    page = Paginator(analyses, PAGE_SIZE).get_page(request.GET.get("page"))
    rows = [(analysis, progress_of(request, analysis)) for analysis in page]
    may_start = access.sites_for(request.user, "run_models").filter(study=current_study(request)).exists()
    context = {"page": page, "rows": rows, "asked": asked, "may_start": may_start, "states": state_words()}
    return render(request, "modeling/analyses.html", context)


def state_words() -> list[tuple[str, str]]:
    words = (_("Under way"), _("Done"), _("Failed"), _("Cancelled"))
    return list(zip(STATES, words, strict=True))


def progress_of(request: Request, analysis: Analysis) -> dict[str, object]:
    """Return the steps as partials/progress.html shows them."""
    runs = list(analysis.runs.all())
    finished = all(run.status in Run.ENDED for run in runs)
    cancels = access.may(request.user, "run_models", site=analysis.subject.site) and not finished
    bad = next((run for run in runs if run.status == Run.Status.FAILED), None)
    english = (get_language() or "").startswith("en")
    return {
        "id": f"progress-{analysis.pk}",
        "url": reverse("analysis-progress", args=[analysis.public_id]),
        "finished": finished,
        "steps": [_step(run) for run in runs],
        "cancel_url": reverse("analysis-cancel", args=[analysis.public_id]) if cancels else "",
        "error": (bad.error_en if english else bad.error_zh) if bad else "",
    }  # fmt: skip


def _step(run: Run) -> dict[str, object]:
    step: dict[str, object] = {"label": run.get_step_display(), "status": SHAPES[Run.Status(run.status)]}
    step["text"] = run.get_status_display()
    if run.status == Run.Status.RUNNING:
        step |= {"done": run.progress, "total": 100, "note": run.progress_text}
    return step


def _analysis(request: Request, public_id: str) -> Analysis:
    analyses = selectors.analyses_visible_to(request.user).select_related("requested_by", "subject__study")
    return get_object_or_404(analyses, public_id=public_id)


@require_GET
@login_required
def page(request: Request, public_id: str) -> HttpResponse:
    """Show one analysis: its steps, its mask, its score."""
    analysis = _analysis(request, public_id)
    score = selectors.scores_visible_to(request.user).filter(run__analysis=analysis).first()
    if score:
        record_score_view(score=score, actor=request.user, part=True)
    context = {
        "analysis": analysis, "progress": progress_of(request, analysis), "score": score,
        "mask": selectors.mask_used(analysis), "runs": analysis.runs.all(),
        "demo": analysis.model_version.demonstration,
        "may_start": access.may(request.user, "run_models", site=analysis.subject.site),
    }  # fmt: skip
    return render(request, "modeling/analysis.html", context)


@require_GET
@login_required
def progress(request: Request, public_id: str) -> HttpResponse:
    """Answer with the progress alone, for a page that waits; once it is over the page loads its result."""
    shown = progress_of(request, _analysis(request, public_id))
    answer = render(request, "partials/progress.html", {"progress": shown})
    if shown["finished"] and request.headers.get("HX-Request"):
        answer.headers["HX-Refresh"] = "true"
    return answer


@require_POST
@login_required
def cancel(request: Request, public_id: str) -> HttpResponse:
    """Cancel the analysis; what runs stops at its next sign of progress."""
    analysis = cancel_analysis(analysis=_analysis(request, public_id), actor=request.user)
    if request.headers.get("HX-Request"):
        return render(request, "partials/progress.html", {"progress": progress_of(request, analysis)})
    return redirect("analysis", public_id=analysis.public_id)


@require_GET
@login_required
def choose(request: Request) -> HttpResponse:
    """Let the person choose the images to analyse."""
    sites = access.sites_for(request.user, "run_models").filter(study=current_study(request))
    studies = pixels_visible_to(request.user).filter(subject__site__in=sites, series__isnull=False).distinct()
    asked = {"q": request.GET.get("q", "")}
    if asked["q"]:
        studies = studies.filter(subject__subject_key__icontains=asked["q"].strip())
    studies = studies.prefetch_related("series", "analyses").order_by("subject__subject_key", "acquired_on")
    page = Paginator(studies, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "modeling/analysis_choose.html", {"page": page, "asked": asked})


@require_http_methods(["GET", "POST"])
@login_required
def start(request: Request, pk: int) -> HttpResponse:
    """Start an analysis of one imaging study: a model, and a mask or a point inside the lesion."""
    study = get_object_or_404(pixels_visible_to(request.user).select_related("subject__study"), pk=pk)
    access.require(request.user, "run_models", site=study.subject.site)
    models = selectors.models_visible_to(request.user).filter(study=study.subject.study)
    models = models.exclude(state=ModelVersion.State.RETIRED)
    context = {
        "study": study, "models": models, "masks": selectors.masks_to_start_from(request.user, study),
        "viewer": viewer_of_study(request.user, study), "typed": request.POST,
    }  # fmt: skip
    if request.method == "GET":
        return render(request, "modeling/analysis_start.html", context)
    try:
        analysis = _request(request, study)
    except InvalidInput as error:
        return render(request, "modeling/analysis_start.html", {**context, "error": error}, status=422)
    return redirect("analysis", public_id=analysis.public_id)


def _request(request: Request, study: ImagingStudy) -> Analysis:
    models = selectors.models_visible_to(request.user)
    model = get_object_or_404(models, pk=_number(request, "model", _("Choose a model.")))
    chosen = request.POST.get("segmentation", "")
    mask = None
    if chosen:
        mask = get_object_or_404(
            segmentations_visible_to(request.user), pk=_number(request, "segmentation", _("Choose a mask."))
        )
    return request_analysis(
        imaging_study=study, model_version=model, segmentation=mask, actor=request.user,
        seed=None if mask else _point(request.POST.get("seed", "")),
    )  # fmt: skip


def _number(request: Request, name: str, message: str) -> int:
    number = whole_number(request.POST.get(name, ""))
    if number is None:
        raise InvalidInput(_("Some fields need correction."), fields={name: message})
    return number


def _point(text: str) -> list[float] | None:
    """Read "x, y, z" in mm; None when nothing was given."""
    if not text.strip():
        return None
    try:
        values = [float(part) for part in text.replace("，", ",").split(",")]
    except ValueError:
        values = []
    if len(values) != 3:
        message = {"seed": _("Write x, y and z in mm, parted by commas, or click into the lesion.")}
        raise InvalidInput(_("Some fields need correction."), fields=message)
    return values
