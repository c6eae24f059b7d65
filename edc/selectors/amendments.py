"""Rehearsals and migrations, and what they say of the sites whose data the reader may see."""

from django.db.models import QuerySet

from edc import access
from edc.models import Rehearsal, RehearsalLine, Site, Study, User


def rehearsals_visible_to(actor: User, study: Study) -> QuerySet[Rehearsal]:
    """Return the study's rehearsals for who manages its design; none for others."""
    if not access.may(actor, "manage_design", study=study):
        return Rehearsal.objects.none()
    found = study.rehearsals.select_related("design_version", "site", "requested_by", "migration")
    return found.defer("design_version__content")


def sites_shown(actor: User, study: Study) -> list[Site]:
    """Return the sites of which the actor sees values, in order."""
    return list(access.sites_for(actor, "view_data").filter(study=study).order_by("number"))


def lines_visible_to(actor: User, rehearsal: Rehearsal) -> QuerySet[RehearsalLine]:
    """Return what was rehearsed at the sites where the actor sees values."""
    sites = access.sites_for(actor, "view_data").filter(study=rehearsal.study)
    return rehearsal.lines.filter(site__in=sites).select_related("subject", "site")
