"""The differences of a form's two passes laid out for the person who resolves them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from edc.design.items import ItemDef
from edc.models import Disagreement, FormInstance, Resolution, Stream
from edc.rules.form_logic import FormState
from edc.rules.subject_values import split_path
from edc.selectors import subject_values
from edc.selectors.evaluation import in_language, normal_of, state_of
from edc.services.comparison import merge
from edc.services.entries import asked_of
from edc.web.value_text import entry_text, value_text

Kind = Disagreement.Kind


@dataclass(frozen=True)
class Line:
    """One difference in the list; `shape` and `word` tell whether and how it is resolved."""

    disagreement: Disagreement
    label: str
    place: str
    shape: str
    word: str
    is_open: bool


@dataclass(frozen=True)
class Side:
    """One pass's value: `marked` is the text with the differing characters marked, `cells` a whole row."""

    text: str
    marked: SafeString
    unit: str
    is_missing: bool
    cells: list[tuple[str, str]]


@dataclass(frozen=True)
class Effect:
    """What follows from taking each value: a derived item or an edit check."""

    name: str
    first: str
    second: str

    @property
    def differs(self) -> bool:
        return self.first != self.second


def lines(form: FormInstance, disagreements: Iterable[Disagreement]) -> list[Line]:
    """Return the form's differences in the order in which they were found, which is the form's."""
    return [_line(form, each) for each in disagreements]


def _line(form: FormInstance, disagreement: Disagreement) -> Line:
    label, place = _names(form, disagreement)
    resolution = disagreement.held
    if resolution is None:
        return Line(disagreement, label, place, "diff", _("To resolve"), True)
    words = {
        Resolution.Choice.FIRST: _("First taken"),
        Resolution.Choice.SECOND: _("Second taken"),
        Resolution.Choice.OTHER: _("Another value"),
    }
    return Line(disagreement, label, place, "done", words[Resolution.Choice(resolution.choice)], False)


def _names(form: FormInstance, disagreement: Disagreement) -> tuple[str, str]:
    oid, row = split_path(disagreement.path)
    definition = form.design_version.design.form(form.form_oid)
    place = _("row %(key)s") % {"key": row} if row else ""
    if disagreement.kind == Kind.ROW:
        group = next(each for each in definition.item_groups if each.oid == oid)
        return in_language(group.name), place
    return in_language(definition.items_by_oid[oid].label), place


def item_of(form: FormInstance, disagreement: Disagreement) -> ItemDef | None:
    """Return the item that differs, None where a whole row does."""
    if disagreement.kind == Kind.ROW:
        return None
    return form.design_version.design.item(split_path(disagreement.path)[0])


def sides(form: FormInstance, disagreement: Disagreement) -> tuple[Side, Side]:
    """Return both values as people read them."""
    item = item_of(form, disagreement)
    pair = (disagreement.first_entry, disagreement.second_entry)
    if item is None:
        first, second = (_row_side(form, entry) for entry in pair)
        return first, second
    texts = [_bare(form, item, entry) for entry in pair]
    marks = marked(*texts)
    made = [
        Side(text, mark, _unit(item, entry), bool((entry or {}).get("missing")), [])
        for text, mark, entry in zip(texts, marks, pair, strict=True)
    ]
    return made[0], made[1]


def _row_side(form: FormInstance, entry: dict | None) -> Side:
    design = form.design_version.design
    if entry is None:
        return Side(_("No such row"), format_html("{}", _("No such row")), "", True, [])
    items = ((design.item(oid), each) for oid, each in entry.items())
    cells = [(in_language(item.label), entry_text(design, item, each)) for item, each in items]
    return Side(_("Row with %(count)d values") % {"count": len(cells)}, SafeString(""), "", False, cells)


def _bare(form: FormInstance, item: ItemDef, entry: dict | None) -> str:
    design = form.design_version.design
    if not entry:
        return _("empty")
    if entry.get("missing"):
        return entry_text(design, item, entry)
    return value_text(design, item, entry.get("raw"))


