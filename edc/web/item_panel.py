"""The panel beside a form: one item's guide, queries, history and correction."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from edc import access
from edc.design.items import ItemDef, Limits
from edc.errors import HidesValues, InvalidInput
from edc.models import FormInstance, Observation, Stream, User
from edc.rules.subject_values import split_path
from edc.selectors import form_state, observations_visible_to, queries_visible_to
from edc.selectors.evaluation import in_language
from edc.selectors.item_history import clock_of, item_history, times_of_entry
from edc.selectors.visible import ENTRY_STREAMS
from edc.services.entry import correct_item
from edc.services.query import raise_query
from edc.services.reasons import reason_words
from edc.services.views import PASSES, record_view
from edc.web.audit_words import channel_word, role_words
from edc.web.change_reasons import posted_reason, reason_choices, remember_reason
from edc.web.clock_words import clock_words
from edc.web.entry import form_or_404
from edc.web.evidence import beside
from edc.web.form_sheet import EMPTY, Cell, question
from edc.web.graded_terms import is_graded, term_words
from edc.web.item_findings import findings, inputs_read
from edc.web.item_hold import is_held, item_hold
from edc.web.item_queries import panel_queries
from edc.web.item_status import item_statuses
from edc.web.item_uses import item_uses
from edc.web.queries import TURNS
from edc.web.request import Request
from edc.web.source_words import source_word
from edc.web.unit_words import unit_words
from edc.web.value_text import entry_text, missing_choices, value_text

TABS = ("guide", "source", "queries", "history", "correct")
MOST_EVENTS = 50


@login_required
@require_GET
def panel(request: Request, pk: int) -> HttpResponse:
    """Show one tab for the item ?path=."""
    form = form_or_404(request, pk)
    return _answer(request, form, request.GET.get("path", ""), request.GET.get("tab", ""))


@login_required
@require_POST
def ask(request: Request, pk: int) -> HttpResponse:
    """Raise a query about the item."""
    form = form_or_404(request, pk)
    path = request.POST.get("path", "")
    raise_query(
        form=form,
        path=path,
        text=request.POST.get("text", ""),
        standard=request.POST.get("standard", ""),
        actor=request.user,
    )
    return _done(request, form, path)


@login_required
@require_POST
def settle(request: Request, pk: int, query: int) -> HttpResponse:
    """Take a turn of a query of the form."""
    form = form_or_404(request, pk)
    found = get_object_or_404(queries_visible_to(request.user), pk=query, form=form)
    name = request.POST.get("turn", "")
    if name not in TURNS:
        raise InvalidInput(_("Choose answer, close or reopen."))
    more = {"answer_type": request.POST.get("answer_type", "")} if name == "answer" else {}
    TURNS[name](query=found, text=request.POST.get("text", ""), actor=request.user, **more)
    return _done(request, form, found.path)


@login_required
@require_POST
def correct(request: Request, pk: int) -> HttpResponse:
    """Correct the item of a completed form with a reason; the page is then loaded anew."""
    form = form_or_404(request, pk)
    path = request.POST.get("path", "")
    item = _item_or_404(form, path)
    many = item.type == "multi"
    entry = {
        "raw": request.POST.getlist("raw") if many else request.POST.get("raw", ""),
        "unit": request.POST.get("unit") or None,
        "missing": request.POST.get("missing") or None,
    }
    try:
        correct_item(
            form=form,
            path=path,
            entry=entry,
            reason=posted_reason(request),
            actor=request.user,
            drop_hidden=request.POST.get("drop_hidden") == "yes",
        )
    except HidesValues as asked:
        return render(request, "edc/form_entry_hides.html", {"asked": asked, "form": form})
    remember_reason(request, form)
    return HttpResponse(status=204, headers={"HX-Refresh": "true"})


def _item_or_404(form: FormInstance, path: str) -> ItemDef:
    item = form.design_version.design.form(form.form_oid).items_by_oid.get(split_path(path)[0])
    if item is None:
        raise Http404
    return item


def _done(request: Request, form: FormInstance, path: str) -> HttpResponse:
    form.refresh_from_db()
    answer = _answer(request, form, path, "queries") if path else HttpResponse(status=204)
    answer.headers["HX-Retarget"] = "#panel"
    return answer


def _answer(request: Request, form: FormInstance, path: str, tab: str) -> HttpResponse:
    item, actor = _item_or_404(form, path), request.user
    tab = tab if tab in TABS else "guide"
    site = form.subject.site
    context = {
        "form": form,
        "path": path,
        "row_key": split_path(path)[1],
        "item": item,
        "label": in_language(item.label),
        "tab": tab,
        "may_correct": form.status in FormInstance.FINAL
        and form.status != FormInstance.Status.LOCKED
        and item.is_typed_in
        and not is_held(form, path)
        and access.may(actor, "enter_data", site=site),
        **_parts(form, item, path, tab, actor),
        **reason_choices(request, form),
    }
    return render(request, "edc/form_entry_panel.html", context)


def _parts(form: FormInstance, item: ItemDef, path: str, tab: str, actor: User) -> dict[str, object]:
    if tab == "queries":
        return panel_queries(form, path, actor)
    if tab == "source":
        return {"evidence": beside(form, path, actor, adds=item.is_typed_in)}
    if tab == "history":
        return {
            "events": _events(form, item, path, actor),
            "passes": _passes(form, item, path, actor),
            "times": _times(form, path, actor),
        }
    if tab == "correct":
        return _correction(form, item, path, actor)
    return {
        "hint": in_language(item.hint) if item.hint else "",
        **_source(form, item),
        "uses": item_uses(form, item),
        "hard": limits_text(item, item.hard),
        "soft": limits_text(item, item.soft),
        "filled_by": in_language(item.filled_by.how) if item.filled_by else "",
        "term": term_words(form, form_state(form, actor).state, path) if is_graded(form, item) else None,
        "findings": findings(form, path, actor),
        "hold": item_hold(form, item, path, actor),
        "inputs": list(inputs_read(form, path, actor)) if item.type == "derived" else [],
    }


def _source(form: FormInstance, item: ItemDef) -> dict[str, str]:
    """Return the word of the item's master record, and what the protocol says of it."""
    design = form.design_version.design
    word = source_word(design.source_of(form.form_oid, item))
    said = design.source.said if design.source and word else None
    return {"source": word, "source_said": in_language(said) if said else ""}


