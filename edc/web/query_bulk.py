"""One act on many queries, or one question to many forms; the answer tells of each row."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from edc.errors import InvalidInput
from edc.models import FormInstance, Query
from edc.numbers import keys
from edc.selectors import queries_visible_to
from edc.selectors.form_list import forms_matching
from edc.selectors.query_list import in_state, queries_matching
from edc.services.query import RowResult, assign_queries, raise_queries, turn_queries
from edc.services.query.bulk import MOST
from edc.web.answers import study_where
from edc.web.context import current_site
from edc.web.queries import DEFAULTS, line_of, person_of
from edc.web.request import Request
from edc.web.sign import line_of as form_line


@require_POST
@login_required
def act(request: Request) -> HttpResponse:
    """Take a turn on the chosen queries, or on all that the list's filters leave, or assign them."""
    study_where(request, "answer_query", "raise_query")
    chosen = _chosen_queries(request)
    if request.POST.get("turn") == "assign":
        person = person_of(request.POST.get("assignee", ""))
        results = assign_queries(queries=chosen, assignee=person, actor=request.user)
    else:
        results = turn_queries(
            queries=chosen,
            turn=request.POST.get("turn", ""),
            text=request.POST.get("text", ""),
            standard=request.POST.get("standard", ""),
            actor=request.user,
        )
    for each in results:
        each.row.refresh_from_db(fields=["state"])
    back = f"{reverse('queries')}?{QueryDict(request.POST.get('filters', '')).urlencode()}"
    lines = [(each, line_of(each.row), reverse("query", args=[each.row.pk])) for each in results]
    return _told(request, results, lines, back)


def _chosen_queries(request: Request) -> list[Query]:
    if request.POST.get("scope") == "all":
        study = study_where(request, "answer_query", "raise_query")
        asked = DEFAULTS | QueryDict(request.POST.get("filters", "")).dict()
        found = in_state(queries_matching(request.user, study, current_site(request), asked), asked["state"])
    else:
        found = queries_visible_to(request.user).filter(pk__in=_numbers(request)).order_by("pk")
    return _at_most(list(found[: MOST + 1]))


def _numbers(request: Request) -> list[int]:
    numbers = keys(request.POST.getlist("row"))
    if not numbers:
        raise InvalidInput(_("Tick at least one row."), fields={"row": _("Tick at least one row.")})
    return numbers


def _at_most(rows: list) -> list:
    if len(rows) > MOST:
        raise InvalidInput(
            _("That is more than %(most)d rows. Narrow the list with its filters first.") % {"most": MOST}
        )
    return rows


@require_POST
@login_required
def ask(request: Request) -> HttpResponse:
    """Ask the same about each chosen form, or about all that the list of forms shows."""
    study = study_where(request, "raise_query")
    asked = QueryDict(request.POST.get("filters", "")).dict()
    found = forms_matching(request.user, study, current_site(request), asked)
    if request.POST.get("scope") != "all":
        found = found.filter(pk__in=_numbers(request))
    results = raise_queries(
        forms=_at_most(list(found[: MOST + 1])),
        path=request.POST.get("path", ""),
        text=request.POST.get("text", ""),
        standard=request.POST.get("standard", ""),
        actor=request.user,
    )
    back = f"{reverse('forms')}?{QueryDict(request.POST.get('filters', '')).urlencode()}"
    lines = [(each, _form_line(each.row), reverse("form-entry", args=[each.row.pk])) for each in results]
    return _told(request, results, lines, back)


def _form_line(form: FormInstance) -> dict[str, object]:
    line = form_line(form)
    return line | {"form_name": line["name"]}


def _told(request: Request, results: list[RowResult], lines: list[tuple], back: str) -> HttpResponse:
    done = sum(each.done for each in results)
    context = {"lines": lines, "done": done, "refused": len(results) - done, "back": back}
    return render(request, "edc/queries_told.html", context)
