"""The coding queue of the present study: values to code, codes to approve, and asking the site."""

from collections.abc import Iterable, Sequence

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from edc import access
from edc.errors import DomainError, InvalidInput
from edc.models import Coding, FormInstance, ItemValue, Query, Study
from edc.numbers import keys, whole_number
from edc.selectors.coding import (
    APPROVES,
    CODES,
    coded_items,
    codings_visible_to,
    in_state,
    queue,
    search_terms,
)
from edc.selectors.evaluation import in_language
from edc.selectors.owed import event_name, form_name
from edc.services.coding import approve_coding, auto_code, code_value, send_back_coding
from edc.services.query import raise_query
from edc.web.answers import go, study_where
from edc.web.context import current_site
from edc.web.request import Request

PAGE_SIZE = 50
STATES = {
    "open": gettext_lazy("To code"),
    "proposed": gettext_lazy("To approve"),
    "approved": gettext_lazy("Approved"),
    "left": gettext_lazy("Left to do"),
    "all": gettext_lazy("All"),
}
SHAPES = {"open": "todo", "proposed": "prop", "approved": "done"}


@require_safe
@login_required
def coding(request: Request) -> HttpResponse:
    """List the values to code; `state` and the filters of other lists narrow them."""
    study = study_where(request, *APPROVES)
    asked = {"state": "open"} | request.GET.dict()
    items = coded_items(study)
    found = queue(request.user, study, current_site(request), asked)
    page = Paginator(in_state(found, asked["state"]), PAGE_SIZE).get_page(asked.get("page"))
    lines = _lines(request, list(page.object_list))
    context = {
        "page": page,
        "lines": lines,
        "asked": asked,
        "items": items,
        "states": _states(found),
        "coding": access.sites_for(request.user, CODES).filter(study=study).exists(),
        "designing": access.may(request.user, "manage_design", study=study),
        "to_approve": [each["held"].pk for each in lines if each["may_approve"]],
    }
    return render(request, "edc/coding.html", context)


def _states(found: QuerySet[ItemValue]) -> list[tuple[str, object, int]]:
    named = ("all", "open", "approved")
    counts = {name: in_state(found, name).order_by().count() for name in named}
    counts["left"] = counts["all"] - counts["approved"]
    counts["proposed"] = counts["left"] - counts["open"]
    return [(name, word, counts[name]) for name, word in STATES.items()]


def _lines(request: Request, values: Sequence[ItemValue]) -> list[dict]:
    ids = [each.coding for each in values if each.coding]
    rows = codings_visible_to(request.user).filter(pk__in=ids).select_related("approver")
    held = {each.pk: each for each in rows}
    entered = FormInstance.objects.filter(pk__in={each.form_id for each in values})
    entered = entered.select_related("design_version", "event", "subject__site")
    forms = {each.pk: each for each in entered}
    queries = _open_queries(forms)
    codes = set(access.sites_for(request.user, CODES).values_list("pk", flat=True))
    lines = []
    for each in values:
        form, found = forms[each.form_id], held.get(each.coding)
        waiting = found is not None and not found.approved_at
        state = "proposed" if waiting else ("approved" if found else "open")
        lines.append(
            {
                "value": each, "form": form, "held": found, "state": STATES[state], "shape": SHAPES[state],
                "form_name": form_name(form), "visit": event_name(form.event, form),
                "item": in_language(form.design_version.design.item(each.item_oid).label),
                "query": queries.get((form.pk, each.path)), "may_code": form.subject.site_id in codes,
                "may_approve": found is not None and waiting and found.coder_id != request.user.pk,
            }
        )  # fmt: skip
    return lines


def _open_queries(forms: Iterable[int]) -> dict[tuple[int, str], int]:
    held = Query.objects.filter(form__in=list(forms), state__in=Query.UNSETTLED).order_by("-pk")
    return {(form, path): pk for pk, form, path in held.values_list("pk", "form", "path")}


def _value_or_404(request: Request, pk: int, permission: str = CODES) -> ItemValue:
    study = study_where(request, permission)
    sites = access.sites_for(request.user, permission)
    found = queue(request.user, study, None, {}).filter(form__subject__site__in=sites)
    return get_object_or_404(found.select_related("form__subject__site", "form__subject__study"), pk=pk)


@require_safe
@login_required
def terms(request: Request, pk: int) -> HttpResponse:
    """Show the terms that `q`, else the verbatim, finds in the dictionary of the value's item."""
    value = _value_or_404(request, pk)
    item = coded_items(value.form.subject.study)[value.item_oid]
    text = request.GET.get("q", value.raw)
    context = {"terms": search_terms(item.dictionary, text), "value": value, "dictionary": item.dictionary}
    return render(request, "edc/coding_terms.html", context)


@require_POST
@login_required
def code(request: Request, pk: int) -> HttpResponse:
    """Give the value the chosen term."""
    value = _value_or_404(request, pk)
    item = coded_items(value.form.subject.study)[value.item_oid]
    chosen = request.POST.get("term", "")
    term = item.dictionary.terms.filter(pk=whole_number(chosen)).first()
    if term is None:
        message = {"term": _("Choose a term that was found.")}
        raise InvalidInput(_("Some fields need correction."), fields=message)
    code_value(value=value, term=term, actor=request.user)
    return _back(request)


@require_POST
@login_required
def ask(request: Request, pk: int) -> HttpResponse:
    """Ask the site about the value's words."""
    value = _value_or_404(request, pk, "raise_query")
    raise_query(form=value.form, path=value.path, text=request.POST.get("text", ""), actor=request.user)
    messages.success(request, _("The site is asked."))
    return _back(request)


@require_POST
@login_required
def auto(request: Request) -> HttpResponse:
    """Code what the study coded before, or what equals a term."""
    study: Study = study_where(request, CODES)
    results = auto_code(study=study, actor=request.user)
    done = sum(each.done for each in results)
    said = ngettext("%(count)d value coded, to be approved.", "%(count)d values coded, to be approved.", done)
    messages.success(request, said % {"count": done})
    for words in sorted({each.message for each in results if not each.done}):
        messages.warning(request, words)
    return _back(request)


@require_POST
@login_required
def approve(request: Request) -> HttpResponse:
    """Approve the codes posted; what refuses is told and leaves the others alone."""
    study_where(request, *APPROVES)
    asked = keys(request.POST.getlist("coding"))
    done, refused = 0, set()
    for each in codings_visible_to(request.user).filter(pk__in=asked[:PAGE_SIZE]):
        try:
            approve_coding(coding=each, actor=request.user)
            done += 1
        except DomainError as refusal:
            refused.add(str(refusal.message))
    messages.success(
        request, ngettext("%(count)d code approved.", "%(count)d codes approved.", done) % {"count": done}
    )
    for words in sorted(refused):
        messages.warning(request, words)
    return _back(request)


@require_POST
@login_required
def send_back(request: Request, pk: int) -> HttpResponse:
    """End a code with the reason."""
    found: Coding = get_object_or_404(codings_visible_to(request.user), pk=pk)
    send_back_coding(coding=found, reason=request.POST.get("reason", ""), actor=request.user)
    return _back(request)


def _back(request: Request) -> HttpResponse:
    """Return to the list as it was filtered."""
    narrowed = request.POST.get("asked", "")
    return go(request, reverse("coding") + (f"?{narrowed}" if narrowed else ""))
