"""What happened to one item of a form, as one person may know it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from edc import access
from edc.models import AuditEvent, FormInstance, User

OPEN_TO_READERS = ("value.changed", "item.corrected")


@dataclass(frozen=True)
class Entered:
    """When one pass got its value of an item: by the client's clock as told, kept by the server, sealed."""

    stream: str
    who: str
    clock: dict
    saved_at: datetime
    sealed_at: datetime


def clock_of(event: AuditEvent) -> dict:
    """Return what the client's clock told of the value that the event saved; empty where it told nothing."""
    held = event.after.get("clock") if isinstance(event.after, dict) else None
    return held if isinstance(held, dict) else {}


def times_of_entry(actor: User, form: FormInstance, path: str) -> Iterator[Entered]:
    """Yield both clocks of the item in each sealed pass, never what was entered; none before the form is
    complete.
    """
    if form.status not in FormInstance.FINAL or not access.may(actor, "view_data", site=form.subject.site):
        return
    sealed = AuditEvent.objects.filter(
        target_type="edc.forminstance", target_id=str(form.pk), action="entry.submitted"
    )
    for event in sealed.order_by("pk"):
        after = event.after or {}
        clock = after.get("clocks", {}).get(path)
        if clock:
            saved = datetime.fromisoformat(clock["saved_at"])
            yield Entered(after["stream"], event.actor_name, clock, saved, event.at)


def item_history(actor: User, form: FormInstance, path: str) -> QuerySet[AuditEvent]:
    """Return the actor's own changes of the item, newest first, and for a completed form those of its values.

    What others entered before the form was completed is never among them.
    """
    about = AuditEvent.objects.filter(target_type="edc.forminstance", target_id=str(form.pk), path=path)
    seen = Q(actor=actor, action__startswith="draft.")
    if form.status in FormInstance.FINAL and access.may(actor, "view_data", site=form.subject.site):
        seen |= Q(action__in=OPEN_TO_READERS)
    return about.filter(seen).order_by("-pk")
