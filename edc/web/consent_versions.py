"""The versions of a study's consent form: list and upload, and one version with its sites' days."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from edc import access
from edc.errors import InvalidInput
from edc.exchange.source_pages import MAX_BYTES
from edc.models import ConsentStart, ConsentVersion
from edc.selectors import sites_visible_to
from edc.selectors.consents import versions_visible_to
from edc.services.consent.versions import (
    VersionFacts,
    discard_version,
    publish_version,
    retire_version,
    set_starts,
    upload_version,
)
from edc.services.kept_files import content_of
from edc.web.answers import day_of, go, study_where, study_with
from edc.web.evidence import sealed
from edc.web.request import Request

State = ConsentVersion.State
SHAPES = {State.DRAFT: "wait", State.PUBLISHED: "done", State.RETIRED: "na", State.DISCARDED: "na"}


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def versions(request: Request) -> HttpResponse:
    """List the versions of the consent form; POST uploads one."""
    if request.method == "POST":
        return _upload(request)
    study = study_where(request, "view_subjects")
    found = versions_visible_to(request.user, study).prefetch_related("starts")
    context = {
        "lines": [(each, SHAPES[State(each.state)], len(each.starts.all())) for each in found],
        "site_count": len(sites_visible_to(request.user, study)),
        "manages": access.may(request.user, "manage_design", study=study),
        "languages": ConsentVersion.Language.choices,
        "most": MAX_BYTES // 2**20,
        "tab": "consents",
    }
    return render(request, "edc/consent_versions.html", context)


def _upload(request: Request) -> HttpResponse:
    study, posted = study_with(request, "manage_design"), request.POST
    dated, approved_on = day_of(request, "dated"), day_of(request, "approved_on")
    uploaded = request.FILES.get("file")
    if uploaded is None:
        raise InvalidInput(_("Some fields need correction."), fields={"file": _("Choose a file.")})
    facts = VersionFacts(
        label=posted.get("label", ""), language=posted.get("language", ""),
        dated=dated,  # type: ignore[arg-type]
        approval=posted.get("approval", ""), approved_on=approved_on,  # type: ignore[arg-type]
        reconsent=posted.get("reconsent") == "yes", covers_earlier=posted.get("covers_earlier") == "yes",
        changes=posted.get("changes", ""),
    )  # fmt: skip
    made = upload_version(study=study, facts=facts, content=uploaded.read(MAX_BYTES + 1), actor=request.user)
    return go(request, reverse("consent-version", args=[made.pk]))


def _version(request: Request, pk: int) -> ConsentVersion:
    return get_object_or_404(versions_visible_to(request.user), pk=pk)


@require_safe
@login_required
def version(request: Request, pk: int) -> HttpResponse:
    """Show one version, from when each site works with it, and what the person may do."""
    found = _version(request, pk)
    sites = sites_visible_to(request.user, found.study)
    days = ConsentStart.objects.filter(version=found, site__in=sites).select_related("set_by")
    starts = {each.site_id: each for each in days}
    manages = access.may(request.user, "manage_design", study=found.study)
    context = {
        "version": found,
        "shape": SHAPES[State(found.state)],
        "sites": [(site, starts.get(site.pk)) for site in sites],
        "manages": manages,
        "may_publish": manages and found.uploaded_by_id != request.user.pk,
    }
    return render(request, "edc/consent_version.html", context)


@require_safe
@login_required
def file(request: Request, pk: int) -> HttpResponse:
    """Send the form as a PDF, to be printed or compared."""
    found = _version(request, pk)
    answer = HttpResponse(content_of(found), content_type="application/pdf")
    name = f"{found.study.oid}-ICF-{found.pk}-{found.language}.pdf"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return sealed(answer)


def _managed(request: Request, pk: int) -> ConsentVersion:
    found = _version(request, pk)
    access.require(request.user, "manage_design", study=found.study)
    return found


@require_POST
@login_required
def publish(request: Request, pk: int) -> HttpResponse:
    """Publish a version that another person uploaded."""
    found = publish_version(version=_managed(request, pk), actor=request.user)
    return go(request, reverse("consent-version", args=[found.pk]))


@require_POST
@login_required
def end(request: Request, pk: int) -> HttpResponse:
    """Discard a draft, or retire a published version."""
    found = _managed(request, pk)
    step = discard_version if found.state == State.DRAFT else retire_version
    step(version=found, reason=request.POST.get("reason", ""), actor=request.user)
    return go(request, reverse("consent-version", args=[pk]))


@require_POST
@login_required
def start(request: Request, pk: int) -> HttpResponse:
    """Set the day from which the chosen sites work with the version."""
    found = _managed(request, pk)
    day = day_of(request, "effective_from")
    sites = list(sites_visible_to(request.user, found.study).filter(oid__in=request.POST.getlist("site")))
    approval = request.POST.get("approval", "")
    set_starts(
        version=found, sites=sites, effective_from=day, approval=approval, actor=request.user,  # type: ignore[arg-type]
    )  # fmt: skip
    return go(request, reverse("consent-version", args=[pk]))
