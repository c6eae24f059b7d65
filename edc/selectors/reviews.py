"""Which forms wait for which review, and who reviewed them."""

from collections.abc import Mapping

from django.db.models import Exists, OuterRef, QuerySet

from edc import access
from edc.models import FormInstance, FormReview, ReviewType, Site, Study, User
from edc.selectors.owed import LEFT

SHOWS = ("due", "broken", "done")


def reviewable_by(actor: User, review_type: ReviewType, site: Site | None = None) -> bool:
    """Tell whether the actor holds the role of the type in its study, at the site if one is given."""
    return review_type.role in access.roles_at(actor, study=review_type.study, site=site)


def forms_for_review(
    actor: User, review_type: ReviewType, site: Site | None, asked: Mapping[str, str]
) -> QuerySet[FormInstance]:
    """Return the completed forms that the type asks for, at the actor's sites, those that waited longest
    first.

    `show` is due (not reviewed), broken (reviewed once, changed since) or done; `q` is part of a number.
    """
    sites = access.sites_for(actor, "view_data").filter(study=review_type.study)
    sites = sites.filter(pk=site.pk) if site else sites
    forms = FormInstance.objects.filter(subject__site__in=sites, status__in=FormInstance.FINAL)
    forms = forms.exclude(subject__status__in=LEFT)
    if review_type.forms:
        forms = forms.filter(form_oid__in=review_type.forms)
    text = asked.get("q", "").strip()
    forms = forms.filter(subject__subject_key__icontains=text) if text else forms
    given = FormReview.objects.filter(form=OuterRef("pk"), review_type=review_type)
    held, broken = Exists(given.filter(broken_at__isnull=True)), Exists(given.filter(broken_at__isnull=False))
    chosen = {"done": held, "broken": ~held & broken}.get(asked.get("show", ""), ~held)
    forms = forms.filter(chosen).select_related("event", "subject__site", "subject__study", "design_version")
    return forms.defer("design_version__content").order_by("status_changed_at", "pk")


def review_types_of(study: Study) -> QuerySet[ReviewType]:
    """Return the study's types of review, those in use first."""
    return study.review_types.order_by("-active", "code")


def review_types_visible_to(actor: User | None) -> QuerySet[ReviewType]:
    """Return the types of the studies where the actor sees data at a site."""
    sites = access.sites_for(actor, "view_data")
    return ReviewType.objects.filter(study__in=sites.values("study")).select_related("study")
