"""The specimen log: who has what, what is on the way, what must be destroyed; one specimen's chain; CSV."""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import wraps

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from edc import access
from edc.errors import InvalidInput
from edc.models import Site, Specimen, SpecimenStep, Study, User
from edc.numbers import whole_number
from edc.row_security import every_site
from edc.selectors import sites_visible_to, subjects_visible_to
from edc.selectors.specimens import GONE, HERE, must_be_destroyed, specimens_visible_to
from edc.services.specimens import HANDLING, WITNESSING, Collected, Step, collect_specimen, move_specimen
from edc.web.answers import go, study_where
from edc.web.context import current_site
from edc.web.csv_answer import csv_answer
from edc.web.request import Request

PAGE_SIZE = 50
View = Callable[..., HttpResponse | StreamingHttpResponse]
State = Specimen.State
SHOWS: dict[str, tuple[Promise, Q]] = {
    "here": (gettext_lazy("There"), Q(state__in=HERE)),
    "shipped": (gettext_lazy("On the way"), Q(state=State.SHIPPED)),
    "destroy": (gettext_lazy("To destroy"), must_be_destroyed() | Q(state=State.DESTROYING)),
    "gone": (gettext_lazy("Used or destroyed"), Q(state__in=GONE)),
    "all": (gettext_lazy("All"), Q()),
}
SHAPES = {
    State.COLLECTED: "todo", State.STORED: "done", State.SHIPPED: "wait", State.RECEIVED: "draft",
    State.USED: "na", State.DESTROYING: "over", State.DESTROYED: "miss",
}  # fmt: skip
HEAD = (
    "label", "subject", "visit", "kind", "step", "at", "site", "to_site", "place", "condition", "tubes",
    "reason", "asked_by", "by", "noted_at",
)  # fmt: skip


def _across_sites(view: View) -> View:
    """Let the database show a specimen to the site that receives it; the selector says who sees which."""

    @wraps(view)
    def seen(request: Request, **parts: int) -> HttpResponse | StreamingHttpResponse:
        with every_site("a specimen goes from site to site, and its subject stays where it is"):
            return view(request, **parts)

    return seen


@require_safe
@login_required
@_across_sites
def specimens(request: Request) -> HttpResponse:
    """List the specimens of the person's sites, those that come in from elsewhere among them."""
    study = study_where(request, "view_subjects")
    asked = {"show": "here"} | request.GET.dict()
    show = asked["show"] if asked["show"] in SHOWS else "here"
    found = _matching(request, study, asked)
    page = Paginator(found.filter(SHOWS[show][1]), PAGE_SIZE).get_page(asked.get("page"))
    own = set(access.sites_for(request.user, "view_subjects").values_list("pk", flat=True))
    context = {
        "page": page,
        "lines": [
            (each, SHAPES[State(each.state)], each.subject.site_id in own) for each in page.object_list
        ],
        "shows": [(name, word, found.filter(q).count()) for name, (word, q) in SHOWS.items()],
        "show": show,
        "asked": asked,
        "kinds": Specimen.Kind.choices,
        "sites": sites_visible_to(request.user, study) if current_site(request) is None else [],
        "collecting": access.sites_for(request.user, HANDLING).filter(study=study).exists(),
        "tab": "specimens",
    }
    return render(request, "edc/specimens.html", context)


def _matching(request: Request, study: Study, asked: dict[str, str]) -> QuerySet[Specimen]:
    found, site = specimens_visible_to(request.user, study), current_site(request)
    if site:
        found = found.filter(Q(subject__site=site) | Q(at_site=site) | Q(to_site=site))
    if asked.get("site"):
        found = found.filter(Q(at_site__oid=asked["site"]) | Q(to_site__oid=asked["site"]))
    if asked.get("kind"):
        found = found.filter(kind=asked["kind"])
    if asked.get("q"):
        text = asked["q"].strip()
        found = found.filter(Q(label__icontains=text) | Q(subject__subject_key__icontains=text))
    return found


