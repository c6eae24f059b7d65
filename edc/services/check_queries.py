"""What edit checks find: a firing for each place, and for soft ones a query that closes itself."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone

from edc.models import CheckFiring, FormInstance, Query
from edc.rules.form_logic import Flag
from edc.services.check_reasons import answer_with_reasons
from edc.services.query.system import OPEN_STATES, raise_system_query, settle_system_query, settled_text

Place = tuple[str, str]


@dataclass(frozen=True)
class Judged:
    """What was judged anew: edit checks by OID, and the soft limits of the items at these paths."""

    rules: frozenset[str] = frozenset()
    paths: frozenset[str] = frozenset()
    known: frozenset[str] = field(default_factory=frozenset)

    def covers(self, path: str, rule_oid: str) -> bool:
        """Tell whether a finding at the path is among what was judged; ``known`` are all checks there are."""
        return rule_oid in self.rules if rule_oid in self.known else path in self.paths


@transaction.atomic
def sync_checks(*, form: FormInstance, flags: Iterable[Flag], judged: Judged) -> None:
    """Make the form's open findings, of what was judged, those of these flags: new ones fire, others end.

    Silent checks ask nobody. A flag on several items is one finding, at the first of them.
    """
    wanted = {(flag.path, flag.rule_oid): flag for flag in flags}
    firings = {(each.path, each.rule_oid): each for each in form.firings.filter(ended_at=None)}
    held = form.queries.filter(origin=Query.Origin.EDIT_CHECK, state__in=OPEN_STATES)
    for place in {*firings, *held.values_list("path", "rule_oid")} - set(wanted):
        if judged.covers(*place):
            _end(form, place, firings.get(place))
    for place, flag in wanted.items():
        _fire(form, place, flag, firings.get(place))


def _end(form: FormInstance, place: Place, firing: CheckFiring | None) -> None:
    settle_system_query(form=form, path=place[0], rule_oid=place[1], text=settled_text())
    if firing:
        close_firing(firing, CheckFiring.Outcome.CHANGED)


def close_firing(firing: CheckFiring, outcome: str) -> None:
    """End a firing."""
    firing.ended_at, firing.outcome = timezone.now(), outcome
    firing.save(update_fields=["ended_at", "outcome"])


def _fire(form: FormInstance, place: Place, flag: Flag, firing: CheckFiring | None) -> None:
    path, rule_oid = place
    query = _query(form, place, flag) if flag.severity != "silent" else None
    if firing and (query is None or firing.query_id == query.pk):
        return
    if firing:  # A person had settled its query, and the value is another one now that fails again.
        close_firing(firing, CheckFiring.Outcome.UNCHANGED)
    CheckFiring.objects.create(
        form=form, path=path, rule_oid=rule_oid, severity=flag.severity, query=query,
        message_zh=flag.message.zh[:500], message_en=flag.message.en[:500], seen=dict(flag.seen),
    )  # fmt: skip


def _query(form: FormInstance, place: Place, flag: Flag) -> Query | None:
    """Return the unsettled query of the finding; None where a person settled it and nothing changed since."""
    path, rule_oid = place
    was_asked = form.queries.filter(path=path, rule_oid=rule_oid, state__in=OPEN_STATES).exists()
    query = raise_system_query(
        form=form,
        path=path,
        rule_oid=rule_oid,
        text_zh=flag.message.zh,
        text_en=flag.message.en,
        origin=Query.Origin.EDIT_CHECK,
    )
    if query and not was_asked:
        answer_with_reasons(query)
    return query
