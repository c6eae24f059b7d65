"""Redactions as an actor may see them."""

from django.db.models import Q, QuerySet

from edc import access
from edc.models import Redaction, Study, User


def redactions_visible_to(actor: User | None, study: Study | None = None) -> QuerySet[Redaction]:
    """Return the redactions of the sites where the actor sees or answers for data, and the actor's own."""
    deciding = access.sites_for(actor, "view_data", "lock_form", "sign_form")
    asking = access.sites_for(actor, "enter_data")
    own = Q(requested_by_id=getattr(actor, "pk", None), subject__site__in=asking)
    found = Redaction.objects.filter(Q(subject__site__in=deciding) | own)
    if study is not None:
        found = found.filter(subject__study=study)
    return found.select_related(
        "subject__site", "form__event", "form__design_version", "requested_by", "decided_by"
    )
