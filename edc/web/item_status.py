"""What a page says about each item of a form: shown or not, its status, what is wrong with it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from edc.design.items import ItemDef, Text
from edc.design.study import StudyDesign
from edc.design.values import ItemReading, Problem, heard, read_value
from edc.models import FormInstance
from edc.rules.form_logic import Computed, FormState
from edc.rules.subject_values import split_path
from edc.selectors.evaluation import faults_of, in_language
from edc.web.graded_terms import offered_grades
from edc.web.lab_words import lab_notes
from edc.web.unit_words import unit_words
from edc.web.value_text import missing_label, value_text

LIMITS = ("hard_limit", "soft_limit")


@dataclass(frozen=True)
class Message:
    """One finding at an item, and what the person may choose instead of typing anew.

    `unit` is one in which the number would be usual, `shown` that number, `unit_text` the unit for reading;
    `meanings` are the values that what was typed may mean.
    """

    level: str
    text: str
    unit: str = ""
    shown: str = ""
    unit_text: str = ""
    meanings: tuple[str, ...] = ()


@dataclass(frozen=True)
class ItemStatus:
    """The state of one item: `shape` and `word` of the status vocabulary, `computed` a derived value,
    `heard` what was understood where it is not plainly what was typed, `offers` the only codes that another
    item's value leaves to choose from, empty where all are, `lab` what stands beside a laboratory value.
    """

    visible: bool
    required: bool
    shape: str
    word: str
    messages: tuple[Message, ...] = ()
    computed: str = ""
    why: str = ""
    heard: str = ""
    offers: tuple[str, ...] = ()
    lab: str = ""

    def as_json(self) -> dict[str, object]:
        """Return the state as the page's script applies it; what is false or empty is left out."""
        told = {
            "hidden": not self.visible,
            "required": self.required,
            "shape": self.shape,
            "word": self.word,
            "computed": self.computed,
            "why": self.why,
            "heard": self.heard,
            "offers": self.offers,
            "lab": self.lab,
            "messages": [vars(each) for each in self.messages],
        }
        return {name: value for name, value in told.items() if value}


def item_statuses(form: FormInstance, state: FormState) -> dict[str, ItemStatus]:
    """Return the status of every item of the form, by path."""
    design = form.design_version.design
    items = design.form(form.form_oid).items_by_oid
    messages = _messages(form, items, state)
    statuses = {
        path: _status(design, items[split_path(path)[0]], path, state, tuple(messages.get(path, ())))
        for path in state.visible
    }
    offered = offered_grades(form, state)
    statuses |= {path: replace(statuses[path], offers=codes) for path, codes in offered.items()}
    notes = lab_notes(form, state.values)
    return statuses | {path: replace(statuses[path], lab=note) for path, note in notes.items()}


def _messages(form: FormInstance, items: dict[str, ItemDef], state: FormState) -> dict[str, list[Message]]:
    """Return the findings by path; a hard check that only asks a query is shown like a soft one."""
    found: dict[str, list[Message]] = {}
    for path, problem in state.problems.items():
        item, reading = items[split_path(path)[0]], state.readings.get(path)
        found.setdefault(path, []).append(_problem_message(item, reading, problem))
    forbidding = faults_of(form, state)
    for flag in state.flags:
        level = flag.severity if flag.path in forbidding else "soft"
        for path in flag.paths:
            found.setdefault(path, []).append(Message(level, in_language(flag.message)))
    return found


def _problem_message(item: ItemDef, reading: ItemReading | None, problem: Problem) -> Message:
    text = in_language(Text(problem.zh, problem.en))
    if reading is None or problem.code not in LIMITS:
        return Message(problem.level, text, meanings=problem.meanings)
    other = next(_usual_units(item, reading), None)
    return Message(problem.level, text, *other) if other else Message(problem.level, text)


def _usual_units(item: ItemDef, reading: ItemReading) -> Iterator[tuple[str, str, str]]:
    """Yield the other units in which the number typed is inside every limit, with the number it then is,
    and the unit for reading.
    """
    for unit in item.offered_units:
        if unit != reading.unit:
            other = read_value(item, reading.raw, unit)
            if other.problem is None:
                yield unit, f"{other.standard_value} {unit_words(item.unit)}", unit_words(unit)


def _status(
    design: StudyDesign, item: ItemDef, path: str, state: FormState, messages: tuple[Message, ...]
) -> ItemStatus:
    visible, required = state.visible[path], state.required.get(path, False)
    if not visible:
        return ItemStatus(False, False, "na", _("Not asked"))
    if item.type == "derived":
        return _derived(design, item, state.computed.get(path), messages)
    reading = state.readings[path]
    shape, word = _entered(reading, messages)
    return ItemStatus(True, required, shape, word, messages, heard=_heard(item, reading))


def _heard(item: ItemDef, reading: ItemReading) -> str:
    understood = heard(item, reading)
    return f"{understood[0]} {unit_words(understood[1])}".strip() if understood else ""


def _entered(reading: ItemReading, messages: tuple[Message, ...]) -> tuple[str, str]:
    levels = {message.level for message in messages}
    if "hard" in levels:
        return "over", _("To correct")
    if reading.missing:
        return "na", missing_label(reading.missing)
    if levels:
        return "soft", _("Soft check")
    return ("todo", _("Not entered")) if reading.is_empty else ("done", _("Entered"))


def _derived(
    design: StudyDesign, item: ItemDef, computed: Computed | None, messages: tuple[Message, ...]
) -> ItemStatus:
    if computed is None or computed.value is None:
        return ItemStatus(True, False, "wait", _("Derived"), messages, "", _waits_for(design, item, computed))
    shape, word = ("soft", _("Soft check")) if messages else ("wait", _("Derived"))
    return ItemStatus(True, False, shape, word, messages, value_text(design, item, computed.value, item.unit))


def _waits_for(design: StudyDesign, item: ItemDef, computed: Computed | None) -> str:
    if item.filled_by:
        return in_language(item.filled_by.how)
    if computed is None or not computed.missing:
        return computed.error if computed and computed.error else _("Not computable yet")
    names = [_name_of(design, name) for name in computed.missing]
    return _("Needs: %(items)s") % {"items": ", ".join(names)}


def _name_of(design: StudyDesign, name: str) -> str:
    """Return the label of an input named FORM.ITEM; the name itself where it is no item."""
    form, _dot, item = name.partition(".")
    known = {each.short_name: each for each in design.forms}.get(form)
    found = known.items_by_name.get(item) if known else None
    return in_language(found.label) if found else name
