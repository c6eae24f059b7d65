"""A subject's whole state as plain data: what an amendment is measured by, before and after."""

from collections.abc import Iterable

from edc import audit
from edc.models import FormInstance, ItemValue, Query, StudyEvent, Subject
from edc.selectors.holds import closed_forms
from edc.selectors.subject_values import forms_in_order

# Form place to its state; event place to its state.
State = dict[str, dict]
NOT_BEGUN = (FormInstance.Status.TO_DO, FormInstance.Status.NOT_DONE)


def place_of(form: FormInstance) -> str:
    """Return where a form stands, in words that stay the same when the form is made again."""
    return f"{form.event.event_oid}[{form.event.repeat_key}] {form.form_oid}[{form.repeat_key}]"


def subject_state(subject: Subject) -> State:
    """Return the visits and forms of the subject with values, open queries and what was vouched for."""
    forms = forms_in_order(subject)
    closed = closed_forms(forms)
    values = _by_form(ItemValue.objects.filter(form__in=forms).order_by("item_oid", "row_key"))
    queries = _by_form(Query.objects.filter(form__in=forms, state__in=Query.UNSETTLED).order_by("path", "pk"))
    return {
        "subject": {"version": subject.design_version_id, "status": subject.status, "cohort": subject.cohort},
        "events": {str(event): _event(event) for event in subject.events.all()},
        "forms": {
            place_of(form): _form(form, values.get(form.pk, []), queries.get(form.pk, []), form.pk in closed)
            for form in forms
        },
    }


def state_sha256(state: State) -> str:
    """Return the hash of a state: equal for a subject of whom nothing changed."""
    return audit.digest(state)


def _by_form(rows: Iterable) -> dict[int, list]:
    found: dict[int, list] = {}
    for row in rows:
        found.setdefault(row.form_id, []).append(row)
    return found


def _event(event: StudyEvent) -> dict:
    days = (event.planned_date, event.window_start, event.window_end, event.held_on)
    return {"status": event.status, "days": [day.isoformat() if day else None for day in days]}


def _form(form: FormInstance, values: list[ItemValue], queries: list[Query], closed: bool) -> dict:
    return {
        # A form that nobody has begun has no version yet: it takes the one that holds when it is begun.
        "version": None if form.status in NOT_BEGUN else form.design_version.number,
        "status": form.status,
        "closed": closed,
        "mandatory": form.mandatory,
        "values": {
            row.path: [
                row.value,
                row.standard_value,
                row.missing,
                row.raw,
                row.unit,
                row.derived,
                row.formula,
            ]
            for row in values
        },
        "queries": [[query.path, query.rule_oid, query.origin, query.state] for query in queries],
        "signatures": form.signatures.filter(broken_at=None).count(),
        "verified": sorted(
            [
                *form.item_verifications.filter(broken_at=None).values_list("path", flat=True),
                *[""] * form.verifications.filter(broken_at=None).count(),
            ]
        ),
        "reviews": sorted(form.reviews.filter(broken_at=None).values_list("review_type_id", flat=True)),
        "drafts": [[each.stream, each.saved_at.isoformat()] for each in form.drafts.order_by("pk")],
    }