def limits_text(item: ItemDef, limits: Limits | None) -> str:
    """Return bounds as people read them, with an en dash; empty without bounds."""
    if limits is None or (limits.min is None and limits.max is None):
        return ""
    low, high = (_bound(each) for each in (limits.min, limits.max))
    unit = f" {unit_words(item.unit)}" if item.unit else ""
    if not low or not high:
        return (_("from %(low)s") % {"low": low} if low else _("up to %(high)s") % {"high": high}) + unit
    return f"{low}–{high}{unit}"


def _bound(value: float | str | None) -> str:
    if value is None:
        return ""
    if value == "today":
        return _("today")
    return f"{value:g}".replace("-", "−") if isinstance(value, int | float) else str(value)


def _events(form: FormInstance, item: ItemDef, path: str, actor: User) -> list[dict[str, object]]:
    return [
        {
            "at": event.at,
            "who": event.actor_name,
            "role": role_words(event.role),
            "channel": channel_word(event.channel),
            "before": _event_text(form, item, event.before),
            "after": _event_text(form, item, event.after),
            "reason": reason_words(event.reason),
            "typed": clock_words(clock_of(event)),
        }
        for event in item_history(actor, form, path)[:MOST_EVENTS]
    ]


def _event_text(form: FormInstance, item: ItemDef, held: object) -> str:
    if not isinstance(held, dict):
        return ""
    if "raw" in held or held.get("missing"):
        return entry_text(form.design_version.design, item, held)
    return value_text(form.design_version.design, item, held.get("value"), held.get("unit"))


def _times(form: FormInstance, path: str, actor: User) -> list[dict[str, object]]:
    return [
        {
            "stream": Stream(each.stream).label,
            "who": each.who,
            "typed": clock_words(each.clock),
            "saved_at": each.saved_at,
            "sealed_at": each.sealed_at,
        }
        for each in times_of_entry(actor, form, path)
    ]


def _passes(form: FormInstance, item: ItemDef, path: str, actor: User) -> list[dict[str, object]]:
    """Return what each pass holds, for those only who resolve differences."""
    if not access.may(actor, "resolve_disagreement", site=form.subject.site):
        return []
    sealed = observations_visible_to(actor).filter(form=form, stream__in=ENTRY_STREAMS).order_by("stream")
    if sealed:
        record_view(target=form, action=PASSES, path=path, actor=actor, part=True)
    return [_pass(form, item, path, each) for each in sealed]


def _pass(form: FormInstance, item: ItemDef, path: str, sealed: Observation) -> dict[str, object]:
    entry = sealed.content["items"].get(path)
    text = entry_text(form.design_version.design, item, entry)
    return {
        "stream": sealed.get_stream_display(),
        "who": sealed.observer,
        "at": sealed.sealed_at,
        "text": text,
    }


def _correction(form: FormInstance, item: ItemDef, path: str, actor: User) -> dict[str, object]:
    view = form_state(form, actor)
    cell = Cell(
        path=path,
        question=question(form, item, in_grid=False),
        entry=view.record["items"].get(path) or EMPTY,
        version=0,
        status=item_statuses(form, view.state)[path],
    )
    return {"cell": cell, "missing_choices": missing_choices()}