@require_safe
@login_required
@_across_sites
def specimens_csv(request: Request) -> StreamingHttpResponse:
    """Return every step of the specimens under the filters but the state, as CSV."""
    study = study_where(request, "view_subjects")
    found = _matching(request, study, request.GET.dict())
    steps = SpecimenStep.objects.filter(specimen__in=found.values("pk")).select_related(
        "specimen__subject", "specimen__event", "site", "to_site", "by", "first_person"
    )
    # Read here: the answer is sent when the rows of other sites are hidden again.
    return csv_answer(f"{study.oid}-specimens", HEAD, list(_rows(steps.order_by("specimen_id", "pk"))))


def _rows(steps: QuerySet[SpecimenStep]) -> Iterator[list[object]]:
    for step in steps.iterator(chunk_size=500):
        specimen = step.specimen
        yield [
            specimen.label, specimen.subject.subject_key, specimen.event or "", specimen.kind, step.state,
            step.at.isoformat(), step.site.oid, step.to_site.oid if step.to_site else "", step.place,
            step.condition, step.tubes, step.reason, step.first_person or "", step.by,
            step.noted_at.isoformat(),
        ]  # fmt: skip


@require_safe
@login_required
@_across_sites
def specimen(request: Request, pk: int) -> HttpResponse:
    """Show one specimen's chain of custody and the steps that the person can take."""
    found = get_object_or_404(specimens_visible_to(request.user), pk=pk)
    context = {
        "specimen": found,
        "shape": SHAPES[State(found.state)],
        "steps": found.steps.select_related("site", "to_site", "by", "first_person"),
        "nexts": _nexts(found, request.user),
        "sites": found.study.sites.exclude(pk=found.at_site_id),
        "own": access.may(request.user, "view_subjects", site=found.subject.site),
        "now": timezone.localtime().strftime("%Y-%m-%dT%H:%M"),
    }
    return render(request, "edc/specimen.html", context)


def _nexts(found: Specimen, actor: User) -> list[tuple[str, str]]:
    """Return the states that the person can lead the specimen to."""
    names = WITNESSING if found.state == State.DESTROYING else (HANDLING,)
    if not any(access.may(actor, name, site=found.to_site or found.at_site) for name in names):
        return []
    asked = found.steps.filter(state=State.DESTROYING).last() if found.state == State.DESTROYING else None
    if asked is not None and asked.by_id == actor.pk:
        return []
    return [(to, str(State(to).label)) for to in State.values if (found.state, to) in Specimen.MOVES]


def moment_of(request: Request, field: str) -> datetime:
    """Return a time that was posted, in the time zone of the platform."""
    try:
        return timezone.make_aware(datetime.fromisoformat(request.POST.get(field, "")))
    except ValueError:
        message = {field: _("Enter a day and time, such as 2026-11-21 09:30.")}
        raise InvalidInput(_("Some fields need correction."), fields=message) from None


@require_POST
@login_required
def collect(request: Request) -> HttpResponse:
    """Keep that a specimen was taken from a subject, named by its screening number."""
    study = study_where(request, HANDLING)
    key = request.POST.get("subject", "").strip()
    subject = get_object_or_404(subjects_visible_to(request.user, study), subject_key=key)
    tubes = request.POST.get("tubes", "1")
    collected = Collected(
        request.POST.get("label", ""), request.POST.get("kind", ""), moment_of(request, "collected_at"),
        whole_number(tubes, digits=3) or 0,
    )  # fmt: skip
    made = collect_specimen(subject=subject, event=None, collected=collected, actor=request.user)
    return go(request, reverse("specimen", args=[made.pk]))


@require_POST
@login_required
@_across_sites
def step(request: Request, pk: int) -> HttpResponse:
    """Take the next step of the chain of custody."""
    found = get_object_or_404(specimens_visible_to(request.user), pk=pk)
    posted = request.POST
    if not _nexts(found, request.user):
        access.require(request.user, HANDLING, site=found.to_site or found.at_site)
    to_site = Site.objects.filter(study=found.study_id, oid=posted.get("to_site", "")).first()
    texts = {name: posted.get(name, "") for name in ("state", "place", "condition", "reason")}
    taken = Step(at=moment_of(request, "at"), to_site=to_site, **texts)
    move_specimen(specimen=found, step=taken, actor=request.user)
    return go(request, reverse("specimen", args=[pk]))
