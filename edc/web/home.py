"""The first page: what this person owes today, who waits for it, and how far the site is."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from edc import access
from edc.models import Role, Site, Study, User
from edc.selectors import owed_by
from edc.selectors.progress import Week, progress_of, query_numbers, week_of, works_with_forms
from edc.web.context import current_site, current_study
from edc.web.owed_lines import duration, filters, grouped, line_of, page_of, weekday
from edc.web.request import Request


@require_safe
@login_required
def home(request: Request) -> HttpResponse:
    """Show the person's own list, filtered by `kind` and ordered by `sort` (waiting or due)."""
    study = current_study(request)
    if study is None:
        return render(request, "edc/home_without_study.html")
    site = current_site(request)
    lines = [line_of(work) for work in owed_by(request.user, study, site)]
    kind, sort = request.GET.get("kind", ""), request.GET.get("sort", "waiting")
    shown = [line for line in lines if not kind or line.filter == kind]
    page, groups = page_of(grouped(shown, sort), request.GET.get("page"))
    context = {
        "total": len(lines),
        "time": duration([line.work for line in lines]),
        "waiting": sum(line.someone_waits for line in lines),
        "filters": filters(request.user, study, lines),
        "kind": kind,
        "sort": sort,
        "page": page,
        "groups": groups,
        "elsewhere": elsewhere(request.user, study),
        "empty": empty_words(request.user, study),
    }
    if works_with_forms(request.user, study):
        context |= numbers(request.user, study, site)
    return render(request, "edc/home.html", context)


def numbers(user: User, study: Study, site: Site | None) -> dict[str, object]:
    week = week_of(user)
    found = query_numbers(user, study, site) if sees_queries(user, study) else None
    return {
        "progress": progress_of(user, study, site),
        "queries": found,
        "week": week,
        "bars": bars(week) if week.total else None,
    }


def sees_queries(user: User, study: Study) -> bool:
    sites = access.sites_for(user, "view_data", "answer_query", "raise_query")
    return sites.filter(study=study).exists()


def bars(week: Week) -> dict[str, object]:
    """Return the bars of the week as an SVG of 264 by 66 units draws them."""
    most = max(count for _day, count in week.days)
    drawn = []
    for place, (day, count) in enumerate(week.days):
        height = max(1, round(45 * count / most))
        name = _("today") if place == 6 else weekday(day)
        bar = {"x": 6 + 38 * place, "y": 48 - height, "height": height}
        drawn.append(bar | {"middle": 17 + 38 * place, "name": name, "count": count})
    counts = ", ".join(str(count) for _day, count in week.days)
    label = _("Forms submitted on each of the last 7 days: %(counts)s") % {"counts": counts}
    return {"drawn": drawn, "label": label}


def elsewhere(user: User, study: Study) -> list[dict[str, object]]:
    """Return the person's other studies with the number of things owed there."""
    others = access.studies_for(user, "view_study_data").exclude(pk=study.pk)
    return [{"study": other, "count": len(owed_by(user, other))} for other in others]


def empty_words(user: User, study: Study) -> dict[str, str]:
    """Return what a person with nothing to do reads, and where to go from there."""
    roles = access.roles_at(user, study=study)
    subjects = reverse("subjects")
    if Role.CRC in roles:
        words = _("You owe nothing today. You may enrol a subject, or see what comes next week.")
        return {"words": words, "url": f"{subjects}?sort=next", "action": _("Open the subjects")}
    if works_with_forms(user, study):
        return {"words": _("You owe nothing today."), "url": subjects, "action": _("Open the subjects")}
    if Role.ADMINISTRATOR in roles:
        words = _("You owe nothing today. Accounts and roles are kept on the page of people.")
        return {"words": words, "url": reverse("people"), "action": _("Open the people")}
    return {"words": _("You owe nothing today."), "url": "", "action": ""}
