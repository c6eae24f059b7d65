"""The flow of subjects: numbers by site that open their rows, CSV, and the CONSORT diagram."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from edc.models import Departure, Site, Study
from edc.selectors import sites_visible_to
from edc.selectors.flow import (
    OTHER,
    STAGES,
    departure_counts,
    failure_counts,
    flow_counts,
    last_snapshot,
    stages,
    summed,
)
from edc.web.answers import study_where
from edc.web.csv_answer import csv_answer
from edc.web.flow_chart import Chart, Said, chart
from edc.web.request import Request
from edc.web.screening import STAGE_WORDS, criterion_texts, subjects_asked


def _sites(request: Request, study: Study) -> list[Site]:
    return list(sites_visible_to(request.user, study))


@require_safe
@login_required
def flow(request: Request) -> HttpResponse:
    """Show the numbers of each site and the flow diagram, as of now."""
    study = study_where(request, "view_subjects")
    subjects = subjects_asked(request, study, request.GET.dict())
    counts = flow_counts(subjects, study)
    names = [name for name in STAGES if name in stages(study)]
    total = summed(counts)
    context = {
        "chart": _chart(request, study, total),
        "names": [(name, STAGE_WORDS[name]) for name in names],
        "total": [(name, total.get(name, 0)) for name in names],
        "lines": [
            (site, [(name, counts[site.pk][name]) for name in names])
            for site in _sites(request, study)
            if site.pk in counts
        ],
        "snapshot": last_snapshot(study),
        "now": timezone.localtime(),
        "tab": "flow",
    }
    return render(request, "edc/flow.html", context)


@require_safe
@login_required
def flow_csv(request: Request) -> StreamingHttpResponse:
    """Return the numbers of each site as CSV, with the moment for which they hold."""
    study = study_where(request, "view_subjects")
    counts = flow_counts(subjects_asked(request, study, request.GET.dict()), study)
    names = [name for name in STAGES if name in stages(study)]
    now = timezone.localtime().isoformat(timespec="seconds")
    rows = (
        [site.oid, *(counts[site.pk][name] for name in names), now]
        for site in _sites(request, study)
        if site.pk in counts
    )
    return csv_answer(f"{study.oid}-flow", ["site", *names, "as_of"], rows)


@require_safe
@login_required
def flow_svg(request: Request) -> HttpResponse:
    """Return the flow diagram as a file that opens anywhere."""
    study = study_where(request, "view_subjects")
    counts = flow_counts(subjects_asked(request, study, request.GET.dict()), study)
    context = {"chart": _chart(request, study, summed(counts)), "alone": True}
    answer = render(request, "edc/flow_chart.svg", context, content_type="image/svg+xml")
    answer["Content-Disposition"] = f'attachment; filename="{study.oid}-flow.svg"'
    return answer


@dataclass(frozen=True)
class _Lines:
    """Makes the lines of the diagram's boxes; `narrow` goes into every address."""

    counts: dict[str, int]
    narrow: dict[str, str]

    def stage(self, name: str, *, inner: bool = False) -> Said:
        return Said(str(STAGE_WORDS[name]), self.counts.get(name, 0), self._url(stage=name), inner)

    def present(self, *names: str, inner: bool = False) -> list[Said]:
        """Return the stages that anybody is in."""
        return [self.stage(name, inner=inner) for name in names if self.counts.get(name)]

    def part(self, stage: str, words: str, count: int, **asked: str) -> Said:
        return Said(words, count, self._url(stage=stage, **asked), inner=True)

    def _url(self, **asked: str) -> str:
        return f"{reverse('screening-log')}?{urlencode(asked | self.narrow)}"


def _criterion(oid: str, texts: dict[str, str]) -> str:
    return texts[OTHER] if oid == OTHER else f"{oid} {texts.get(oid, '')}".strip()


def _chart(request: Request, study: Study, counts: dict[str, int]) -> Chart:
    asked = request.GET.dict()
    subjects = subjects_asked(request, study, asked)
    narrow = {"site": asked["site"]} if asked.get("site") else {}
    lines = _Lines(counts, narrow)
    texts = criterion_texts(study) | {OTHER: _("Another reason")}
    failed = [
        lines.part("screen_failed", _criterion(oid, texts), number, criterion=oid)
        for oid, number in failure_counts(subjects).items()
    ]
    left = [
        lines.part("withdrawn", str(Departure.How(how).label), number, how=how)
        for how, number in departure_counts(subjects).items()
    ]
    screened = [
        lines.stage("screened"),
        *(lines.stage(name, inner=True) for name in ("consented", "eligible")),
    ]
    excluded = [lines.stage("screen_failed"), *failed, *lines.present("left_screening", "screening")]
    enrolled = [lines.stage("enrolled"), *lines.present("overridden", "treated", inner=True)]
    ends = [lines.stage("in_study"), lines.stage("completed")]
    return chart(
        [
            (screened, excluded),
            (enrolled, [lines.stage("withdrawn"), *left]),
            (ends, []),
            ([lines.stage("analysed")], []),
        ]
    )
