"""The rules asked about one form of one subject: the only place where services call the rule engine."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field, replace

from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from edc.design.items import ItemDef, Text
from edc.design.values import ItemReading, normal_form, read_value
from edc.models import FormInstance, Recheck, Stream
from edc.rules.book import rule_book
from edc.rules.form_logic import Computed, Flag, FormState, evaluate_form
from edc.rules.form_record import read_record
from edc.rules.second_pass import asked_again, narrowed
from edc.rules.subject_values import FinalRecord, SubjectValues, split_path
from edc.selectors.formulas import rules_design
from edc.selectors.subject_values import forms_in_order, record_place, subject_values

# The mark at an item to check again: a finding of no rule, shown like one.
RECHECK = "recheck"
AGAIN = Text("对照源数据再核对一次。", "Check this against the source again.")


def state_of(form: FormInstance, record: Mapping, known: SubjectValues | None = None) -> FormState:
    """Evaluate every rule of the form on a record, against the subject's final values, as of today."""
    design = rules_design(form)
    read = rule_book(design).forms[form.form_oid].forms_read
    forms = forms_in_order(form.subject, {*read, form.form_oid})
    event_oid, event_date, number = record_place(form, forms)
    place = FinalRecord(form.form_oid, event_oid, event_date, number)
    subject = known or subject_values(form.subject, forms, read)
    return evaluate_form(
        design,
        form.form_oid,
        record,
        subject.filling(place),
        today=timezone.localdate(),
        site=form.subject.site.oid,
    )


def asked_oids(form: FormInstance, stream: str) -> frozenset[str] | None:
    """Return the items that a pass asks, None for all: a second pass by items asks only these."""
    if form.entry_mode != FormInstance.EntryMode.ITEMS or stream != Stream.ENTRY_2:
        return None
    return asked_again(form.design_version.design, form.form_oid)


def pass_state(
    form: FormInstance, record: Mapping, stream: str, known: SubjectValues | None = None
) -> FormState:
    """Return the state of a pass: of what it asks, with what its person is to check again among the flags."""
    return as_pass(form, state_of(form, record, known), stream)


def as_pass(form: FormInstance, state: FormState, stream: str) -> FormState:
    """Return what a pass shows of the state of its form."""
    oids = asked_oids(form, stream)
    if oids is not None:
        state = narrowed(form.design_version.design.form(form.form_oid), state, oids)
    marks = marked_again(form) if stream == Stream.ENTRY_2 else []
    flags = tuple(Flag(RECHECK, "soft", path, AGAIN, paths=(path,)) for path in marks)
    return replace(state, flags=(*state.flags, *flags)) if flags else state


def marked_again(form: FormInstance) -> list[str]:
    """Return what the person of the second pass under way was asked to check again."""
    asked = Recheck.objects.filter(
        form=form, form__drafts__stream=Stream.ENTRY_2, form__drafts__observer=F("observer")
    ).first()
    return list(asked.marked) if asked else []


def faults_of(form: FormInstance, state: FormState) -> dict[str, str]:
    """Return what forbids submitting, by item path: impossible entries and required items left empty.

    No edit check forbids, whatever its severity: what stands in the source must be enterable (ICH E6 asks for
    the source's value, not a plausible one), so a check that does not hold asks a query.
    """
    faults = {path: _("Fill this in, or choose a missing code.") for path in state.unanswered}
    impossible = {path: state.problems[path] for path in state.impossible}
    return faults | {path: in_language(Text(each.zh, each.en)) for path, each in impossible.items()}


def in_language(text: Text) -> str:
    """Return the text in the language of the present request."""
    return text.in_language(translation.get_language() or "")


def shown_part(record: Mapping, state: FormState) -> dict:
    """Return the record without what the rules hide: a hidden item has no value."""
    items = {path: entry for path, entry in record["items"].items() if state.visible.get(path)}
    return {"items": items, "rows": dict(record["rows"])}


def reading_of(form: FormInstance, item: ItemDef, entry: Mapping | None) -> ItemReading:
    """Read one entry as the design understands it."""
    given = entry or {}
    return read_value(
        item,
        given.get("raw"),
        given.get("unit"),
        given.get("missing"),
        codelist=form.design_version.design.codelist_of(item),
        today=timezone.localdate(),
    )


def normal_of(form: FormInstance) -> Callable[[ItemDef, Mapping | None], Hashable]:
    """Return the function that tells how an entry compares: equal results mean agreement."""
    return lambda item, entry: normal_form(item, reading_of(form, item, entry))


def item_fault(form: FormInstance, path: str, entry: Mapping) -> str | None:
    """Return why a single entry is impossible, None where it is possible."""
    item = form.design_version.design.form(form.form_oid).items_by_oid[split_path(path)[0]]
    problem = reading_of(form, item, entry).problem
    return in_language(Text(problem.zh, problem.en)) if problem and problem.level == "hard" else None


@dataclass(frozen=True)
class FinalValue:
    """The fields of one final value, as `ItemValue` holds them."""

    item_oid: str
    row_key: str
    value: object
    standard_value: object
    missing: str = ""
    raw: str = ""
    unit: str = ""
    derived: bool = False
    formula: str = ""
    inputs: dict = field(default_factory=dict)


def entered_values(form: FormInstance, record: Mapping) -> list[FinalValue]:
    """Return what a record holds, read as the design understands it; what the rules hide is in it too."""
    design = form.design_version.design
    readings = read_record(design, design.form(form.form_oid), record, timezone.localdate())
    return [_entered(path, reading) for path, reading in readings.items() if not reading.is_empty]


def derived_value(path: str, computed: Computed) -> FinalValue:
    """Return a computed value with its formula and what the formula read."""
    oid, row_key = split_path(path)
    return FinalValue(
        item_oid=oid,
        row_key=row_key or "",
        value=computed.value,
        standard_value=computed.value,
        derived=True,
        formula=f"{computed.formula} {computed.version}".strip(),
        inputs=dict(computed.inputs),
    )


def _entered(path: str, reading: ItemReading) -> FinalValue:
    raw = reading.raw if isinstance(reading.raw, str) else "|".join(reading.raw or ())
    oid, row_key = split_path(path)
    return FinalValue(
        item_oid=oid,
        row_key=row_key or "",
        value=reading.value,
        standard_value=reading.standard_value,
        missing=reading.missing or "",
        raw=raw,
        unit=reading.unit or "",
    )
