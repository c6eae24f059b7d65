"""Model versions: what each was trained on and how good it is, and who lets it be used."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import BadRequest, PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from edc import access
from edc.models import User
from edc.web.context import current_study
from edc.web.request import Request
from modeling import selectors
from modeling.models import ModelVersion
from modeling.services.registry import approve_model, retire_model, validate_model
from modeling.services.training import demo_model_of, request_demo_model
from modeling.web.wording import cuts_of, model_title

PAGE_SIZE = 25
SHAPES = {"draft": "draft", "validated": "second", "approved": "done", "retired": "miss"}
SORTS = {"new": ("-registered_at", "-pk"), "name": ("name", "-registered_at")}


@require_GET
@login_required
def listing(request: Request) -> HttpResponse:
    """List the study's model versions."""
    study = current_study(request)
    models = selectors.models_visible_to(request.user).filter(study=study).select_related("registered_by")
    asked = {name: request.GET.get(name, "") for name in ("state", "sort")}
    if asked["state"] in ModelVersion.State.values:
        models = models.filter(state=asked["state"])
    page = Paginator(models.order_by(*SORTS.get(asked["sort"], SORTS["new"])), PAGE_SIZE)
    analysed_at = access.sites_for(request.user, "run_models", "review_scores")
    trains = study is not None and access.may(request.user, "develop_models", study=study)
    context = {
        "page": page.get_page(request.GET.get("page")), "asked": asked, "states": ModelVersion.State.choices,
        "sees_analyses": analysed_at.filter(study=study).exists(),
        "shapes": SHAPES, "may_train": trains and study is not None and demo_model_of(study) is None,
    }  # fmt: skip
    return render(request, "modeling/models.html", context)


@require_GET
@login_required
def page(request: Request, pk: int) -> HttpResponse:
    """Show one version: identity, evaluation, input contract, and the steps this person may take."""
    model = get_object_or_404(
        selectors.models_visible_to(request.user).select_related("registered_by", "approved_by"), pk=pk
    )
    may_develop = access.may(request.user, "develop_models", study=model.study)
    may_approve = access.may(request.user, "approve_models", study=model.study)
    context = {
        "model": model, "title": model_title(model), "cuts": cuts_of(model), "shape": SHAPES[model.state],
        "demo": model.demonstration, "metrics": model.manifest.get("metrics", {}),
        "may_validate": may_develop and model.state == "draft",
        "may_approve": may_approve and model.state == "validated" and model.registered_by != request.user,
        "may_retire": may_approve and model.state in ("validated", "approved"),
    }  # fmt: skip
    return render(request, "modeling/model.html", context)


@require_POST
@login_required
def move(request: Request, pk: int, step: str) -> HttpResponse:
    """Validate, approve or retire a version."""
    model = get_object_or_404(selectors.models_visible_to(request.user), pk=pk)
    steps: dict[str, Callable[[ModelVersion, User], ModelVersion]] = {
        "validate": lambda each, actor: validate_model(model_version=each, actor=actor),
        "approve": lambda each, actor: approve_model(model_version=each, actor=actor),
        "retire": lambda each, actor: retire_model(
            model_version=each, actor=actor, reason=request.POST.get("reason", "")
        ),
    }
    if step not in steps:
        raise BadRequest(step)
    moved = steps[step](model, request.user)
    words = _("%(model)s is now: %(state)s") % {"model": moved, "state": moved.get_state_display()}
    messages.success(request, words)
    return redirect("model", pk=pk)


@require_POST
@login_required
def train(request: Request) -> HttpResponse:
    """Ask a worker to train the study's demonstration model."""
    study = current_study(request)
    if study is None:
        raise PermissionDenied
    request_demo_model(study=study, actor=request.user)
    messages.success(request, _("A worker trains the model; it appears here in about a minute."))
    return redirect("models")
