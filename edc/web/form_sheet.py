"""A form laid out for a page: groups, rows, and for each item what stands in it and how it is asked."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from django.utils import translation

from edc.design.items import ItemDef, ItemGroupDef
from edc.extensions import ProposedValue
from edc.models import FormInstance, ItemValue
from edc.rules.form_logic import FormState
from edc.rules.form_record import rows_of
from edc.rules.second_pass import asked_part
from edc.rules.subject_values import item_path
from edc.selectors.evaluation import in_language
from edc.web.item_choices import MOST_BESIDE, MOST_IN_SELECT, Choice, choices_of, is_open
from edc.web.item_status import ItemStatus, item_statuses
from edc.web.value_text import entry_text, value_text

EMPTY: dict[str, object] = {"raw": None, "unit": None, "missing": None}


@dataclass(frozen=True)
class Question:
    """An item as the page asks it, the same in every row; `control` names how it is answered."""

    item: ItemDef
    control: str
    choices: list[Choice]
    label: str
    other_label: str
    hint: str
    takes_others: bool = False

    @property
    def units(self) -> tuple[str, ...]:
        return self.item.offered_units

    @property
    def other_language(self) -> str:
        return "zh-Hans" if _english() else "en"

    @property
    def takes_many(self) -> bool:
        return self.item.type == "multi"

    @property
    def placeholder(self) -> str:
        forms = {"date": "YYYY-MM-DD", "partial_date": "YYYY-MM-DD", "datetime": "YYYY-MM-DD HH:MM"}
        return forms.get(self.item.answer_type, "")


@dataclass(frozen=True)
class Cell:
    """One item at one place: the entry, its version in the draft, its status, and what is known about it."""

    path: str
    question: Question
    entry: Mapping[str, object]
    version: int
    status: ItemStatus
    text: str = ""
    formula: str = ""
    proposal: ProposedValue | None = None
    proposed_text: str = ""
    queries: int = 0
    sources: int = 0

    @property
    def dom_id(self) -> str:
        return "i-" + self.path.replace("[", "-").replace("]", "").replace(".", "-")

    @property
    def chosen(self) -> list[str]:
        raw = self.entry.get("raw")
        return [str(each) for each in raw] if isinstance(raw, list | tuple) else [str(raw)] if raw else []

    @property
    def raw(self) -> str:
        return ", ".join(self.chosen)

    @property
    def missing(self) -> str:
        return str(self.entry.get("missing") or "")

    @property
    def unit(self) -> str:
        return str(self.entry.get("unit") or self.question.item.unit or "")

    @property
    def choices(self) -> list[Choice]:
        """The choices, with one that is no longer offered where it was chosen."""
        known = {each.code for each in self.question.choices}
        return [*self.question.choices, *(Choice(code, code) for code in self.chosen if code not in known)]

    @property
    def withheld(self) -> frozenset[str]:
        """The codes that another item's value takes from the choices, but for what was chosen."""
        offers = self.status.offers
        codes = frozenset(each.code for each in self.question.choices) if offers else frozenset()
        return codes - {*offers, *self.chosen}

    @property
    def shown(self) -> str:
        """What a searched field shows of its code: the code's label and the code."""
        found = next((each for each in self.choices if each.code == self.raw), None)
        return option_text(found) if found else self.raw


@dataclass(frozen=True)
class Row:
    """One row of a repeating group, or the one row of a group that does not repeat (key empty)."""

    key: str
    number: int
    cells: list[Cell]


@dataclass(frozen=True)
class Group:
    """An item group with its rows."""

    oid: str
    name: str
    repeating: bool
    questions: list[Question]
    rows: list[Row] = field(default_factory=list)

    @property
    def cells(self) -> list[Cell]:
        return [cell for row in self.rows for cell in row.cells]


@dataclass(frozen=True)
class Sheet:
    """The whole form; `searched` holds the questions that are answered by searching in a list."""

    groups: list[Group]

    @cached_property
    def searched(self) -> list[Question]:
        questions = (each for group in self.groups for each in group.questions)
        by_list = {each.item.codelist: each for each in questions if each.control == "search"}
        return list(by_list.values())

    @property
    def proposed(self) -> int:
        return sum(cell.proposal is not None for group in self.groups for cell in group.cells)


