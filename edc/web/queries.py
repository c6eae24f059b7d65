"""Queries: the list with its filters, their ages, one thread, and its turns."""

from collections.abc import Mapping
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from edc import access
from edc.errors import InvalidInput
from edc.models import FormInstance, Query, Role, Site, Study, User
from edc.rules.subject_values import split_path
from edc.selectors import queries_visible_to, sites_visible_to, values_visible_to
from edc.selectors.evaluation import in_language
from edc.selectors.owed import event_name, form_name
from edc.selectors.query_list import (
    BUCKETS,
    SiteAges,
    in_state,
    queries_matching,
    query_ages,
    state_counts,
)
from edc.selectors.standard_texts import standard_texts
from edc.services.query import (
    answer_query,
    assign_query,
    cancel_query,
    close_query,
    release_query,
    reopen_query,
    resolve_query,
    turns_open_to,
)
from edc.web.answers import enter_study_of, go, study_where
from edc.web.context import current_site
from edc.web.counted_pages import CountedPaginator
from edc.web.request import Request
from edc.web.value_text import missing_label, value_text

State = Query.State
PAGE_SIZE = 50
PERMISSIONS = ("view_data", "answer_query", "raise_query")
SHAPES = {
    State.CANDIDATE: "draft",
    State.OPEN: "query",
    State.ANSWERED: "wait",
    State.RESOLVED: "prop",
    State.CLOSED: "done",
    State.CANCELLED: "na",
}
ORDERS: dict[str, Promise] = {
    "oldest": gettext_lazy("Oldest first"),
    "newest": gettext_lazy("Newest first"),
    "moved": gettext_lazy("Changed last first"),
    "subject": gettext_lazy("By subject"),
}
TURNS = {
    "answer": answer_query,
    "release": release_query,
    "close": close_query,
    "resolve": resolve_query,
    "reopen": reopen_query,
    "cancel": cancel_query,
}
TURN_WORDS: dict[str, Promise] = {
    "answer": gettext_lazy("Answer"),
    "release": gettext_lazy("Release to the site"),
    "close": gettext_lazy("Close the query"),
    "resolve": gettext_lazy("Judge it settled"),
    "reopen": gettext_lazy("Send back to the site"),
    "cancel": gettext_lazy("Withdraw the query"),
}
# The likeliest first: what is chosen before anybody chooses.
IN_BULK = ("close", "resolve", "reopen", "release", "cancel")
DEFAULTS = {"state": "unsettled", "sort": "oldest"}


@require_safe
@login_required
def queries(request: Request) -> HttpResponse:
    """List the queries: unsettled ones unless a state is asked for, the oldest first."""
    study = study_where(request, *PERMISSIONS)
    asked = DEFAULTS | request.GET.dict()
    site = current_site(request)
    found = queries_matching(request.user, study, site, asked)
    counts = state_counts(request.user, study, site, asked)
    state = asked["state"] if asked["state"] in counts else ""
    page = CountedPaginator(in_state(found, state), PAGE_SIZE, counts[state]).get_page(asked.get("page"))
    context = {
        "page": page,
        "lines": [line_of(query) for query in page.object_list],
        "asked": asked,
        "states": _states(counts),
        "buckets": BUCKETS,
        "show_site": site is None,
        "filters": request.GET.urlencode(),
        **_choices(request.user, study, site),
    }
    return render(request, "edc/queries.html", context)


def _states(counts: Mapping[str, int]) -> list[dict[str, object]]:
    words = {"unsettled": _("Not settled")} | dict(State.choices) | {"": _("All")}
    shown = {name: word for name, word in words.items() if name != State.CANDIDATE or counts[name]}
    return [{"name": name, "label": word, "count": counts[name]} for name, word in shown.items()]


def _choices(actor: User, study: Study, site: Site | None) -> dict[str, object]:
    """Return what the filters and the acts on many queries offer."""
    asks = access.sites_for(actor, "raise_query").filter(study=study).exists()
    answers = access.sites_for(actor, "answer_query").filter(study=study).exists()
    return {
        "origins": Query.Origin.choices,
        "owners": [(role.value, role.label) for role in (Role.DATA_MANAGER, Role.MONITOR)],
        "orders": ORDERS,
        "sites": sites_visible_to(actor, study),
        "asks": asks,
        "may_act": asks or answers,
        "people": query_people(study, site) if asks or answers else [],
        "closings": standard_texts(study, "close") if asks else [],
        "turn_words": {name: TURN_WORDS[name] for name in IN_BULK},
    }


def query_people(study: Study, site: Site | None) -> list[User]:
    """Return who answers or asks queries of the study, at the site if one is given."""
    roles = [role for role, names in access.SITE_GRANTS.items() if names & {"answer_query", "raise_query"}]
    held = Q(memberships__study=study, memberships__active=True, memberships__role__in=roles)
    if site is not None:
        held &= Q(memberships__site=site) | Q(memberships__site__isnull=True)
    return list(User.objects.filter(held, is_active=True).distinct().order_by("display_name", "username"))


