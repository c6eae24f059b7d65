"""The data manager's pages of amendments: days by site, rehearsals, and the migration that follows one."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from edc.design.diff_words import WEIGHTS, words_of
from edc.errors import InvalidInput
from edc.models import DesignMigration, DesignVersion, Rehearsal, SiteActivation, Study
from edc.models.background import BackgroundWork
from edc.numbers import whole_number
from edc.selectors.activation import activations_visible_to, active_versions
from edc.selectors.amendments import lines_visible_to, rehearsals_visible_to, sites_shown
from edc.selectors.evaluation import in_language
from edc.services.activation import set_activations, withdraw_activation
from edc.services.amendment import (
    cancel_migration,
    cancel_rehearsal,
    request_migration,
    request_rehearsal,
)
from edc.services.amendment.effects import KINDS
from edc.services.amendment.migrate import waiting_sites
from edc.web.amendment_book import rehearsal_book
from edc.web.amendment_changes import changes_of
from edc.web.amendment_rows import effect_rows, kind_rows, subjects_at
from edc.web.answers import day_of, go, study_with
from edc.web.request import Request

PAGE_SIZE = 50
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
State = BackgroundWork.State
SHAPES = {
    State.QUEUED: "wait", State.RUNNING: "second", State.DONE: "done", State.FAILED: "diff",
    State.CANCELLED: "miss",
}  # fmt: skip


@require_safe
@login_required
def amendments(request: Request) -> HttpResponse:
    """Show from when each site works by which version, and the rehearsals made."""
    study = study_with(request, "manage_design")
    sites = list(study.sites.order_by("number"))
    now = active_versions(sites)
    days = list(activations_visible_to(request.user, study).order_by("design_version__number"))
    coming = {each.site_id: each for each in days if each.applied_at is None}
    begun = {(each.site_id, each.design_version_id): each for each in days}
    versions = list(study.design_versions.order_by("-number"))
    made = rehearsals_visible_to(request.user, study)
    context = {
        "rows": [(site, *_days(site.pk, now, begun), coming.get(site.pk)) for site in sites],
        "versions": versions[:-1],
        "newest": versions[0] if versions else None,
        "rehearsals": [(each, SHAPES[State(each.state)], _migration(each)) for each in made[:PAGE_SIZE]],
        "sites": sites,
        "tab": "amendments",
    }
    return render(request, "edc/amendments.html", context)


def _days(
    site: int, now: dict[int, DesignVersion], begun: dict[tuple[int, int], SiteActivation]
) -> tuple[DesignVersion | None, SiteActivation | None]:
    """Return the version by which a site works, and the day set for it; the first version has none."""
    version = now.get(site)
    return version, begun.get((site, version.pk)) if version else None


def _migration(rehearsal: Rehearsal) -> tuple[DesignMigration, str] | None:
    migration = getattr(rehearsal, "migration", None)
    return (migration, SHAPES[State(migration.state)]) if migration else None


@require_POST
@login_required
def activate(request: Request) -> HttpResponse:
    """Set the day from which one site, or all, work by a version."""
    study = study_with(request, "manage_design")
    version, day = _version(request, study), day_of(request, "active_from")
    assert day is not None
    wanted = request.POST.getlist("site")
    sites = list(study.sites.filter(oid__in=wanted).order_by("number"))
    if not sites or len(sites) != len(set(wanted)):
        raise InvalidInput(
            _("Some fields need correction."), fields={"site": _("Choose a site of this study.")}
        )
    set_activations(
        sites=sites, version=version, active_from=day, approval=request.POST.get("approval", ""),
        actor=request.user,
    )  # fmt: skip
    return go(request, reverse("amendments"))


def _version(request: Request, study: Study) -> DesignVersion:
    number = whole_number(request.POST.get("version", ""))
    found = study.design_versions.filter(number=number).first()
    if found is None:
        message = {"version": _("Choose a version of this study.")}
        raise InvalidInput(_("Some fields need correction."), fields=message)
    return found


@require_POST
@login_required
def deactivate(request: Request, pk: int) -> HttpResponse:
    """Take back a day that has not come."""
    study = study_with(request, "manage_design")
    activation = get_object_or_404(activations_visible_to(request.user, study), pk=pk)
    withdraw_activation(activation=activation, reason=request.POST.get("reason", ""), actor=request.user)
    return go(request, reverse("amendments"))


@require_POST
@login_required
def start(request: Request) -> HttpResponse:
    """Ask for a rehearsal of a version, at one site or everywhere."""
    study = study_with(request, "manage_design")
    version, oid = _version(request, study), request.POST.get("site", "")
    site = get_object_or_404(study.sites, oid=oid) if oid else None
    asked = request_rehearsal(version=version, site=site, actor=request.user)
    return go(request, reverse("rehearsal", args=[asked.pk]))


@require_safe
@login_required
def rehearsal(request: Request, pk: int) -> HttpResponse:
    """Show what the version would do, by kind and site, with the subjects behind each number."""
    found = _found(request, pk)
    if request.GET.get("part") == "state":
        state = _state(found)
        answer = render(request, "edc/amendment_state.html", state)
        if not state["busy"]:
            answer.headers["HX-Refresh"] = "true"
        return answer
    sites, lines = sites_shown(request.user, found.study), lines_visible_to(request.user, found)
    kind = request.GET.get("kind", "")
    shown = lines.filter(site__oid=request.GET["site"]) if request.GET.get("site") else lines
    listed = Paginator(shown, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        **_state(found),
        "sites": sites,
        "subjects": subjects_at(found.counts, sites),
        "kinds": kind_rows(found.counts, sites),
        "changes": [(old, in_language(words_of(each)), in_language(WEIGHTS[each.weight]))
                    for old, each in changes_of(found)],
        "kind": KINDS.get(kind, ""),
        "effects": list(effect_rows(listed.object_list, found, kind, values=True)) if kind in KINDS else [],
        "page": listed,
        "obstacles": lines.exclude(obstacle=""),
        "waits": waiting_sites(found) if found.state == State.DONE else [],
    }  # fmt: skip
    return render(request, "edc/amendment.html", context)


def _state(found: Rehearsal) -> dict[str, object]:
    migration = getattr(found, "migration", None)
    works = [each for each in (found, migration) if each]
    return {
        "rehearsal": found,
        "migration": migration,
        "works": [(each, SHAPES[State(each.state)], each is migration) for each in works],
        "busy": any(each.is_under_way for each in works),
    }


def _found(request: Request, pk: int) -> Rehearsal:
    study = study_with(request, "manage_design")
    return get_object_or_404(rehearsals_visible_to(request.user, study), pk=pk)


@require_POST
@login_required
def cancel(request: Request, pk: int) -> HttpResponse:
    """Stop the rehearsal, or the migration that follows it."""
    found = _found(request, pk)
    migration = getattr(found, "migration", None)
    if migration:
        cancel_migration(migration=migration, actor=request.user)
    else:
        cancel_rehearsal(rehearsal=found, actor=request.user)
    return go(request, reverse("rehearsal", args=[pk]))


@require_POST
@login_required
def migrate(request: Request, pk: int) -> HttpResponse:
    """Have the subjects migrated as the rehearsal foretold."""
    found = _found(request, pk)
    request_migration(rehearsal=found, reason=request.POST.get("reason", ""), actor=request.user)
    return go(request, reverse("rehearsal", args=[pk]))


@require_safe
@login_required
def workbook(request: Request, pk: int) -> HttpResponse:
    """Answer with the rehearsal as an Excel workbook."""
    found = _found(request, pk)
    answer = HttpResponse(rehearsal_book(found, request.user), content_type=XLSX)
    name = f"rehearsal-{found.study.oid}-v{found.design_version.number}-{found.pk}.xlsx"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
