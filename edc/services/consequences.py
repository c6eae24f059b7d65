"""What follows for a subject from changed values, whatever channel they came through.

Only the rules that read what changed are evaluated: derived values, visibility, edit checks, eligibility.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from edc import jobs
from edc.design.items import Text
from edc.design.values import read_value
from edc.models import FormInstance, ItemValue, Subject, User
from edc.rules.dependencies import RECORDS
from edc.rules.form_logic import Flag
from edc.rules.reevaluation import Change, Consequences, consequences
from edc.rules.subject_values import SubjectValues, split_path
from edc.selectors.evaluation import FinalValue, derived_value
from edc.selectors.held_forms import held_forms
from edc.selectors.subject_values import forms_in_order
from edc.services.check_queries import Judged, sync_checks
from edc.services.eligibility import reassess
from edc.services.query.system import OPEN_STATES, close_unreachable
from edc.services.values import HIDDEN, Changes, put_values, record_changes, remove_values

Status = FormInstance.Status


@dataclass(frozen=True)
class Cause:
    """Why other values change: the reason and the person of the change that began it.

    ``quiet`` is the form being completed: its own derived values are told by the row of its completion.
    With an ``amendment`` values stay as they were entered: a limit that is new for them asks a query even
    where nobody could enter them now, and a code that is retired asks none.
    """

    reason: str
    actor: User
    quiet: FormInstance | None = None
    amendment: bool = False


def follow_changes(
    subject: Subject, changed: Iterable[Change], cause: Cause, anew: Iterable[Change] = ()
) -> tuple[Consequences, Changes]:
    """Settle everything in the subject that reads the changed items, in the caller's transaction.

    ``changed`` names (form id, item OID), or an empty OID for a form that is new among the final ones or
    whose visit has another date; ``anew`` the derived items whose formula changed. Returns what was
    evaluated, and the changes of the form ``cause.quiet``.
    """
    forms = {form.pk: form for form in forms_in_order(subject)}
    held = held_forms(list(forms.values()))
    changed = {(pk, oid) for pk, oid in changed if pk in held}
    anew = {(pk, oid) for pk, oid in anew if pk in held}
    if not changed and not anew:
        return Consequences(), {}
    values = SubjectValues(subject.design_version.design, (), site=subject.site.oid)
    found = consequences(values, held, changed, today=timezone.localdate(), anew=anew)
    quiet: Changes = {}
    for pk in sorted(_touched(found, changed)):
        if not held[pk].locked:
            changes = _apply(forms[pk], found, cause)
            _sync(forms[pk], found, {oid for key, oid in changed if key == pk} | _oids(changes), cause)
            quiet = changes if cause.quiet and cause.quiet.pk == pk else quiet
    if found.criteria:
        reassess(subject=subject, due=found.criteria)
    return found, quiet


def follow_visit_dates(*, subject: Subject, actor: User, before: Mapping[int, date | None]) -> None:
    """Evaluate what reads the visits whose dates are other than ``before`` (``visit_dates`` gave them)."""
    changed = moved_visits(subject, before)
    if changed:
        follow_changes(subject, changed, Cause("visit date", actor))


def visit_dates(subject: Subject) -> dict[int, date | None]:
    """Return by form id when its visit took place or is planned, of all completed forms."""
    final = FormInstance.objects.filter(subject=subject, status__in=FormInstance.FINAL)
    dates = final.values_list("pk", "event__held_on", "event__planned_date")
    return {form: held_on or planned for form, held_on, planned in dates}


def moved_visits(subject: Subject, before: Mapping[int, date | None]) -> set[Change]:
    """Return the forms whose visit has another date, with all their items: another may now be the latest."""
    dates = visit_dates(subject)
    moved = [form for form, day in dates.items() if before.get(form, day) != day]
    items: Iterable[Change] = ItemValue.objects.filter(form__in=moved).values_list("form_id", "item_oid")
    return {*items, *((form, RECORDS) for form in moved)}


def _touched(found: Consequences, changed: Iterable[Change]) -> set[int]:
    return {*found.derived, *found.hidden, *found.unseen, *found.checks, *(pk for pk, _oid in changed)}


def _apply(form: FormInstance, found: Consequences, cause: Cause) -> Changes:
    """Write what the rules changed in one form and record it; return the changes."""
    derived, gone = [], []
    for path, computed in found.derived.get(form.pk, {}).items():
        if computed.value is None:
            gone.append(path)
        else:
            derived.append(derived_value(path, computed))
    hidden = found.hidden.get(form.pk, set())
    changes = put_values(form, [each for each in derived if _path(each) not in hidden])
    changes |= remove_values(form, gone)
    nulled = remove_values(form, hidden)
    actor = jobs.system_user("checks")
    record_changes(form, nulled, actor=actor, reason=HIDDEN)
    if cause.quiet is None or cause.quiet.pk != form.pk:
        record_changes(form, changes, actor=actor, reason=cause.reason)
    return changes | nulled


def _path(value: FinalValue) -> str:
    return f"{value.item_oid}[{value.row_key}]" if value.row_key else value.item_oid


def _oids(changes: Mapping[str, object]) -> set[str]:
    return {split_path(path)[0] for path in changes}


def _sync(form: FormInstance, found: Consequences, oids: set[str], cause: Cause) -> None:
    rules = found.checks.get(form.pk, {})
    design = form.design_version.design
    limits = _limits(form, oids, cause.amendment)
    judged = Judged(
        frozenset(rules),
        frozenset(path for path in _asked_paths(form) | set(limits) if split_path(path)[0] in oids),
        frozenset(rule.oid for rule in design.rules),
    )
    flags = [flag for each in rules.values() for flag in each]
    sync_checks(form=form, flags=[*flags, *limits.values()], judged=judged)
    asked = set(form.queries.filter(state__in=OPEN_STATES).values_list("path", flat=True))
    unseen = found.unseen.get(form.pk, set()) & asked
    if unseen:
        close_unreachable(form=form, shown=asked - unseen)


def _asked_paths(form: FormInstance) -> set[str]:
    return {
        *form.firings.filter(ended_at=None).values_list("path", flat=True),
        *form.queries.filter(state__in=OPEN_STATES).values_list("path", flat=True),
    }


def _limits(form: FormInstance, oids: set[str], amendment: bool) -> dict[str, Flag]:
    """Return by path the values of these items that lie outside their soft limits."""
    design = form.design_version.design
    items = design.form(form.form_oid).items_by_oid
    found: dict[str, Flag] = {}
    for row in form.values.filter(item_oid__in=oids, value__isnull=False):
        item = items.get(row.item_oid)
        if item is None:
            continue
        raw = row.value if item.type == "multi" else str(row.value) if row.derived else row.raw
        codelist = design.codelist_of(item)
        reading = read_value(item, raw, row.unit or None, codelist=codelist, today=timezone.localdate())
        problem = reading.problem
        if problem and amendment and problem.code == "retired_code":
            continue
        if problem and (row.derived or amendment or problem.level != "hard"):
            message = Text(problem.zh, problem.en)
            seen = {f"{form.form_oid.removeprefix('FO.')}.{item.name}": row.standard_value}
            found[row.path] = Flag(problem.code, "soft", row.path, message, paths=(row.path,), seen=seen)
    return found
