"""Freezes and locks: the study, its sites, a site's subjects, a subject's visits, each with its checklist."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from edc import access
from edc.errors import InvalidInput
from edc.models import FormInstance, Hold, HoldKind, HoldRequest, Level, Site, Study, StudyEvent, Subject
from edc.numbers import whole_number
from edc.selectors import events_visible_to, forms_visible_to, subjects_visible_to
from edc.selectors.archives import archives_of
from edc.selectors.evaluation import in_language
from edc.selectors.holds import hold_requests_visible_to, holds_visible_to
from edc.selectors.lock_checks import LockCheck, checks_of, checks_together, lock_counts, lock_counts_of_sites
from edc.selectors.owed import form_name
from edc.services.lock import Spot, ask_hold, decide_hold, lift_hold, place_hold
from edc.templatetags.tandem import local
from edc.web.answers import go, study_where
from edc.web.context import current_site
from edc.web.request import Request

PAGE_SIZE = 40
PERMISSIONS = ("lock_form", "sign_form", "verify_data")


@dataclass(frozen=True)
class Place:
    """One row: a place with its name, its checklist, what is held there, and where its parts are."""

    level: Level
    pk: int
    name: str
    checks: list[LockCheck]
    held: list[Hold]
    inside: str = ""

    @property
    def clean(self) -> bool:
        narrow = self.level == Level.FORM
        return not any(check.count for check in self.checks if check.at_form or not narrow)

    @property
    def frozen(self) -> bool:
        return any(hold.kind == HoldKind.FREEZE for hold in self.held)

    @property
    def locked(self) -> bool:
        return any(hold.kind == HoldKind.LOCK for hold in self.held)

    @property
    def two_people(self) -> bool:
        return self.level in (Level.SITE, Level.STUDY)


@require_safe
@login_required
def locks(request: Request) -> HttpResponse:
    """Show the study and its sites, the subjects of ?site=, or the visits of ?subject=."""
    study = study_where(request, *PERMISSIONS)
    holds = list(holds_visible_to(request.user, study))
    subject_pk, oid = request.GET.get("subject", ""), request.GET.get("site", "")
    context: dict[str, object] = {"shows": "sites"}
    if subject_pk:
        subjects = subjects_visible_to(request.user, study)
        subject = get_object_or_404(subjects, pk=whole_number(subject_pk))
        context = {"shows": "visits", "subject": subject, "site": subject.site}
        context["places"] = _visits(subject, holds)
    elif oid:
        site = get_object_or_404(access.sites_for(request.user, *PERMISSIONS).filter(study=study), oid=oid)
        page = Paginator(
            subjects_visible_to(request.user, study, site).order_by("subject_key"), PAGE_SIZE
        ).get_page(request.GET.get("page"))
        context = {
            "shows": "subjects",
            "site": site,
            "page": page,
            "places": _subjects(page.object_list, holds),
        }
    else:
        sites = access.sites_for(request.user, *PERMISSIONS).filter(study=study)
        chosen = current_site(request)
        sites = sites.filter(pk=chosen.pk) if chosen else sites
        context["places"] = _sites(study, list(sites), holds)
        context["archives"] = archives_of(sites)
        context["requests"] = [
            (each, _may_decide(request, each)) for each in hold_requests_visible_to(request.user, study)[:20]
        ]
    context["may_lock"] = access.sites_for(request.user, "lock_form").filter(study=study).exists()
    return render(request, "edc/locks.html", context)


def _may_decide(request: Request, asked: HoldRequest) -> bool:
    return asked.status == HoldRequest.Status.OPEN and asked.asked_by_id != request.user.pk


def _sites(study: Study, sites: list[Site], holds: list[Hold]) -> list[Place]:
    counts = lock_counts_of_sites(study)
    here = reverse("locks")
    places = [
        Place(Level.SITE, site.pk, f"{site.number} {local(site, 'name')}",
              checks_of(counts, site.pk, {"site": site.oid}, level=Level.SITE),
              _held(holds, Level.SITE, site.pk), f"{here}?site={site.oid}")
        for site in sites
    ]  # fmt: skip
    whole = Place(
        Level.STUDY, study.pk, _("The whole study"), checks_together(counts, Level.STUDY, {}),
        _held(holds, Level.STUDY, study.pk),
    )  # fmt: skip
    return [whole, *places]


def _subjects(subjects: Iterable[Subject], holds: list[Hold]) -> list[Place]:
    subjects = list(subjects)
    counts = lock_counts(FormInstance.objects.filter(subject__in=subjects), Level.SUBJECT)
    here = reverse("locks")
    return [
        Place(Level.SUBJECT, each.pk, each.subject_key,
              checks_of(counts, each.pk, Spot(each).asked, level=Level.SUBJECT),
              _held(holds, Level.SUBJECT, each.pk), f"{here}?subject={each.pk}")
        for each in subjects
    ]  # fmt: skip


def _visits(subject: Subject, holds: list[Hold]) -> list[Place]:
    forms = FormInstance.objects.filter(subject=subject).select_related("event", "subject", "design_version")
    counts = lock_counts(forms, Level.VISIT)
    of_forms = lock_counts(forms, Level.FORM)
    by_event: dict[int, list[FormInstance]] = {}
    for form in forms:
        by_event.setdefault(form.event_id, []).append(form)
    asked = Spot(subject).asked
    places = []
    for event in subject.events.all():
        name = event.definition.name
        number = f" {event.repeat_key}" if event.repeat_key > 1 else ""
        checks = checks_of(counts, event.pk, asked, level=Level.VISIT)
        held = _held(holds, Level.VISIT, event.pk)
        places.append(Place(Level.VISIT, event.pk, f"{in_language(name)}{number}", checks, held))
        for form in by_event.get(event.pk, ()):
            narrow = asked | {"form": form.form_oid}
            places.append(
                Place(Level.FORM, form.pk, form_name(form),
                      checks_of(of_forms, form.pk, narrow, level=Level.VISIT),
                      _held(holds, Level.FORM, form.pk), reverse("form-entry", args=[form.pk]))
            )  # fmt: skip
    return places


def _held(holds: list[Hold], level: Level, pk: int) -> list[Hold]:
    column = {
        Level.STUDY: "study_id", Level.SITE: "site_id", Level.SUBJECT: "subject_id", Level.VISIT: "event_id",
        Level.FORM: "form_id",
    }[level]  # fmt: skip
    return [hold for hold in holds if hold.level == level and getattr(hold, column) == pk]


@require_POST
@login_required
def hold(request: Request) -> HttpResponse:
    """Place or lift a freeze or a lock, or ask for one that takes two people."""
    spot = _spot(request)
    act, kind = request.POST.get("act", ""), request.POST.get("kind", "")
    reason = request.POST.get("reason", "")
    if act not in HoldRequest.Act.values:
        raise InvalidInput(_("Choose whether to place or to lift the hold."))
    if kind == HoldKind.LOCK and spot.level in (Level.SITE, Level.STUDY):
        ask_hold(spot=spot, act=act, reason=reason, actor=request.user)
    elif act == HoldRequest.Act.PLACE:
        place_hold(spot=spot, kind=kind, reason=reason, actor=request.user)
    else:
        lift_hold(spot=spot, kind=kind, reason=reason, actor=request.user)
    return go(request, _back(request, spot))


def _spot(request: Request) -> Spot:
    """Return the place that was posted, found among those that the person sees."""
    study = study_where(request, "lock_form")
    level, pk = request.POST.get("level", ""), whole_number(request.POST.get("place", ""))
    if pk is None:
        raise InvalidInput(_("Choose what to freeze or lock."))
    if level == Level.STUDY:
        return Spot(get_object_or_404(Study.objects.filter(pk=study.pk), pk=pk))
    user = request.user
    found: dict[str, QuerySet] = {
        Level.SITE: access.sites_for(user, "view_subjects").filter(study=study).select_related("study"),
        Level.SUBJECT: subjects_visible_to(user),
        Level.VISIT: events_visible_to(user).select_related("subject__site__study", "subject__study"),
        Level.FORM: forms_visible_to(user).select_related("event__subject__site__study"),
        Level.ITEM: forms_visible_to(user).select_related("event__subject__site__study"),
    }
    if level not in found:
        raise InvalidInput(_("Choose what to freeze or lock."))
    target = get_object_or_404(found[Level(level)], pk=pk)
    return Spot(target, request.POST.get("path", "") if level in (Level.FORM, Level.ITEM) else "")


def _back(request: Request, spot: Spot) -> str:
    if spot.form is not None and request.POST.get("back") != "locks":
        return reverse("form-entry", args=[spot.form.pk])
    here = reverse("locks")
    if isinstance(spot.target, StudyEvent | FormInstance):
        return f"{here}?subject={spot.subject.pk}" if spot.subject else here
    return f"{here}?site={spot.site.oid}" if isinstance(spot.target, Subject) and spot.site else here


@require_POST
@login_required
def decide(request: Request, pk: int) -> HttpResponse:
    """Approve or refuse what another person asked."""
    study = study_where(request, "lock_form", "sign_form")
    asked = get_object_or_404(hold_requests_visible_to(request.user, study), pk=pk)
    approve = request.POST.get("decision") == "approve"
    decide_hold(request=asked, approve=approve, note=request.POST.get("note", ""), actor=request.user)
    return go(request, reverse("locks"))
