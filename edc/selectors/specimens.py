"""Specimens as an actor may see them: of own subjects, and those that are at or on the way to an own site."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from edc import access
from edc.models import ConsentWithdrawal, Departure, Specimen, Study, User

HERE = Specimen.HERE
GONE = Specimen.GONE


def specimens_visible_to(actor: User | None, study: Study | None = None) -> QuerySet[Specimen]:
    """Return the specimens, each with `consent_withdrawn`: the subject withdrew, so it must be destroyed.

    Where it was noted to what the consent was withdrawn that counts, else that the subject left so.
    """
    sites = access.sites_for(actor, "view_subjects")
    found = Specimen.objects.filter(Q(subject__site__in=sites) | Q(at_site__in=sites) | Q(to_site__in=sites))
    if study is not None:
        found = found.filter(study=study)
    left = Departure.objects.filter(
        subject=OuterRef("subject"), how=Departure.How.CONSENT, taken_back_at=None
    )
    noted = ConsentWithdrawal.objects.filter(subject=OuterRef("subject"), taken_back_at=None)
    withdrawn = Exists(noted.filter(specimens=True)) | (Exists(left) & ~Exists(noted))
    found = found.annotate(consent_withdrawn=withdrawn)
    return found.select_related(
        "subject__site", "subject__design_version", "event", "at_site", "to_site"
    ).defer("subject__design_version__content")


def must_be_destroyed() -> Q:
    """Return the condition on specimens `visible_to`: consent is withdrawn and something is left."""
    return Q(consent_withdrawn=True) & ~Q(state__in=GONE)
