"""What follows when a form has its one record: final values, queries, visits, eligibility, broken
signatures.
"""

from edc import audit, jobs
from edc.models import FormInstance, ItemValue, Subject, User
from edc.rules.dependencies import RECORDS
from edc.rules.reevaluation import Change
from edc.rules.subject_values import split_path
from edc.selectors.evaluation import entered_values
from edc.services.consequences import (
    Cause,
    follow_changes,
    follow_visit_dates,
    moved_visits,
    visit_dates,
)
from edc.services.moves import move
from edc.services.query.system import OPEN_STATES, close_unreachable
from edc.services.safety_cases import sync_cases
from edc.services.values import Changes, record_changes, stamp, store_entered
from edc.services.verify.due import refresh_due
from edc.services.visit_plan import plan_events

Status = FormInstance.Status
COHORT_ITEM = "IT.ENR.COHORT"


def complete_form(*, form: FormInstance, record: dict, stream: str, actor: User, reason: str = "") -> None:
    """Give the form the values of the record and do what follows from them for the subject.

    Called inside the transaction that holds the form's row, with a record that is sealed; the one door for
    entered values, whatever channel they came through. Only the rules that read a changed value are
    evaluated again, in this form and in every other completed form of the subject.
    """
    first_time = form.status not in FormInstance.FINAL
    changes = store_entered(form, entered_values(form, record), stream)
    changed = {(form.pk, split_path(path)[0]) for path in changes}
    if first_time:
        move(form, Status.COMPLETE)
        whole = {(form.pk, oid) for oid in form.values.values_list("item_oid", flat=True)}
        changed |= whole | {(form.pk, RECORDS)}
    else:
        record_changes(form, changes, actor=actor, reason=reason)
    _close_of_removed_rows(form, changes)
    cause = Cause(reason or form.form_oid, actor, quiet=form if first_time else None)
    derived = _follow(form.subject, changed, cause)
    if first_time:
        stamp(form)
        values = {path: new for path, (_old, new) in (changes | derived).items()}
        after = {"sha256": form.content_sha256, "values": values}
        audit.record(actor=actor, action="form.completed", target=form, after=after)
        refresh_due(form)
    sync_cases(form=form, actor=actor, first_time=first_time)


def _follow(subject: Subject, changed: set[Change], cause: Cause) -> Changes:
    _set_cohort(subject)
    before = visit_dates(subject)
    plan_events(subject=subject)
    found, quiet = follow_changes(subject, changed | moved_visits(subject, before), cause)
    if found.hidden:  # What logic hid may have been an anchor.
        before = visit_dates(subject)
        plan_events(subject=subject)
        follow_visit_dates(subject=subject, actor=cause.actor, before=before)
    return quiet


def _set_cohort(subject: Subject) -> None:
    cohort = ItemValue.objects.filter(form__subject=subject, item_oid=COHORT_ITEM).first()
    if cohort and cohort.value and cohort.value != subject.cohort:
        audit.record(
            actor=jobs.system_user("checks"),
            action="subject.cohort_set",
            target=subject,
            before=subject.cohort,
            after=cohort.value,
        )
        subject.cohort = str(cohort.value)
        subject.save(update_fields=["cohort"])


def _close_of_removed_rows(form: FormInstance, changes: Changes) -> None:
    """Close the queries on rows that the record no longer has."""
    keys = {row.row_key for row in form.values.all()}
    asked = set(form.queries.filter(state__in=OPEN_STATES).values_list("path", flat=True))
    gone = {path for path, (_old, new) in changes.items() if new is None and split_path(path)[1]}
    unreachable = {path for path in gone & asked if split_path(path)[1] not in keys}
    if unreachable:
        close_unreachable(form=form, shown=asked - unreachable)
