"""One subject taken to another design version: a rehearsal undoes it, a migration keeps it.

The order: the schedule, then every form's pin and record, then what follows from all of it at once.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils import timezone

from edc import audit
from edc.design.diff import Weight, design_diff, touched_forms
from edc.models import DesignVersion, FormInstance, Query, Stream, Subject, User
from edc.rules.dependencies import RECORDS
from edc.rules.reevaluation import Change
from edc.rules.subject_values import split_path
from edc.selectors.evaluation import entered_values, state_of
from edc.selectors.holds import closed_forms
from edc.selectors.records import held_record
from edc.selectors.subject_state import State, place_of, subject_state
from edc.selectors.subject_values import forms_in_order
from edc.services.amendment.carry import Carried, carried
from edc.services.amendment.effects import (
    MISSING_RULE,
    UNREADABLE_RULE,
    Effect,
    Notes,
    counts_of,
    effects_of,
)
from edc.services.amendment.schedule import amend_schedule, may_go
from edc.services.amendment.words import missing_text, unreadable_text
from edc.services.consequences import Cause, follow_changes, moved_visits, visit_dates
from edc.services.eligibility import reassess
from edc.services.entry.correct import seal_revision
from edc.services.marks import break_marks
from edc.services.query.system import OPEN_STATES, close_unreachable, raise_system_query
from edc.services.values import record_changes, remove_values, stamp, store_entered
from edc.services.visit_plan import plan_events

Status = FormInstance.Status
BEGUN = (Status.FIRST_DRAFT, Status.FIRST_SEALED, Status.SECOND_DRAFT, Status.DISAGREEMENT)


@dataclass
class _Moved:
    """A completed form that goes to the new version."""

    form: FormInstance
    weight: Weight
    oids: frozenset[str]
    carried: Carried
    unanswered: frozenset[str] = field(default_factory=frozenset)


def migrate_subject(
    *, subject: Subject, version: DesignVersion, reason: str, actor: User, before: State | None = None
) -> list[Effect]:
    """Take the subject to the version, in the caller's transaction that holds its row; return what it did.

    Forms that the versions do not differ in stay pinned to theirs, as do those that are locked or under
    entry; another migration takes these up later. Nothing entered is lost: what the new version cannot hold
    stays in the sealed observations, and the values that go are in the audit trail.
    """
    before = before or subject_state(subject)
    old_version = subject.design_version
    subject.design_version = version
    subject.save(update_fields=["design_version"])
    dates = visit_dates(subject)
    amend_schedule(subject, old_version, version, actor)
    moved, stay = _sorted_forms(subject, version)
    for each in moved:
        _move(each, version, reason, actor)
    plan_events(subject=subject)
    _follow(subject, moved, moved_visits(subject, dates), Cause(reason, actor, amendment=True))
    for each in moved:
        _settle(each, version)
    reassess(subject=subject)
    notes = Notes(
        stay,
        frozenset((place_of(each.form), path) for each in moved for path in each.carried.unreadable),
        frozenset((place_of(each.form), path) for each in moved for path in each.carried.gone),
    )
    effects = effects_of(before, subject_state(subject), notes)
    audit.record(
        actor=actor, action="subject.migrated", target=subject, before={"design": old_version.number},
        after={"design": version.number, "counts": counts_of(effects)}, reason=reason,
    )  # fmt: skip
    return effects


def _sorted_forms(subject: Subject, version: DesignVersion) -> tuple[list[_Moved], dict[str, str]]:
    """Return the completed forms that go to the version, and by place those that stay though they differ."""
    forms = forms_in_order(subject)
    closed, moved, stay = closed_forms(forms), [], {}
    for form in forms:
        weight = weight_of(form, version)
        if weight < Weight.CHECKS:
            continue
        if form.pk in closed:
            stay[place_of(form)] = "form_locked"
        elif form.status in BEGUN:
            stay[place_of(form)] = "form_under_entry"
        elif form.status in FormInstance.FINAL:
            moved.append(_moved(form, weight, version))
    return moved, stay


def weight_of(form: FormInstance, version: DesignVersion) -> Weight:
    """Return what the version changes of a form: nothing where it has its version already, or lacks it."""
    if form.design_version_id == version.pk or not may_go(form, version):
        return Weight.WORDS
    for weight in (Weight.VALUES, Weight.CHECKS):
        if form.form_oid in touched(form.design_version, version, weight):
            return weight
    return Weight.WORDS


_TOUCHED: dict[tuple[str, str, Weight], frozenset[str]] = {}


def touched(old: DesignVersion, new: DesignVersion, weight: Weight) -> frozenset[str]:
    """Return the forms that two versions differ in so much; versions never change, so the answer is kept."""
    key = (old.sha256, new.sha256, weight)
    if key not in _TOUCHED:
        _TOUCHED[key] = touched_forms(design_diff(old.design, new.design), weight)
    return _TOUCHED[key]


def _moved(form: FormInstance, weight: Weight, version: DesignVersion) -> _Moved:
    old = form.design_version.design.form(form.form_oid)
    new = version.design.form(form.form_oid)
    record = held_record(form)
    held = carried(record, old, new, version.design, timezone.localdate())
    oids = frozenset({*old.items_by_oid, *new.items_by_oid})
    return _Moved(form, weight, oids, held, frozenset(state_of(form, record).unanswered))


def _move(moved: _Moved, version: DesignVersion, reason: str, actor: User) -> None:
    """Pin the form to the version and hold its values as that version reads them."""
    form, held = moved.form, moved.carried
    old = form.design_version.number
    if held.record != held_record(form):
        seal_revision(form, held.record, reason, actor)
    form.design_version = version
    form.save(update_fields=["design_version"])
    audit.record(
        actor=actor, action="form.migrated", target=form, before={"design": old},
        after={"design": version.number}, reason=reason,
    )  # fmt: skip
    changes = store_entered(form, entered_values(form, held.record), Stream.ADJUDICATED)
    items = version.design.form(form.form_oid).items_by_oid
    derived = form.values.filter(derived=True)
    stale = [row.path for row in derived if getattr(items.get(row.item_oid), "type", "") != "derived"]
    changes |= remove_values(form, stale)
    record_changes(form, changes, actor=actor, reason=reason)
    if moved.weight == Weight.VALUES and not changes:
        stamp(form)
        break_marks(form, reason, actor)


def _follow(subject: Subject, moved: list[_Moved], dates: set[Change], cause: Cause) -> None:
    changed = {(each.form.pk, oid) for each in moved for oid in (*each.oids, RECORDS)}
    anew = {(each.form.pk, oid) for each in moved for oid in _computed(each.form)}
    follow_changes(subject, changed | dates, cause, anew=anew)


def _computed(form: FormInstance) -> Iterator[str]:
    for item in form.design_version.design.form(form.form_oid).items:
        if item.type == "derived" and item.value:
            yield item.oid


def _settle(moved: _Moved, version: DesignVersion) -> None:
    """Close what nobody can answer any more; ask for what the new version requires or could not read."""
    form, known = moved.form, version.design.form(moved.form.form_oid).items_by_oid
    asked = set(form.queries.filter(state__in=OPEN_STATES).values_list("path", flat=True))
    reachable = {path for path in asked if split_path(path)[0] in known}
    if asked - reachable - {""}:
        close_unreachable(form=form, shown=reachable)
    state = state_of(form, held_record(form))
    shown = {path for path in moved.carried.unreadable if state.visible.get(path)}
    for path in sorted(shown):
        _ask(form, path, UNREADABLE_RULE, unreadable_text(version.number))
    for path in sorted(set(state.unanswered) - moved.unanswered - shown):
        _ask(form, path, MISSING_RULE, missing_text(version.number))


def _ask(form: FormInstance, path: str, rule: str, text: tuple[str, str]) -> None:
    raise_system_query(
        form=form, path=path, rule_oid=rule, text_zh=text[0], text_en=text[1],
        origin=Query.Origin.EDIT_CHECK,
    )  # fmt: skip
