"""What happened to one item of a form, as one person may know it."""

from django.db.models import Q, QuerySet

from edc import access
from edc.models import AuditEvent, FormInstance, User

OPEN_TO_READERS = ("value.changed", "item.corrected")


def item_history(actor: User, form: FormInstance, path: str) -> QuerySet[AuditEvent]:
    """Return the actor's own changes of the item, newest first, and for a completed form those of its values.

    What others entered before the form was completed is never among them.
    """
    about = AuditEvent.objects.filter(target_type="edc.forminstance", target_id=str(form.pk), path=path)
    seen = Q(actor=actor, action__startswith="draft.")
    if form.status in FormInstance.FINAL and access.may(actor, "view_data", site=form.subject.site):
        seen |= Q(action__in=OPEN_TO_READERS)
    return about.filter(seen).order_by("-pk")
