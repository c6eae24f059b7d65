"""The audit trail as an actor may read it: of the actor's sites, blinded values withheld until the form is
reconciled.
"""

from collections.abc import Iterator
from typing import Any

from django.db.models import BigIntegerField, Case, Exists, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Cast
from django.db.models.lookups import Exact
from django.db.models.query import ModelIterable

from edc import access
from edc.models import AuditEvent, FormInstance, Membership, Study, User

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


def audited_studies(actor: User | None) -> QuerySet[Study]:
    """Return the studies whose audit trail the actor may read."""
    return access.studies_for(actor, "view_audit")


def audit_visible_to(actor: User | None) -> QuerySet[AuditEvent]:
    """Return the events of the actor's sites, in the studies where the actor may read the audit trail.

    Events of a study and of no site are among them; events of an account and of no study only for who reads
    a whole study that the account's owner works in. An event with `blinded` set is shown without its values
    while its form is not reconciled; where it is about something else than a form, they stay withheld. Each
    event has `withheld`.
    """
    # Only the id of a form is read as a number, so that the form is found by its key.
    about_a_form = Exact(OuterRef("target_type"), Value("edc.forminstance"))
    form = Case(When(about_a_form, then=Cast(OuterRef("target_id"), BigIntegerField())))
    open_form = Exists(FormInstance.objects.filter(status__in=FormInstance.FINAL, pk=form))
    withheld = Case(When(Q(blinded="") | open_form, then=Value(False)), default=Value(True))
    events = AuditTrail(AuditEvent).filter(_of_the_study(actor) | _of_an_account(actor))
    return events.annotate(withheld=withheld).select_related("actor", "study", "site", "subject")


def _of_the_study(actor: User | None) -> Q:
    here = Q(site__isnull=True) | Q(site__in=access.sites_for(actor, "view_subjects"))
    return Q(study__in=audited_studies(actor)) & here


def _of_an_account(actor: User | None) -> Q:
    whole = Membership.objects.filter(Membership.IN_FORCE, user=actor, site=None).values("study")
    owners = Membership.objects.filter(study__in=audited_studies(actor).filter(pk__in=whole)).values("user")
    return Q(study__isnull=True) & Q(actor__in=owners)
