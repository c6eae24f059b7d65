"""The consents of a study: who is to consent again, who has which version, who withdrew; CSV."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from edc import access
from edc.models import Consent, Study, Subject
from edc.selectors import subjects_visible_to
from edc.selectors.consents import IN_STUDY, STATES, days_of, in_effect, standing_among, with_state
from edc.web.answers import study_where
from edc.web.context import current_site
from edc.web.csv_answer import csv_answer
from edc.web.request import Request

PAGE_SIZE = 50
OPEN_SCAN = Q(scans__withdrawn_at=None)
SHAPES = {"due": "over", "none": "todo", "older": "draft", "current": "done", "withdrawn": "miss"}
HEAD = (
    "site", "subject", "status", "state", "due_from", "version", "language", "signed_on", "signed_time",
    "explained_by", "noted_by", "noted_at", "scans",
)  # fmt: skip


@require_safe
@login_required
def consents(request: Request) -> HttpResponse:
    """List the subjects with the state of their consent; who has waited longest comes first."""
    study = study_where(request, "view_data")
    asked = {"show": "due"} | request.GET.dict()
    show = asked["show"] if asked["show"] in (*STATES, "all") else "due"
    found = _matching(request, study, asked)
    shown = found if show == "all" else found.filter(consent_state=show)
    ordered = shown.order_by("due_from", "site__number", "subject_key")
    page = Paginator(ordered, PAGE_SIZE).get_page(asked.get("page"))
    counts = dict(found.order_by().values_list("consent_state").annotate(count=Count("pk")))
    seen = access.sites_for(request.user, "view_data").filter(study=study)
    sites = list(seen) if current_site(request) is None else []
    place = current_site(request) or next((each for each in sites if each.oid == asked.get("site")), None)
    context = {
        "page": page,
        "lines": list(_lines(list(page.object_list))),
        "shows": [(name, word, counts.get(name, 0)) for name, word in STATES.items()]
        + [("all", _("All"), sum(counts.values()))],
        "show": show,
        "asked": asked,
        "sites": sites,
        "in_effect": in_effect(place) if place else None,
        "tab": "consents",
    }
    return render(request, "edc/consents.html", context)


def _matching(request: Request, study: Study, asked: dict[str, str]) -> QuerySet[Subject]:
    sites = access.sites_for(request.user, "view_data")
    seen = subjects_visible_to(request.user, study, current_site(request))
    found = with_state(seen.filter(site__in=sites))
    if asked.get("site"):
        found = found.filter(site__oid=asked["site"])
    if asked.get("q"):
        found = found.filter(subject_key__icontains=asked["q"].strip())
    return found


def _lines(subjects: list[Subject]) -> Iterator[dict[str, object]]:
    last = {each.subject_id: each for each in standing_among(subjects)}
    days = days_of(last.values())
    for each in subjects:
        consent = last.get(each.pk)
        yield {
            "subject": each,
            "consent": consent,
            "signed_on": days.get(consent.pk) if consent else None,
            "shape": SHAPES[each.consent_state],
            "word": STATES[each.consent_state],
            "since": since(each) if each.consent_state == "due" else "",
            "in_study": each.status in IN_STUDY,
        }


def since(subject: Subject) -> str:
    """Return for how long the subject is to consent again, in words."""
    start: date = subject.due_from
    days = (timezone.localdate() - start).days
    if days < 1:
        return _("since today")
    return ngettext("for %(days)d day", "for %(days)d days", days) % {"days": days}


@require_safe
@login_required
def consents_csv(request: Request) -> StreamingHttpResponse:
    """Return every consent of the subjects under the filters but the state, and who has none, as CSV."""
    study = study_where(request, "view_data")
    found = _matching(request, study, request.GET.dict()).order_by("site__number", "subject_key")
    # Read here: the answer is sent when the rows of the person's sites are hidden again.
    return csv_answer(f"{study.oid}-consents", HEAD, list(_rows(list(found))))


def _rows(subjects: list[Subject]) -> Iterator[list[object]]:
    given: dict[int, list[Consent]] = defaultdict(list)
    for consent in standing_among(subjects).annotate(scan_count=Count("scans", filter=OPEN_SCAN)):
        given[consent.subject_id].append(consent)
    days = days_of(one for each in given.values() for one in each)
    for each in subjects:
        head = [
            each.site.oid, each.subject_key, each.status, each.consent_state,
            each.due_from.isoformat() if each.consent_state == "due" else "",
        ]  # fmt: skip
        if each.pk not in given:
            yield [*head, *[""] * 8]
        for one in given.get(each.pk, []):
            day = days.get(one.pk)
            time = one.signed_time.isoformat("minutes") if one.signed_time else ""
            yield [
                *head, one.version.label, one.version.language, day.isoformat() if day else "", time,
                one.explained_by, one.noted_by, one.noted_at.isoformat(), one.scan_count,
            ]  # fmt: skip
