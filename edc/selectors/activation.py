"""Which design version holds at a site on a day."""

from collections.abc import Iterable
from datetime import date

from django.db.models import QuerySet
from django.utils import timezone

from edc import access
from edc.models import DesignVersion, Site, SiteActivation, Study, User


def active_versions(sites: Iterable[Site], day: date | None = None) -> dict[int, DesignVersion]:
    """Return by site id the version that holds on the day (today unless told): the latest whose day has come.

    A study's first version holds everywhere from its publication. A site whose study has none is absent.
    """
    sites = list(sites)
    day = day or timezone.localdate()
    studies = {site.study_id for site in sites}
    first: dict[int, DesignVersion] = {}
    for version in DesignVersion.objects.filter(study__in=studies).order_by("-number"):
        first[version.study_id] = version
    found = {site.pk: first[site.study_id] for site in sites if site.study_id in first}
    begun = SiteActivation.objects.filter(site__in=sites, active_from__lte=day)
    begun = begun.select_related("design_version").defer("design_version__content")
    for each in begun.order_by("design_version__number"):
        found[each.site_id] = each.design_version
    return found


def active_version(site: Site, day: date | None = None) -> DesignVersion | None:
    """Return the version by which the site works on the day, None before the study has any."""
    return active_versions([site], day).get(site.pk)


def version_in_use(study: Study, site: Site | None = None) -> DesignVersion | None:
    """Return the newest version that holds today at the site, or at any site of the study."""
    sites = [site] if site else list(study.sites.all())
    return max(active_versions(sites).values(), key=lambda version: version.number, default=None)


def activations_visible_to(actor: User, study: Study) -> QuerySet[SiteActivation]:
    """Return the days set for the study's sites, for who manages its design; none for others."""
    if not access.may(actor, "manage_design", study=study):
        return SiteActivation.objects.none()
    found = SiteActivation.objects.filter(site__study=study).select_related(
        "site", "design_version", "set_by"
    )
    return found.defer("design_version__content")