def _unit(item: ItemDef, entry: dict | None) -> str:
    if not entry or entry.get("missing") or not item.is_number:
        return ""
    return str(entry.get("unit") or item.unit or "")


def marked(one: str, two: str) -> tuple[SafeString, SafeString]:
    """Mark where two texts differ, place by place when as long; words without anything in common nowhere."""
    parts = _same_places(one, two) if len(one) == len(two) else _same_runs(one, two)
    first = [(differs, mine) for differs, mine, _theirs in parts if mine]
    second = [(differs, theirs) for differs, _mine, theirs in parts if theirs]
    return _with_marks(first), _with_marks(second)


def _same_places(one: str, two: str) -> list[tuple[bool, str, str]]:
    pairs = groupby(zip(one, two, strict=True), key=lambda pair: pair[0] != pair[1])
    return [(differs, *("".join(text) for text in zip(*run, strict=True))) for differs, run in pairs]


def _same_runs(one: str, two: str) -> list[tuple[bool, str, str]]:
    blocks = SequenceMatcher(None, one, two, autojunk=False).get_opcodes()
    return [(op != "equal", one[a:b], two[c:d]) for op, a, b, c, d in blocks]


def _with_marks(parts: list[tuple[bool, str]]) -> SafeString:
    if all(differs and not text[0].isdigit() for differs, text in parts):
        return format_html_join("", "{}", ((text,) for _differs, text in parts))
    made = (format_html("<mark>{}</mark>" if differs else "{}", text) for differs, text in parts)
    return format_html_join("", "{}", ((each,) for each in made))


def effects(form: FormInstance, disagreement: Disagreement, chosen: dict[str, dict | None]) -> list[Effect]:
    """Return what differs in derived items and checks between the two values.

    `chosen` maps the path of each other difference to what holds or is assumed for it. What is the same with
    either value is left out.
    """
    known = subject_values(form.subject)
    definition = form.design_version.design.form(form.form_oid)
    part = asked_of(form, Stream.ENTRY_2)
    states = []
    for entry in (disagreement.first_entry, disagreement.second_entry):
        picked = {**chosen, disagreement.path: entry}
        content = (disagreement.first.content, disagreement.second.content)
        record = merge(definition, *content, picked, normal_of(form), part)
        states.append(state_of(form, record, known))
    found = [*_derived_effects(form, *states), *_check_effects(form, *states)]
    return [each for each in found if each.differs]


def _derived_effects(form: FormInstance, one: FormState, two: FormState) -> Iterator[Effect]:
    design = form.design_version.design
    items = design.form(form.form_oid).items_by_oid
    for path in dict.fromkeys([*one.computed, *two.computed]):
        item = items[split_path(path)[0]]
        texts = [_computed_text(form, item, path, state) for state in (one, two)]
        yield Effect(in_language(item.label), *texts)


def _computed_text(form: FormInstance, item: ItemDef, path: str, state: FormState) -> str:
    computed = state.computed.get(path)
    if computed is None or computed.value is None:
        return "–"
    return value_text(form.design_version.design, item, computed.value, item.unit)


def _check_effects(form: FormInstance, one: FormState, two: FormState) -> Iterator[Effect]:
    raised = [{(flag.rule_oid, flag.path): flag for flag in state.flags} for state in (one, two)]
    soft = [{path for path, problem in state.problems.items()} for state in (one, two)]
    for key in dict.fromkeys([*raised[0], *raised[1]]):
        message = (raised[0].get(key) or raised[1][key]).message
        yield Effect(
            f"{key[0]} {in_language(message)}", *(_("query") if key in each else "–" for each in raised)
        )
    items = form.design_version.design.form(form.form_oid).items_by_oid
    for path in sorted(soft[0] ^ soft[1]):
        name = _("Limits of %(item)s") % {"item": in_language(items[split_path(path)[0]].label)}
        yield Effect(name, *(_("outside") if path in each else _("inside") for each in soft))
