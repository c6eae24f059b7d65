"""Deviations: the list with its CSV, and noting one that the platform cannot see."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from edc import access
from edc.models import Deviation, StudyEvent, Subject
from edc.selectors import sites_visible_to, subjects_visible_to
from edc.selectors.deviations import Finding, deviations_visible_to, findings
from edc.selectors.visit_names import visit_name
from edc.services.deviations import NOTING, Account, note_deviation
from edc.web.answers import day_of, go, study_where
from edc.web.context import current_site
from edc.web.csv_answer import csv_answer
from edc.web.request import Request

PAGE_SIZE = 50
State, Source = Deviation.State, Deviation.Source
SHOWS: dict[str, tuple[Promise, Q]] = {
    "undecided": (_("To decide"), Q(state=State.REPORTED)),
    "confirmed": (_("Confirmed"), Q(state=State.CONFIRMED)),
    "closed": (_("Settled"), Q(state=State.CLOSED)),
    "dismissed": (_("No deviation"), Q(state=State.DISMISSED)),
    "all": (_("All"), Q()),
}
SHAPES = {State.REPORTED: "wait", State.CONFIRMED: "over", State.DISMISSED: "na", State.CLOSED: "done"}
HEAD = (
    "site", "subject", "visit", "source", "state", "occurred_on", "kind", "category", "severity",
    "description", "cause", "correction", "noted_by", "noted_at", "decided_by", "decided_at", "decision",
)  # fmt: skip


@dataclass(frozen=True)
class DeviationLine:
    """One line of the list: a deviation, or a finding that nobody has decided about."""

    subject: Subject
    occurred_on: date
    shape: str
    state: str
    what: str
    visit: str
    url: str
    deviation: Deviation | None = None

    @property
    def severity(self) -> str:
        return self.deviation.get_severity_display() if self.deviation and self.deviation.severity else ""


@require_safe
@login_required
def deviations(request: Request) -> HttpResponse:
    """List the deviations of the person's sites; what the platform found and nobody decided comes first."""
    study = study_where(request, "view_subjects")
    asked = {"show": "undecided"} | request.GET.dict()
    show = asked["show"] if asked["show"] in SHOWS else "undecided"
    stored, found = _matching(request, asked)
    lines: list[Deviation | Finding] = list(found) if show in ("undecided", "all") else []
    lines += stored.filter(SHOWS[show][1])
    page = Paginator(lines, PAGE_SIZE).get_page(asked.get("page"))
    counts = {name: stored.filter(condition).count() for name, (_word, condition) in SHOWS.items()}
    counts["undecided"] += len(found)
    counts["all"] += len(found)
    context = {
        "page": page,
        "lines": [line_of(each) for each in page.object_list],
        "shows": [(name, word, counts[name]) for name, (word, _condition) in SHOWS.items()],
        "show": show,
        "asked": asked,
        "choices": Deviation,
        "sites": sites_visible_to(request.user, study) if current_site(request) is None else [],
        "noting": _notes(request),
        "tab": "deviations",
    }
    return render(request, "edc/deviations.html", context)


def _matching(request: Request, asked: dict[str, str]) -> tuple[QuerySet[Deviation], list[Finding]]:
    """Return the deviations under all filters but the state, and the findings that no filter rules out."""
    study, site = study_where(request, "view_subjects"), current_site(request)
    stored = deviations_visible_to(request.user, study)
    subjects = subjects_visible_to(request.user, study, site)
    if asked.get("site"):
        subjects = subjects.filter(site__oid=asked["site"])
    if asked.get("q"):
        subjects = subjects.filter(subject_key__icontains=asked["q"].strip())
    stored = stored.filter(subject__in=subjects)
    narrow = {name: asked[name] for name in ("category", "severity", "kind") if asked.get(name)}
    return stored.filter(**narrow), [] if narrow else findings(subjects)


