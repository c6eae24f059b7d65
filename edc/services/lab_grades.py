"""A proposed grade of a laboratory value, taken over by a person as a row of the adverse events."""

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from edc import access, audit
from edc.errors import NotNow
from edc.models import FormInstance, User
from edc.rules.subject_values import item_path
from edc.safety.graded_terms import GradedTerm, graded_terms
from edc.selectors import form_state
from edc.selectors.lab_values import LabFinding, ProposedGrade, lab_findings
from edc.services.entry.draft import add_row, open_draft, save_item

ANY_EVENT = "AEYN"


@dataclass(frozen=True)
class TakenGrade:
    """The form of adverse events that got the row, and the row's key."""

    form: FormInstance
    row: str


@transaction.atomic
def accept_grade(*, form: FormInstance, path: str, term: str, actor: User) -> TakenGrade:
    """Add a row with the term and the grade proposed for a value to the person's own draft of adverse events.

    The trail keeps where the grade comes from. Raises NotNow where nothing of the kind is proposed any more,
    where the row is there already, or where the person has no draft of adverse events to write to.
    """
    access.require(actor, "enter_data", site=form.subject.site)
    finding = lab_findings(form, form_state(form, actor).state.values).get(path)
    grades = finding.grades if finding else ()
    found = next((each for each in grades if each.term == term), None)
    if finding is None or found is None:
        raise NotNow(_("This grade is not proposed any more: the value or its range has changed."))
    events, pair = _form_of_events(form)
    draft = open_draft(form=events, actor=actor)
    _require_new(events, pair, found, actor)
    row = add_row(form=events, group_oid=pair.group.oid, actor=actor)
    _say_yes(events, actor)
    _save(events, item_path(pair.term.oid, row), found.term, actor)
    if pair.grade:
        _save(events, item_path(pair.grade.oid, row), str(found.grade), actor)
    audit.record(
        actor=actor, action="lab_grade.accepted", target=form, path=path,
        after=_source(finding, found) | {"to_form": events.pk, "row": row}, blinded=draft.stream,
    )  # fmt: skip
    return TakenGrade(events, row)


def _form_of_events(form: FormInstance) -> tuple[FormInstance, GradedTerm]:
    """Return the form of adverse events of the same visit, else of another, that can still be entered."""
    closed = (*FormInstance.FINAL, FormInstance.Status.DISAGREEMENT)
    forms = form.subject.forms.exclude(status__in=closed).select_related("event", "design_version")
    for each in sorted(
        forms, key=lambda other: (other.event_id != form.event_id, other.event.ordinal, other.pk)
    ):
        design = each.design_version.design
        pair = next(graded_terms(design, design.form(each.form_oid)), None)
        if pair and pair.group.repeating:
            return each, pair
    raise NotNow(_("Add a form of adverse events to a visit of the subject first."))


def _require_new(events: FormInstance, pair: GradedTerm, found: ProposedGrade, actor: User) -> None:
    record = form_state(events, actor).record
    for row in record["rows"].get(pair.group.oid, []):
        term = record["items"].get(item_path(pair.term.oid, row)) or {}
        grade = record["items"].get(item_path(pair.grade.oid, row)) or {} if pair.grade else {}
        if (term.get("raw"), grade.get("raw")) == (found.term, str(found.grade)):
            raise NotNow(
                _("Row %(row)s of the adverse events holds this term and grade already.") % {"row": row}
            )


def _say_yes(events: FormInstance, actor: User) -> None:
    item = events.design_version.design.form(events.form_oid).items_by_name.get(ANY_EVENT)
    if item is not None and not (form_state(events, actor).record["items"].get(item.oid) or {}).get("raw"):
        _save(events, item.oid, "Y", actor)


def _save(events: FormInstance, path: str, raw: str, actor: User) -> None:
    entry = {"raw": raw, "unit": None, "missing": None}
    version = form_state(events, actor).versions.get(path, 0)
    save_item(form=events, path=path, entry=entry, expected_version=version, actor=actor)


def _source(finding: LabFinding, found: ProposedGrade) -> dict[str, object]:
    held = finding.range
    return {
        "term": found.term,
        "grade": found.grade,
        "rule": f"CTCAE 5.0: {found.rule}",
        "value": f"{finding.value:f}",
        "unit": finding.unit,
        "before_treatment": None if found.base is None else f"{found.base.normalize():f}",
        "before_treatment_on": found.base_day.isoformat() if found.base_day else None,
        "laboratory": held.laboratory if held else None,
        "range_from": held.valid_from.isoformat() if held else None,
    }