def option_text(choice: Choice) -> str:
    """Return a choice as a searchable list writes it: found by its label and by its code."""
    return f"{choice.label} · {choice.code}" if choice.label else choice.code


def form_sheet(
    form: FormInstance,
    record: Mapping,
    state: FormState,
    *,
    versions: Mapping[str, int] | None = None,
    values: Mapping[str, ItemValue] | None = None,
    known: Mapping[str, object] | None = None,
) -> Sheet:
    """Lay out a record; `known` holds `proposals` (path to ProposedValue), and `queries` and `sources` (path
    to count).
    """
    laying = _Laying(form, record, state, versions or {}, values or {}, known or {})
    asked = asked_part(form.design_version.design.form(form.form_oid), state)
    return Sheet([laying.group(each) for each in asked.item_groups])


class _Laying:
    def __init__(
        self,
        form: FormInstance,
        record: Mapping,
        state: FormState,
        versions: Mapping[str, int],
        values: Mapping[str, ItemValue],
        known: Mapping,
    ) -> None:
        self.form, self.record, self.state = form, record, state
        self.versions, self.values = versions, values
        self.proposals, self.queries = known.get("proposals", {}), known.get("queries", {})
        self.sources = known.get("sources", {})
        self.design = form.design_version.design
        self.statuses = item_statuses(form, state)

    def group(self, group: ItemGroupDef) -> Group:
        questions = [question(self.form, item, in_grid=group.repeating) for item in group.items]
        keys = rows_of(self.record, group)
        rows = [
            Row(key or "", number, list(self.cells(questions, key))) for number, key in enumerate(keys, 1)
        ]
        return Group(group.oid, in_language(group.name), group.repeating, questions, rows)

    def cells(self, questions: Iterable[Question], key: str | None) -> Iterator[Cell]:
        for asked in questions:
            path = item_path(asked.item.oid, key)
            entry = self.record["items"].get(path) or EMPTY
            proposal = self._proposal(path, entry)
            yield Cell(
                path=path,
                question=asked,
                entry=entry,
                version=self.versions.get(path, 0),
                status=self.statuses[path],
                text=self._text(asked.item, path, entry),
                formula=self._formula(asked.item, path),
                proposal=proposal,
                proposed_text=value_text(self.design, asked.item, proposal.raw, proposal.unit)
                if proposal
                else "",
                queries=self.queries.get(path, 0),
                sources=self.sources.get(path, 0),
            )

    def _proposal(self, path: str, entry: Mapping) -> ProposedValue | None:
        offered = self.proposals.get(path)
        return offered if offered and not (entry.get("raw") or entry.get("missing")) else None

    def _text(self, item: ItemDef, path: str, entry: Mapping) -> str:
        if path in self.state.computed:
            return self.statuses[path].computed
        value = self.values.get(path)
        if value is not None and item.type == "derived":
            return value_text(self.design, item, value.value, item.unit)
        return entry_text(self.design, item, entry)

    def _formula(self, item: ItemDef, path: str) -> str:
        computed = self.state.computed.get(path)
        return f"{computed.formula} {computed.version}".strip() if computed else ""


def question(form: FormInstance, item: ItemDef, *, in_grid: bool) -> Question:
    """Return an item as the page asks it, in a row of a grid or on a line of its own."""
    choices = choices_of(form, item)
    label, other = in_language(item.label), item.label.zh if _english() else item.label.en
    hint = in_language(item.hint) if item.hint else ""
    open_list = is_open(form, item)
    control = _control(item, len(choices), open_list, in_grid)
    return Question(item, control, choices, label, other if other != label else "", hint, open_list)


def _control(item: ItemDef, choices: int, open_list: bool, in_grid: bool) -> str:
    if item.type == "derived":
        return "derived"
    if item.read_only:
        return "accept"
    if item.type == "multi":
        return "checks" if choices else "words"
    if item.type in ("code", "yes_no"):
        return _one_of(choices, open_list, in_grid)
    if item.type == "long_text":
        return "line" if in_grid else "long"
    return "number" if item.is_number else "day" if item.is_date else "line"


def _one_of(choices: int, open_list: bool, in_grid: bool) -> str:
    if open_list or choices > MOST_IN_SELECT or (choices > MOST_BESIDE and not in_grid):
        return "search"
    return "select" if in_grid else "radio"


def _english() -> bool:
    return (translation.get_language() or "").startswith("en")
