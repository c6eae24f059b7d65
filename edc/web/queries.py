"""Queries: the list with its filters, one thread, and its turns."""

from datetime import timedelta

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from edc import access
from edc.errors import InvalidInput
from edc.models import FormInstance, Query, Study, User
from edc.rules.subject_values import split_path
from edc.selectors import queries_visible_to, sites_visible_to, values_visible_to
from edc.selectors.evaluation import in_language
from edc.selectors.owed import event_name, form_name
from edc.services.query import answer_query, cancel_query, close_query, reopen_query
from edc.web.answers import enter_study_of, go, study_where
from edc.web.context import current_site
from edc.web.value_text import missing_label, value_text

State = Query.State
PAGE_SIZE = 50
UNSETTLED = (State.OPEN, State.ANSWERED)
SHAPES = {State.OPEN: "query", State.ANSWERED: "wait", State.CLOSED: "done", State.CANCELLED: "na"}
# Days that a query has waited at least.
AGES = (3, 7, 30)
ORDERS = {
    "oldest": ("raised_at", "pk"),
    "newest": ("-raised_at", "-pk"),
    "moved": ("-state_changed_at", "-pk"),
}
TURNS = {"answer": answer_query, "close": close_query, "reopen": reopen_query, "cancel": cancel_query}
RIGHT = {"answer": "answer_query", "close": "raise_query", "reopen": "raise_query", "cancel": "raise_query"}
TARGET = {
    "answer": State.ANSWERED,
    "close": State.CLOSED,
    "reopen": State.OPEN,
    "cancel": State.CANCELLED,
}


@require_safe
@login_required
def queries(request: HttpRequest) -> HttpResponse:
    """List the queries: unsettled ones unless a state is asked for, the oldest first."""
    study = study_where(request, "view_data", "answer_query", "raise_query")
    asked = {"state": "unsettled", "sort": "oldest"} | request.GET.dict()
    found = matching(request, study, asked)
    page = Paginator(in_state(found, asked["state"]), PAGE_SIZE).get_page(asked.get("page"))
    states = {"unsettled": _("Open or answered")} | dict(State.choices) | {"": _("All")}
    context = {
        "page": page,
        "lines": [line_of(query) for query in page.object_list],
        "asked": asked,
        "states": [
            {"name": name, "label": label, "count": in_state(found, name).count()}
            for name, label in states.items()
        ],
        "origins": Query.Origin.choices,
        "ages": AGES,
        "sites": sites_visible_to(request.user, study),
        "show_site": current_site(request) is None,
    }
    return render(request, "edc/queries.html", context)


def matching(request: HttpRequest, study: Study, asked: dict[str, str]) -> QuerySet[Query]:
    """Return the queries of the present study and site that the filters leave, whatever their state."""
    found = queries_visible_to(request.user).filter(form__subject__study=study)
    site = current_site(request)
    if site:
        found = found.filter(form__subject__site=site)
    wanted = {"origin": asked.get("origin"), "form__subject__site__oid": asked.get("site")}
    found = found.filter(**{name: value for name, value in wanted.items() if value})
    if asked.get("age", "").isdigit() and int(asked["age"]) in AGES:
        found = found.filter(raised_at__lte=timezone.now() - timedelta(days=int(asked["age"])))
    text = asked.get("q", "").strip()
    if text:
        words = Q(form__subject__subject_key__icontains=text) | Q(text_zh__icontains=text)
        found = found.filter(words | Q(text_en__icontains=text))
    return found.order_by(*ORDERS.get(asked["sort"], ORDERS["oldest"]))


def in_state(found: QuerySet[Query], state: str) -> QuerySet[Query]:
    if state == "unsettled":
        return found.filter(state__in=UNSETTLED)
    return found.filter(state=state) if state in State.values else found


def line_of(query: Query) -> dict[str, object]:
    form = query.form
    return {
        "query": query,
        "shape": SHAPES[State(query.state)],
        "form_name": form_name(form),
        "visit": event_name(form.event, form),
        "item": item_label(form, query.path),
        "days": (timezone.now() - query.raised_at).days,
    }


def item_label(form: FormInstance, path: str) -> str:
    """Return the item's label with its row, empty for a query about the whole form."""
    oid, row = split_path(path)
    item = form.design_version.design.form(form.form_oid).items_by_oid.get(oid)
    label = in_language(item.label) if item else oid
    return f"{label} [{row}]" if row else label


@require_safe
@login_required
def query(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one query with its thread, the item's present value, and the turns the reader may take."""
    found = get_object_or_404(queries_visible_to(request.user), pk=pk)
    enter_study_of(request, found.form.subject)
    context = line_of(found) | {
        "messages_of": found.messages.select_related("author"),
        "value": present_value(request.user, found),
        "turns": turns(found, request.user),
    }
    return render(request, "edc/query.html", context)


def present_value(actor: User, found: Query) -> str:
    """Return the item's final value in words, empty where there is none or the reader may not see it."""
    oid, row = split_path(found.path)
    value = values_visible_to(actor).filter(form=found.form, item_oid=oid, row_key=row or "").first()
    if value is None:
        return ""
    if value.missing:
        return f"{value.missing} {missing_label(value.missing)}"
    design = found.form.design_version.design
    item = design.item(oid)
    return value_text(design, item, value.value, (value.unit or item.unit) if item.is_number else None)


def turns(found: Query, actor: User) -> list[str]:
    """Return the turns open to the actor in the query's present state."""
    site = found.form.subject.site
    rights = {name: access.may(actor, name, site=site) for name in set(RIGHT.values())}
    legal = [turn for turn in TURNS if (found.state, str(TARGET[turn])) in Query.MOVES]
    return [turn for turn in legal if rights[RIGHT[turn]]]


@require_POST
@login_required
def turn(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer, close, reopen or cancel the query with a text."""
    found = get_object_or_404(queries_visible_to(request.user), pk=pk)
    name = request.POST.get("turn", "answer")
    if name not in TURNS:
        message = {"turn": _("Choose answer, close, reopen or cancel.")}
        raise InvalidInput(_("Some fields need correction."), fields=message)
    TURNS[name](query=found, text=request.POST.get("text", ""), actor=request.user)
    return go(request, reverse("query", args=[found.pk]))
