"""Drafts under way, as whoever settles entry may know of them: whose and since when, never what."""

from django.db.models import QuerySet

from edc import access
from edc.models import Draft, Site, Study, User


def drafts_to_settle(actor: User | None, study: Study, site: Site | None) -> QuerySet[Draft]:
    """Return the drafts at the sites where the actor may release them, the longest untouched first.

    Neither rows nor items are loaded.
    """
    sites = access.sites_for(actor, "resolve_disagreement").filter(study=study)
    if site is not None:
        sites = sites.filter(pk=site.pk)
    drafts = Draft.objects.filter(form__subject__site__in=sites).order_by("saved_at", "pk")
    drafts = drafts.select_related(
        "observer", "form__event", "form__subject__site", "form__subject__study", "form__design_version"
    )
    return drafts.defer("rows", "retired_rows", "form__design_version__content")
