"""The drafts under way at a form, shown to whoever settles entry: whose, since when, and never what."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from edc import access
from edc.models import FormInstance, Stream, User
from edc.selectors import forms_visible_to
from edc.services.entry import is_left, release_draft
from edc.web.answers import go
from edc.web.request import Request


@dataclass(frozen=True)
class HeldDraft:
    """One person's draft as others see it."""

    stream: str
    stream_name: str
    observer: str
    saved_at: datetime
    is_left: bool


def held_drafts(form: FormInstance, actor: User) -> list[HeldDraft]:
    """Return the drafts of the form for whoever may release them, else nothing."""
    if not access.may(actor, "resolve_disagreement", site=form.subject.site):
        return []
    drafts = form.drafts.select_related("observer", "form__subject__site")
    return [
        HeldDraft(
            each.stream, str(Stream(each.stream).label), str(each.observer), each.saved_at, is_left(each)
        )
        for each in drafts
    ]


@login_required
@require_POST
def release(request: Request, pk: int) -> HttpResponse:
    """Release the draft of the pass {"stream"} for {"reason"}."""
    form = get_object_or_404(forms_visible_to(request.user), pk=pk)
    given = {name: request.POST.get(name, "") for name in ("stream", "reason")}
    release_draft(form=form, actor=request.user, **given)
    messages.success(request, _("The draft was released. The pass waits for another person."))
    return go(request, reverse("form-entry", args=[form.pk]))
