"""The shared library of forms: one of them taken into a draft with its codelists and checks."""

from functools import lru_cache

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from edc.design.from_library import library_forms, taken_from
from edc.design.library import Library, read_library
from edc.errors import InvalidInput
from edc.models import DesignDraft
from edc.selectors.evaluation import in_language
from edc.services.design_draft import Change, change_together
from edc.services.design_draft.content import document_of
from edc.web.answers import go
from edc.web.design_life import draft_or_404
from edc.web.request import Request


@lru_cache(maxsize=1)
def _library() -> Library:
    """Kept: its files come with the release."""
    return read_library(settings.LIBRARY_DIR)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def library(request: Request, pk: int) -> HttpResponse:
    """List the forms of the library, or take one into the draft."""
    draft = draft_or_404(request, pk)
    if request.method == "POST":
        _take(request, draft)
        return go(request, reverse("design-schedule", args=[pk]))
    held = {each["oid"] for each in document_of(draft)["forms"]}
    lines = [
        {
            "oid": each.oid,
            "name": in_language(each.name),
            "domain": each.domain,
            "groups": [in_language(group.name) for group in each.item_groups],
            "items": len(each.items),
            "is_held": each.oid in held,
        }
        for each in library_forms(_library(), draft.study.oid)
    ]
    may_write = draft.state == DesignDraft.State.DRAFT
    context = {"draft": draft, "tab": "forms", "lines": lines, "may_write": may_write}
    return render(request, "edc/design_library.html", context)


def _take(request: Request, draft: DesignDraft) -> None:
    """Put the form at the end of the draft's forms; tell which checks could not come along."""
    taken = taken_from(_library(), request.POST.get("form", ""), document_of(draft))
    if taken is None:
        raise InvalidInput(_("Choose a form of the library."))
    lists = [
        Change("add", ("codelists",), fields={"oid": name, **data}) for name, data in taken.codelists.items()
    ]
    rules = [Change("add", ("rules",), fields=each) for each in taken.rules]
    changes = [*lists, Change("add", ("forms",), fields=taken.form), *rules]
    change_together(draft=draft, changes=changes, actor=request.user)
    counts = {"codelists": len(lists), "checks": len(rules)}
    said = _("The form is in the draft, with %(codelists)d codelists and %(checks)d checks. Plan its visits.")
    messages.success(request, said % counts)
    if taken.left:
        left = _("These checks read forms that the draft lacks and were left out: %(checks)s.")
        messages.warning(request, left % {"checks": ", ".join(taken.left)})
