"""The clinician's worklist and the page of one score."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from edc import access
from edc.errors import InvalidInput
from edc.models import Study
from edc.web.context import SITE_KEY, STUDY_KEY, current_site, current_study
from edc.web.request import Request
from modeling import selectors
from modeling.models import Band, Score
from modeling.services.overlay import mask_overlay
from modeling.services.review import review_score
from modeling.services.views import record_score_view, record_scores_shown
from modeling.web.review_page import review_context
from modeling.web.trace import trace_of

PAGE_SIZE = 25
SORTS = {
    "new": ("-created_at", "-pk"),
    "old": ("created_at", "pk"),
    "score": ("-value", "-pk"),
    "subject": ("subject__subject_key", "-pk"),
}


@require_GET
@login_required
def worklist(request: Request) -> HttpResponse:
    """Show the scores of the study and site, those that wait for the person first."""
    scores = selectors.scores_to_review(request.user).filter(subject__study=current_study(request))
    if site := current_site(request):
        scores = scores.filter(subject__site=site)
    waiting = selectors.waiting_scores(request.user).filter(pk__in=scores.values("pk"))
    asked = {name: request.GET.get(name, "") for name in ("state", "band", "q", "sort")}
    reviews = access.sites_for(request.user, "review_scores").filter(study=current_study(request)).exists()
    first = "todo" if reviews else "all"
    state = asked["state"] if reviews and asked["state"] in ("todo", "done", "all") else first
    shown = {"todo": waiting, "done": scores.filter(mine=True), "all": scores}[state]
    if asked["band"] in Band.values:
        shown = shown.filter(band=asked["band"])
    elif asked["band"] == "none":
        shown = shown.filter(abstained=True)
    if asked["q"]:
        shown = shown.filter(subject__subject_key__icontains=asked["q"].strip())
    order = SORTS.get(asked["sort"], SORTS["old" if state == "todo" else "new"])
    page = Paginator(shown.prefetch_related("reviews__reviewer").order_by(*order), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    record_scores_shown(scores=page, actor=request.user)
    context = {
        "page": page, "state": state, "asked": asked, "bands": Band.choices, "waiting": waiting.count(),
        "reviews": reviews,
        "demo": scores.filter(model_version__demonstration=True).exists(),
    }  # fmt: skip
    return render(request, "modeling/review_worklist.html", context)


def score_for(request: Request, pk: int) -> Score:
    """Return a visible score with what its page reads, or 404."""
    scores = selectors.scores_to_review(request.user).select_related(
        "run__analysis__imaging_study__form__event", "run__analysis__segmentation", "model_version__study",
        "model_version__approved_by", "subject__design_version",
    ).prefetch_related("reviews__reviewer")  # fmt: skip
    score = get_object_or_404(scores, pk=pk)
    work_in(request, score.subject.study)
    return score


def work_in(request: Request, study: Study) -> None:
    """Make the study of what is opened the one that the shell shows, as a link may lead into another."""
    if current_study(request) != study:
        request.session[STUDY_KEY] = study.oid
        request.session.pop(SITE_KEY, None)
        request._tandem_study = study


@require_GET
@login_required
def page(request: Request, pk: int) -> HttpResponse:
    """Show one score with what drove it, its images, its inputs and the decision."""
    score = score_for(request, pk)
    record_score_view(score=score, actor=request.user)
    return render(request, "modeling/review.html", review_context(request, score))


@require_POST
@login_required
def decide(request: Request, pk: int) -> HttpResponse:
    """Keep the person's decision and go on to the next waiting score."""
    score = score_for(request, pk)
    asked = {name: request.POST.get(name, "") for name in ("decision", "band", "reason_code", "reason")}
    following = _next_waiting(request, score)
    try:
        review_score(score=score, actor=request.user, **asked)
    except InvalidInput as error:
        record_score_view(score=score, actor=request.user, part=True)
        context = {**review_context(request, score), "error": error, "typed": asked}
        return render(request, "modeling/review.html", context, status=422)
    messages.success(request, _("Decision on %(subject)s saved.") % {"subject": score.subject.subject_key})
    return redirect("review", pk=following.pk) if following else redirect("review-worklist")


def _next_waiting(request: Request, score: Score) -> Score | None:
    waiting = selectors.waiting_scores(request.user).filter(subject__study=score.subject.study)
    return waiting.exclude(pk=score.pk).order_by("created_at", "pk").first()


@require_GET
@login_required
def mask(request: Request, pk: int) -> HttpResponse:
    """Answer with the mask of the score's analysis as JSON for the viewer."""
    score = score_for(request, pk)
    segmentation = selectors.mask_used(score.run.analysis)
    if segmentation is None:
        return JsonResponse({"rows": 0, "columns": 0, "segments": []})
    label = segmentation.label or segmentation.structure
    answer = JsonResponse(mask_overlay(segmentation, label=label))
    answer.headers["Cache-Control"] = "private, max-age=3600"
    return answer


@require_GET
@login_required
def provenance(request: Request, pk: int) -> HttpResponse:
    """Show every run of the score's analysis and every input with its origin."""
    score = score_for(request, pk)
    record_score_view(score=score, actor=request.user, part=True)
    context = {"score": score, "demo": score.model_version.demonstration, **trace_of(request.user, score)}
    return render(request, "modeling/provenance.html", context)
