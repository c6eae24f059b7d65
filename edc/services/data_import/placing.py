"""Where a cell of a file belongs in the study: its item, form, visit and repeat, or why nowhere."""

from dataclasses import dataclass

from edc.design.items import FormDef, ItemDef, ItemGroupDef
from edc.design.protocol import EventDef
from edc.design.study import StudyDesign
from edc.exchange.mapping import Mapping
from edc.exchange.names import Names
from edc.exchange.source import SourceCell
from edc.selectors.import_state import HeldSubject, Place
from edc.services.data_import import words
from edc.services.data_import.words import Words


@dataclass(frozen=True)
class Placed:
    """A cell with the item it is a value of; ``row`` is a row key, ``+N`` for a row without key, or empty."""

    cell: SourceCell
    item: ItemDef
    group: ItemGroupDef
    form: FormDef
    place: Place
    row: str


class NotPlaced(Exception):
    """The cell belongs nowhere; ``words`` say why."""

    def __init__(self, words: Words) -> None:
        self.words = words
        super().__init__(words.en)


class Placing:
    """Places cells in one design, with the names that a file uses."""

    def __init__(self, design: StudyDesign, mapping: Mapping) -> None:
        self.design, self.names = design, Names(design, mapping)

    def place(self, cell: SourceCell, held: HeldSubject | None) -> Placed:
        """Return the cell's place; raise NotPlaced. Without `held` the subject is new."""
        oid = self.names.item(cell.item, cell.form, cell.column)
        if oid is None:
            raise NotPlaced(words.no_item(cell.item))
        form, item = self.design.form_of_item(oid), self.design.item(oid)
        if cell.form and self.names.form(cell.form) not in (form.oid, None):
            raise NotPlaced(words.other_form(form.oid))
        event = self._event(cell, form)
        place = (event.oid, _number(cell.event_repeat), form.oid, _number(cell.form_repeat))
        self._check_repeats(place, event, form)
        if held is not None and place not in held.forms:
            _check_once(form, held)
        group = form.group_of[item.name]
        row = cell.row or f"+{cell.line}"
        return Placed(cell, item, group, form, place, row if group.repeating else "")

    def _event(self, cell: SourceCell, form: FormDef) -> EventDef:
        planned = self.design.events_of_form(form.oid)
        if not cell.event:
            if len(planned) != 1:
                raise NotPlaced(words.which_event(form.oid))
            return planned[0]
        oid = self.names.event(cell.event)
        if oid is None:
            raise NotPlaced(words.no_event(cell.event))
        event = self.design.event(oid)
        if event not in planned:
            raise NotPlaced(words.not_in_event(form.oid, oid))
        return event

    def _check_repeats(self, place: Place, event: EventDef, form: FormDef) -> None:
        _event, event_repeat, _form, form_repeat = place
        if event_repeat > 1 and not (event.repeats or event.kind == "unscheduled"):
            raise NotPlaced(words.once_only(event.oid))
        if event.max_repeats and event_repeat > event.max_repeats:
            raise NotPlaced(words.at_most(event.oid, event.max_repeats))
        if form_repeat > 1 and form.repeats != "form":
            raise NotPlaced(words.once_only(form.oid))


def _number(text: str) -> int:
    """Return the number of a repeat; what other systems write, such as ``SCREEN[2]``, ends with it."""
    digits = text.rpartition("[")[2].removesuffix("]").strip()
    if not digits.isdecimal() or not 1 <= int(digits) <= 9999:
        raise NotPlaced(words.bad_number(text))
    return int(digits)


def _check_once(form: FormDef, held: HeldSubject) -> None:
    """Refuse a second copy of a form that is filled once a subject."""
    if form.repeats != "none":
        return
    for event_oid, _repeat, form_oid, _number in held.forms:
        if form_oid == form.oid:
            raise NotPlaced(words.elsewhere(form.oid, event_oid))