def line_of(query: Query) -> dict[str, object]:
    form = query.form
    return {
        "query": query,
        "shape": SHAPES[State(query.state)],
        "form_name": form_name(form),
        "visit": event_name(form.event, form),
        "item": item_label(form, query.path),
        "days": (timezone.now() - query.raised_at).days,
        "owner": Role(query.owner_role).label if query.owner_role else _("System"),
    }


def item_label(form: FormInstance, path: str) -> str:
    """Return the item's label with its row, empty for a query about the whole form."""
    oid, row = split_path(path)
    item = form.design_version.design.form(form.form_oid).items_by_oid.get(oid)
    label = in_language(item.label) if item else oid
    return f"{label} [{row}]" if row else label


@require_safe
@login_required
def ageing(request: Request) -> HttpResponse:
    """Show how long queries have waited at each site; each number opens its queries."""
    study = study_where(request, *PERMISSIONS)
    state = request.GET.get("state", "unsettled")
    state = state if state in ("unsettled", State.OPEN, State.ANSWERED, State.RESOLVED) else "unsettled"
    rows = query_ages(request.user, study, current_site(request), state)
    context = {
        "rows": [(each, _age_links(each, state)) for each in rows],
        "buckets": BUCKETS,
        "state": state,
        "states": {"unsettled": _("Not settled")}
        | {each.value: each.label for each in (State.OPEN, State.ANSWERED, State.RESOLVED)},
        "totals": [sum(row.ages[place].count for row in rows) for place in range(len(BUCKETS))],
        "total": sum(row.total for row in rows),
    }
    return render(request, "edc/queries_ageing.html", context)


def _age_links(row: SiteAges, state: str) -> list[tuple[int, str]]:
    links = []
    for age in row.ages:
        asked = {"state": state, "site": row.site.oid, "from": age.least}
        if age.most is not None:
            asked["to"] = age.most
        links.append((age.count, f"{reverse('queries')}?{urlencode(asked)}"))
    return links


@require_safe
@login_required
def query(request: Request, pk: int) -> HttpResponse:
    """Show one query with its thread, the item's present value, and the turns the reader may take."""
    found = get_object_or_404(queries_visible_to(request.user), pk=pk)
    enter_study_of(request, found.form.subject)
    subject = found.form.subject
    turns = turns_open_to(found, request.user)
    context = line_of(found) | {
        "messages_of": found.messages.select_related("author"),
        "value": present_value(request.user, found),
        "turns": [(name, TURN_WORDS[name]) for name in turns],
        "answer_types": Query.AnswerType.choices if "answer" in turns else [],
        "sentences": standard_texts(subject.study, "answer" if "answer" in turns else "close"),
        "people": query_people(subject.study, subject.site) if _may_assign(found, request.user) else [],
    }
    return render(request, "edc/query.html", context)


def _may_assign(found: Query, actor: User) -> bool:
    works = (
        access.may(actor, name, site=found.form.subject.site) for name in ("answer_query", "raise_query")
    )
    return found.state in (*Query.UNSETTLED, State.CANDIDATE) and any(works)


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


@require_POST
@login_required
def turn(request: Request, pk: int) -> HttpResponse:
    """Take a turn of the thread, with a text, a ready sentence or the kind of answer."""
    found = get_object_or_404(queries_visible_to(request.user), pk=pk)
    name = request.POST.get("turn", "answer")
    if name not in TURNS:
        message = {"turn": _("Choose answer, close, reopen or cancel.")}
        raise InvalidInput(_("Some fields need correction."), fields=message)
    more = {"answer_type": request.POST.get("answer_type", "")} if name == "answer" else {}
    text, standard = request.POST.get("text", ""), request.POST.get("standard", "")
    TURNS[name](query=found, text=text, standard=standard, actor=request.user, **more)
    return go(request, reverse("query", args=[found.pk]))


@require_POST
@login_required
def assign(request: Request, pk: int) -> HttpResponse:
    """Name the person who sees to the query; an empty choice means nobody."""
    found = get_object_or_404(queries_visible_to(request.user), pk=pk)
    assign_query(query=found, assignee=person_of(request.POST.get("assignee", "")), actor=request.user)
    return go(request, reverse("query", args=[found.pk]))


def person_of(username: str) -> User | None:
    """Return the person; None for an empty name. Raises InvalidInput for a name that nobody has."""
    if not username:
        return None
    found = User.objects.filter(username=username, is_active=True).first()
    if found is None:
        message = {"assignee": _("Choose a person who answers or asks queries at this site.")}
        raise InvalidInput(_("Some fields need correction."), fields=message)
    return found
