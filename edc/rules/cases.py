"""Running the cases that rules ship with: made-up records, and what the rule says of them."""

from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from edc.design.items import Text
from edc.design.protocol import CaseRecord, RuleCase
from edc.design.study import StudyDesign
from edc.rules.book import Check, RuleBook
from edc.rules.contexts import RuleInput
from edc.rules.form_logic import canonical
from edc.rules.language import Rule, State
from edc.rules.subject_values import FinalRecord, SubjectValues, item_path, record_rows, record_values

SITE = "S01"
_CHECK_SAYS = {State.TRUE: "holds", State.FALSE: "flags"}
_CRITERION_SAYS = {State.TRUE: "true", State.FALSE: "false"}
_WORST_FIRST = ("flags", "not evaluable", "holds", "not asked")


@dataclass(frozen=True)
class PreparedCase:
    """A case with the inputs of its rule, one for each row it is asked on."""

    case: RuleCase
    inputs: tuple[RuleInput, ...]


def prepare(book: RuleBook, case: RuleCase) -> PreparedCase:
    """Make the records of a case, derived items computed in the order given unless the case gives them."""
    subject = SubjectValues(book.design, (), SITE)
    today = date.fromisoformat(case.today)
    for each in case.others:
        made = final_record(book, subject, each, today)
        subject = replace(subject, records=(*subject.records, made))
    if case.filled is None:
        # As the eligibility of a subject is assessed: a form that nobody has filled is missing.
        given = RuleInput(subject=subject, site=SITE, study=book.design.oid, today=today, rows_needed=True)
        return PreparedCase(case, (given,))
    made = final_record(book, subject, case.filled, today)
    subject = replace(subject, records=(*subject.records, made))
    group = check_of(book, case.rule).group
    keys = list(made.rows.get(group.oid, ())) if group else [None]
    return PreparedCase(case, tuple(map(partial(_input, book, subject, made, today), keys)))


def check_of(book: RuleBook, oid: str) -> Check:
    """Return the compiled edit check; raise StopIteration where there is none."""
    return next(check for rules in book.forms.values() for check in rules.checks if check.rule.oid == oid)


def check_says(rule: Rule, when: Rule | None, prepared: PreparedCase) -> str:
    """Return holds, flags, not asked or not evaluable: the worst of the rows."""
    found = {_row_says(rule, when, given) for given in prepared.inputs}
    return next((word for word in _WORST_FIRST if word in found), "not asked")


def _row_says(rule: Rule, when: Rule | None, given: RuleInput) -> str:
    if when and when.evaluate(given).state is not State.TRUE:
        return "not asked"
    return _CHECK_SAYS.get(rule.evaluate(given).state, "not evaluable")


def criterion_says(rule: Rule, applies: Rule | None, prepared: PreparedCase) -> str:
    """Return true, false, not evaluable or not applicable."""
    (given,) = prepared.inputs
    if applies:
        state = applies.evaluate(given).state
        if state is not State.TRUE:
            return "not applicable" if state is State.FALSE else "not evaluable"
    return _CRITERION_SAYS.get(rule.evaluate(given).state, "not evaluable")


def final_record(book: RuleBook, subject: SubjectValues, written: CaseRecord, today: date) -> FinalRecord:
    """Return what a record of a case becomes, with its derived items but those that the case gives."""
    form = book.design.form(f"FO.{written.form}")
    oids = {item.name: item.oid for item in form.items}
    values = {oids[name]: value for name, value in written.values.items()}
    keys = [str(index) for index in range(1, len(written.rows) + 1)]
    for key, row in zip(keys, written.rows, strict=True):
        values |= {item_path(oids[name], key): value for name, value in row.items()}
    group = next((each.oid for each in form.item_groups if each.repeating), None)
    day = date.fromisoformat(written.day)
    rows = {group: keys} if group else {}
    made = FinalRecord(form.oid, written.event, day, written.sequence, values, rows)
    return _with_derived(book, subject, made, today)


def _with_derived(book: RuleBook, subject: SubjectValues, made: FinalRecord, today: date) -> FinalRecord:
    form = book.design.form(made.form_oid)
    for name, rule in book.forms[form.oid].derive.items():
        item = form.items_by_name[name]
        group = form.group_of[name]
        for key in list(made.rows.get(group.oid, ())) if group.repeating else [None]:
            path = item_path(item.oid, key)
            if path in made.values:
                continue
            result = rule.evaluate(_input(book, subject, made, today, key))
            if result.state is not State.NOT_EVALUABLE:
                made = replace(made, values={**made.values, path: canonical(item, result.value)})
    return made


def _input(
    book: RuleBook, subject: SubjectValues, made: FinalRecord, today: date, row: str | None
) -> RuleInput:
    form = book.design.form(made.form_oid)
    return RuleInput(
        own=record_values(form, made, row),
        subject=subject.filling(made),
        form_rows=record_rows(form, made),
        site=SITE,
        study=book.design.oid,
        today=today,
    )


def cases_by_rule(design: StudyDesign) -> dict[str, list[RuleCase]]:
    """Return the cases of each rule that has any."""
    found: dict[str, list[RuleCase]] = {}
    for case in design.cases:
        if case.note is None:
            found.setdefault(case.rule, []).append(case)
    return found


def notes_by_rule(design: StudyDesign) -> dict[str, Text]:
    """Return what each rule's author says of what no case can show."""
    return {case.rule: case.note for case in design.cases if case.note}
