"""The screening log: who was screened, with the result and its reason; CSV."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from edc.models import AuditEvent, Departure, EligibilityAssessment, Study, Subject
from edc.selectors import sites_visible_to, subjects_visible_to
from edc.selectors.evaluation import in_language
from edc.selectors.flow import STAGES, failed_by, stages, unmet, with_facts
from edc.web.answers import study_where
from edc.web.context import current_site
from edc.web.csv_answer import csv_answer
from edc.web.request import Request

PAGE_SIZE = 50
STAGE_WORDS: dict[str, Promise] = {
    "screened": _("Screened"),
    "consented": _("Consent recorded"),
    "eligible": _("Eligible"),
    "screening": _("In screening"),
    "screen_failed": _("Screen failed"),
    "left_screening": _("Left during screening"),
    "enrolled": _("Enrolled"),
    "overridden": _("Enrolled with a reason"),
    "treated": _("Treatment recorded"),
    "in_study": _("In the study"),
    "withdrawn": _("Left before the end"),
    "completed": _("Completed"),
    "analysed": _("In the frozen data"),
}
SHAPES = {
    Subject.Status.SCREENING: "wait",
    Subject.Status.ENROLLED: "done",
    Subject.Status.SCREEN_FAILED: "miss",
    Subject.Status.WITHDRAWN: "miss",
    Subject.Status.COMPLETED: "locked",
}
HEAD = (
    "site", "subject", "screened_on", "cohort", "eligibility", "criteria_not_met", "result", "reason",
    "enrolled_on", "left_on", "how_left", "synthetic",
)  # fmt: skip


@dataclass(frozen=True)
class LogLine:
    """One screened subject: what came of the screening, and why."""

    subject: Subject
    shape: str
    eligibility: str
    unmet: list[tuple[str, str]]
    how: str


@require_safe
@login_required
def log(request: Request) -> HttpResponse:
    """List the screened subjects of a stage, the newest first."""
    study = study_where(request, "view_subjects")
    asked = request.GET.dict()
    known = stages(study)
    page = Paginator(_matching(request, study, asked), PAGE_SIZE).get_page(asked.get("page"))
    texts = criterion_texts(study)
    context = {
        "page": page,
        "lines": [_line(each, texts) for each in page.object_list],
        "asked": asked,
        "stages": [(name, STAGE_WORDS[name]) for name in STAGES if name in known],
        "criteria": list(texts.items()),
        "sites": sites_visible_to(request.user, study) if current_site(request) is None else [],
        "tab": "log",
    }
    return render(request, "edc/screening_log.html", context)


@require_safe
@login_required
def log_csv(request: Request) -> StreamingHttpResponse:
    """Return the same rows as the list, as CSV."""
    study = study_where(request, "view_subjects")
    found = _matching(request, study, request.GET.dict())
    return csv_answer(f"{study.oid}-screening-log", HEAD, _rows(found, study))


def _rows(found: QuerySet[Subject], study: Study) -> Iterator[list[object]]:
    texts = criterion_texts(study)
    for subject in found.iterator(chunk_size=500):
        line = _line(subject, texts)
        yield [
            subject.site.oid, subject.subject_key, _day(subject.created_at), subject.cohort, subject.verdict,
            " ".join(oid for oid, _text in line.unmet), subject.status, subject.status_reason,
            _day(subject.enrolled_at), subject.left_on, subject.how, "Y" if subject.synthetic else "N",
        ]  # fmt: skip


def _day(moment: object) -> str:
    return timezone.localtime(moment).date().isoformat() if moment else ""  # type: ignore[arg-type]


def _matching(request: Request, study: Study, asked: dict[str, str]) -> QuerySet[Subject]:
    subjects = subjects_asked(request, study, asked)
    confirmed = AuditEvent.objects.filter(subject=OuterRef("pk"), action="subject.confirmed").order_by("-pk")
    found = with_facts(subjects).annotate(enrolled_at=Subquery(confirmed.values("at")[:1]))
    condition = stages(study).get(asked.get("stage", ""))
    if condition:
        found = found.filter(condition)
    if asked.get("criterion"):
        found = found.filter(pk__in=failed_by(subjects, asked["criterion"]).values("pk"))
    if asked.get("how") in Departure.How.values:
        found = found.filter(how=asked["how"])
    if asked.get("q"):
        found = found.filter(subject_key__icontains=asked["q"].strip())
    return found.order_by("-created_at", "-pk")


def subjects_asked(request: Request, study: Study, asked: dict[str, str]) -> QuerySet[Subject]:
    """Return the subjects of the chosen site, or of the one asked for."""
    found = subjects_visible_to(request.user, study, current_site(request))
    return found.filter(site__oid=asked["site"]) if asked.get("site") else found


def criterion_texts(study: Study) -> dict[str, str]:
    """Return the criteria of the newest design by OID, in the language of the page."""
    version = study.design_versions.first()
    return {each.oid: in_language(each.text) for each in version.design.eligibility} if version else {}


def _line(subject: Subject, texts: dict[str, str]) -> LogLine:
    verdict = EligibilityAssessment.Verdict
    word = str(verdict(subject.verdict).label) if subject.verdict else str(verdict.PENDING.label)
    how = str(Departure.How(subject.how).label) if subject.how else ""
    failed = [(oid, texts.get(oid, oid)) for oid in unmet(subject.criteria)]
    return LogLine(subject, SHAPES[Subject.Status(subject.status)], word, failed, how)
