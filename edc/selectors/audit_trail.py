"""The audit trail as an actor may read it: blinded values are withheld until the form is reconciled."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Case, CharField, Exists, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Cast
from django.db.models.query import ModelIterable

from edc import access
from edc.models import AuditEvent, FormInstance, User

WITHHELD = ("before", "after")


class _Masked(ModelIterable):
    """Events whose withheld values are taken out before anyone gets them."""

    def __iter__(self) -> Iterator[AuditEvent]:
        for event in super().__iter__():
            if event.withheld:
                event.before = event.after = None
                event.reason = event.salt = ""
            yield event


class AuditTrail(QuerySet[AuditEvent]):
    """Audit events with their withheld values masked; columns cannot be read around the mask."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._iterable_class = _Masked

    def values(self, *fields: Any, **expressions: Any) -> QuerySet:
        _refuse_masked(fields, expressions)
        return super().values(*fields, **expressions)

    def values_list(self, *fields: Any, **options: Any) -> QuerySet:
        _refuse_masked(fields, {})
        return super().values_list(*fields, **options)


def _refuse_masked(fields: tuple[Any, ...], expressions: dict) -> None:
    if not fields or expressions or set(fields) & {*WITHHELD, "reason", "salt"}:
        raise TypeError("read events as objects: their values may be blinded")


def audit_visible_to(actor: User | None) -> QuerySet[AuditEvent]:
    """Return the events of the studies where the actor may read the audit trail.

    An event with `blinded` set is shown without its values while its form is not reconciled; where it is
    about something else than a form, they stay withheld. Each event has `withheld`.
    """
    reconciled = FormInstance.objects.filter(status__in=FormInstance.FINAL).annotate(
        key=Cast("pk", CharField(max_length=40))
    )
    open_form = Q(target_type="edc.forminstance") & Exists(reconciled.filter(key=OuterRef("target_id")))
    withheld = Case(When(Q(blinded="") | open_form, then=Value(False)), default=Value(True))
    events = AuditTrail(AuditEvent).filter(study__in=access.studies_for(actor, "view_audit"))
    return events.annotate(withheld=withheld).select_related("actor", "study", "site", "subject")