def _notes(request: Request) -> bool:
    return access.sites_for(request.user, *NOTING).exists()


def line_of(each: Deviation | Finding) -> DeviationLine:
    """Return a deviation or a finding as the list shows it."""
    if isinstance(each, Finding):
        url = reverse("deviation-found", args=[each.key])
        source = str(Source(each.source).label)
        return DeviationLine(
            each.subject, each.occurred_on, "due", str(_("Found by the platform")),
            f"{source}: {facts_text(each.facts)}", name_of_visit(each.event), url,
        )  # fmt: skip
    url = reverse("deviation", args=[each.pk])
    return DeviationLine(
        each.subject, each.occurred_on, SHAPES[State(each.state)], each.get_state_display(),
        each.description, name_of_visit(each.event), url, each,
    )  # fmt: skip


def name_of_visit(event: StudyEvent | None) -> str:
    """Return the visit's name in the language of the page; nothing where there is no visit."""
    return visit_name(event.subject.design_version.design, event) if event else ""


def facts_text(facts: dict[str, str | None]) -> str:
    """Return what a finding rests on, in words."""
    if "consent_from" in facts:
        words = _("held on %(held_on)s, consent from %(consent_from)s to %(consent_to)s")
        return str(words) % {name: day or "–" for name, day in facts.items()}
    if "category" in facts:
        category = Deviation.Category(facts["category"] or "")
        severity = Deviation.Severity(facts["severity"] or "")
        return f"{category.label} · {severity.label}"
    if "in_effect" in facts:
        words = _("signed %(signed)s on %(signed_on)s, in effect: %(in_effect)s")
        return str(words) % {name: held or "–" for name, held in facts.items()}
    if "held_on" in facts:
        words = _("held on %(held_on)s, window %(window_start)s to %(window_end)s")
        return str(words) % {name: day or "–" for name, day in facts.items()}
    return facts.get("reason") or ""


@require_safe
@login_required
def deviations_csv(request: Request) -> StreamingHttpResponse:
    """Return every deviation and finding under the filters as CSV."""
    study = study_where(request, "view_subjects")
    stored, found = _matching(request, request.GET.dict())
    return csv_answer(f"{study.oid}-deviations", HEAD, _rows(stored, found))


def _rows(stored: QuerySet[Deviation], found: list[Finding]) -> Iterator[list[object]]:
    for each in found:
        yield [
            each.subject.site.oid, each.subject.subject_key, _event_key(each.event), each.source, "found",
            each.occurred_on, "", "", "", facts_text(each.facts), *[""] * 7,
        ]  # fmt: skip
    for row in stored:
        yield [
            row.subject.site.oid, row.subject.subject_key, _event_key(row.event), row.source, row.state,
            row.occurred_on, row.kind, row.category, row.severity, row.description, row.cause,
            row.correction, row.noted_by, row.noted_at.isoformat(), row.decided_by or "",
            row.decided_at.isoformat() if row.decided_at else "", row.decision,
        ]  # fmt: skip


def _event_key(event: StudyEvent | None) -> str:
    return str(event) if event else ""


def account_of(request: Request) -> Account:
    """Return what was posted about a deviation."""
    posted = request.POST
    names = ("category", "description", "severity", "cause", "correction")
    texts = {name: posted.get(name, "") for name in names}
    return Account(occurred_on=day_of(request, "occurred_on"), kind=posted.get("kind", "protocol"), **texts)  # type: ignore[arg-type]


@require_POST
@login_required
def note(request: Request) -> HttpResponse:
    """Note a deviation of a subject, named by its screening number."""
    study = study_where(request, *NOTING)
    subjects = subjects_visible_to(request.user, study)
    found = get_object_or_404(subjects, subject_key=request.POST.get("subject", "").strip())
    made = note_deviation(subject=found, event=None, account=account_of(request), actor=request.user)
    return go(request, reverse("deviation", args=[made.pk]))
