"""Personal data typed by mistake: asked to be masked, and masked by another person."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from edc.errors import InvalidInput
from edc.models import FormInstance, Redaction
from edc.numbers import whole_number
from edc.rules.subject_values import split_path
from edc.selectors import forms_visible_to
from edc.selectors.evaluation import in_language
from edc.selectors.redactions import redactions_visible_to
from edc.services.redaction import ASKING, approve_redaction, may_decide, refuse_redaction, request_redaction
from edc.web.answers import go, study_where
from edc.web.request import Request

MOST = 200


@require_safe
@login_required
def redactions(request: Request) -> HttpResponse:
    """List the redactions of the study; with ?form= and ?path= one can be asked for."""
    study = study_where(request, *ASKING, "lock_form", "sign_form")
    found = redactions_visible_to(request.user, study)[:MOST]
    context = {"lines": [_line(each, request) for each in found], **_asked(request)}
    return render(request, "edc/redactions.html", context)


def _line(redaction: Redaction, request: Request) -> dict[str, object]:
    waiting = redaction.state == Redaction.State.REQUESTED
    decides = waiting and may_decide(redaction, request.user)
    shown = decides or (waiting and redaction.requested_by_id == request.user.pk)
    return {
        "redaction": redaction,
        "place": _place(redaction.form, redaction.path),
        "text": redaction.text if shown else "",
        "may_decide": decides,
        "waiting": waiting,
    }


def _asked(request: Request) -> dict[str, object]:
    pk = whole_number(request.GET.get("form", ""))
    if pk is None:
        return {}
    form = get_object_or_404(forms_visible_to(request.user), pk=pk)
    path = request.GET.get("path", "")
    return {"form": form, "path": path, "place": _place(form, path)}


def _place(form: FormInstance, path: str) -> str:
    design = form.design_version.design
    definition = design.form(form.form_oid)
    item = definition.items_by_oid.get(split_path(path)[0])
    return f"{in_language(definition.name)} · {in_language(item.label) if item else path}"


@require_POST
@login_required
def ask(request: Request, pk: int) -> HttpResponse:
    """Ask that a text of an item be masked."""
    form = get_object_or_404(forms_visible_to(request.user), pk=pk)
    request_redaction(
        form=form,
        path=request.POST.get("path", ""),
        text=request.POST.get("text", ""),
        reason=request.POST.get("reason", ""),
        actor=request.user,
    )
    return go(request, reverse("redactions"))


@require_POST
@login_required
def decide(request: Request, pk: int) -> HttpResponse:
    """Mask the text, or leave it with a reason."""
    found = get_object_or_404(redactions_visible_to(request.user), pk=pk)
    if not may_decide(found, request.user):
        raise PermissionDenied("redaction")
    what = request.POST.get("what", "")
    if what == "approve":
        approve_redaction(redaction=found, actor=request.user)
    elif what == "refuse":
        refuse_redaction(redaction=found, reason=request.POST.get("reason", ""), actor=request.user)
    else:
        raise InvalidInput(_("Choose to mask the text or to refuse."))
    return redirect("redactions")
