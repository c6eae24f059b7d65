"""What an import would do to one form: the record that would hold, and what becomes of each cell."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from edc.design.items import ItemDef, ItemGroupDef
from edc.design.study import StudyDesign
from edc.design.values import ItemReading, normal_form, read_value
from edc.exchange.entries import entry_of
from edc.exchange.mapping import Mapping as FileMapping
from edc.exchange.source import SourceCell
from edc.models import FormInstance, ImportCell, ImportedForm
from edc.rules.form_logic import FormState, evaluate_form
from edc.rules.subject_values import FinalRecord, SubjectValues, item_path, split_path
from edc.selectors.evaluation import shown_part
from edc.selectors.import_state import HeldForm
from edc.services.data_import import words
from edc.services.data_import.placing import Placed
from edc.services.data_import.words import NOTHING, Words
from edc.services.entries import is_empty

Outcome = ImportCell.Outcome
How = ImportedForm.How
Status = FormInstance.Status
_ROW_KEY = re.compile(r"[1-9][0-9]{0,5}")


@dataclass
class CellReport:
    """What the dry run says of one cell."""

    cell: SourceCell
    outcome: str
    words: Words = NOTHING
    placed: Placed | None = None
    path: str = ""
    before: str = ""
    after: str = ""
    checks: list[dict[str, str]] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether the file says nothing here and nothing is held."""
        return self.outcome == Outcome.BLANK and not self.before


@dataclass
class FormPlan:
    """The record that a form would get, and what every cell of it becomes; no `how`: nothing is written."""

    reports: list[CellReport]
    how: str | None = None
    record: dict = field(default_factory=dict)
    before: dict = field(default_factory=dict)
    changed: dict[str, tuple[dict | None, dict | None]] = field(default_factory=dict)
    state: FormState | None = None


def refused(cells: list[Placed], outcome: str, why: Words) -> FormPlan:
    """Return the plan of a form of which no cell is taken."""
    return FormPlan(
        [CellReport(each.cell, outcome, why, each, item_path(each.item.oid, each.row)) for each in cells]
    )


class FormPlanner:
    """Plans one form of one subject."""

    def __init__(self, design: StudyDesign, mapping: FileMapping, cells: list[Placed], today: date) -> None:
        self.design, self.mapping, self.cells, self.today = design, mapping, cells, today
        self.form = cells[0].form
        self.reports: list[CellReport] = []
        self.computed: list[CellReport] = []

    def plan(self, held: HeldForm | None, how: str, values: SubjectValues, place: FinalRecord) -> FormPlan:
        """Return what importing the cells does; `values` are the subject's final ones, `place` the record's.

        Without a record that is `held` the form is not there yet.
        """
        self.how, self.held = how, held or HeldForm(None)  # type: ignore[arg-type]
        base = self.held.record
        self.base = base
        self.items = {path: dict(entry) for path, entry in base["items"].items()}
        self.rows = {group: list(keys) for group, keys in base["rows"].items()}
        self.changed: dict[str, tuple[dict | None, dict | None]] = {}
        # Blank cells come last: of several lines of one record they say nothing against a value.
        for placed, path in sorted(self._with_paths(), key=lambda pair: _is_blank(pair[0])):
            self._take(placed, path)
        state = self._evaluated(values, place)
        if self._drop_hidden(state):
            state = self._evaluated(values, place)
        return self._result(state)

    def _evaluated(self, values: SubjectValues, place: FinalRecord) -> FormState:
        record = {"items": self.items, "rows": self.rows}
        return evaluate_form(
            self.design, self.form.oid, record, values.filling(place), today=self.today, site=values.site
        )

    def _with_paths(self) -> Iterator[tuple[Placed, str]]:
        """Yield each cell with its item path, rows without key found by what they hold or made."""
        lines: dict[tuple[str, str], list[Placed]] = {}
        for placed in self.cells:
            if not placed.row:
                yield placed, placed.item.oid
            else:
                lines.setdefault((placed.group.oid, placed.row), []).append(placed)
        for (_group, row), cells in lines.items():
            if row.startswith("+") and all(_is_blank(each) for each in cells):
                self.reports += [CellReport(each.cell, Outcome.BLANK, placed=each) for each in cells]
                continue
            key, why = self._row_key(cells[0].group, row, cells)
            if key is None:
                self.reports += [CellReport(each.cell, Outcome.REJECTED, why, each) for each in cells]
                continue
            yield from ((each, item_path(each.item.oid, key)) for each in cells)

    def _row_key(self, group: ItemGroupDef, row: str, cells: list[Placed]) -> tuple[str | None, Words]:
        keys = self.rows.get(group.oid, [])
        used = self.held.used_rows.get(group.oid, set()) | set(keys)
        if row in keys:
            return row, NOTHING
        if not row.startswith("+"):
            if not _ROW_KEY.fullmatch(row):
                return None, words.bad_row(row)
            if row in used:
                return None, words.used_row(row)
        else:
            alike = self._like_row(group, cells)
            if alike:
                return alike, NOTHING
            row = str(max((int(key) for key in used), default=0) + 1)
        self.rows.setdefault(group.oid, []).append(row)
        return row, NOTHING

    def _like_row(self, group: ItemGroupDef, cells: list[Placed]) -> str | None:
        """Return a row of the held record with the same values, so that a file sent twice adds nothing."""
        wanted = {
            each.item: self._normal(each.item, self._entry(each))
            for each in cells
            if each.item.type != "derived"
        }
        for key in self.base["rows"].get(group.oid, []):
            if all(
                self._normal(item, self.base["items"].get(item_path(item.oid, key))) == form
                for item, form in wanted.items()
            ):
                return key
        return None

    def _entry(self, placed: Placed) -> dict:
        return entry_of(placed.cell, placed.item, self.design.codelist_of(placed.item), self.mapping)

    def _read(self, item: ItemDef, entry: Mapping | None) -> ItemReading:
        given = entry or {}
        codelist = self.design.codelist_of(item)
        return read_value(
            item,
            given.get("raw"),
            given.get("unit"),
            given.get("missing"),
            codelist=codelist,
            today=self.today,
        )

    def _understood(self, item: ItemDef, entry: Mapping) -> str:
        """Return the value as read, or as it stands where it cannot be read."""
        reading = self._read(item, entry)
        if reading.value is None:
            return shown(entry)
        value = reading.value if isinstance(reading.value, list) else str(reading.value)
        return shown({"raw": value, "unit": reading.unit if entry.get("unit") else None})

    def _normal(self, item: ItemDef, entry: Mapping | None) -> Any:
        return normal_form(item, self._read(item, entry))

    def _take(self, placed: Placed, path: str) -> None:
        """Put the cell into the record, or say why not."""
        item, held = placed.item, self.items.get(path)
        entry = self._entry(placed)
        before = shown(self.base["items"].get(path))
        report = CellReport(
            placed.cell,
            Outcome.UNCHANGED,
            placed=placed,
            path=path,
            before=before,
            after=self._understood(item, entry),
        )
        self.reports.append(report)
        if item.type == "derived":
            self.computed.append(report)
        elif is_empty(entry) and (self.mapping.blanks == "keep" or not before or path in self.changed):
            report.outcome, report.after = Outcome.BLANK, ""
        elif path in self.changed and self._normal(item, held) != self._normal(item, entry):
            first = next(each for each in self.reports if each.path == path)
            report.outcome, report.words = Outcome.REJECTED, words.stands_twice(first.cell.line)
        elif self._normal(item, held) != self._normal(item, entry):
            self._change(report, item, held, entry)

    def _change(self, report: CellReport, item: ItemDef, held: dict | None, entry: dict) -> None:
        problem = self._read(item, entry).problem
        if problem is not None and problem.level == "hard":
            report.outcome, report.words = Outcome.REJECTED, Words(problem.zh, problem.en)
            return
        if item.read_only and self.how == How.REVISED:
            report.outcome, report.words = Outcome.REJECTED, words.FROM_IMAGES
            return
        if report.path in self.held.closed_paths:
            report.outcome, report.words = Outcome.LOCKED, words.LOCKED
            return
        report.outcome, report.words = _taken(self.how, self.held.form)
        self.changed[report.path] = (held, None if is_empty(entry) else entry)
        if is_empty(entry):
            self.items.pop(report.path)
        else:
            self.items[report.path] = entry

    def _drop_hidden(self, state: FormState) -> bool:
        hidden = [path for path in self.changed if not state.visible.get(path)]
        for path in hidden:
            before, _after = self.changed.pop(path)
            self.items.pop(path, None)
            if before:
                self.items[path] = before
            self._reject(path, words.HIDDEN)
        return bool(hidden)

    def _reject(self, path: str, why: Words) -> None:
        for report in self.reports:
            if report.path == path and report.outcome not in (Outcome.REJECTED, Outcome.BLANK):
                report.outcome, report.words = Outcome.REJECTED, why

    def _result(self, state: FormState) -> FormPlan:
        for report in self.computed:
            self._compare_computed(report, state)
        if not self.changed:
            return FormPlan(self.reports)
        self._leave_out_empty_rows()
        lacking = [] if self.how == How.REVISED else state.unanswered
        if lacking:
            self._reject_all(lacking)
            return FormPlan(self.reports)
        self._attach_checks(state)
        record = shown_part({"items": self.items, "rows": self.rows}, state)
        return FormPlan(self.reports, self.how, record, self.base, self.changed, state)

    def _leave_out_empty_rows(self) -> None:
        """Leave out the new rows of which no cell was taken."""
        filled = {split_path(path)[1] for path in self.changed}
        for group, keys in self.rows.items():
            held = self.base["rows"].get(group, [])
            self.rows[group] = [key for key in keys if key in held or key in filled]

    def _reject_all(self, lacking: list[str]) -> None:
        labels = [self.design.item(path.partition("[")[0]).label for path in lacking]
        why = words.incomplete([each.zh for each in labels], [each.en for each in labels])
        for path in self.changed:
            self._reject(path, why)

    def _compare_computed(self, report: CellReport, state: FormState) -> None:
        item = report.placed.item  # type: ignore[union-attr]
        result = state.computed.get(report.path)
        value = result.value if result else None
        report.before = "" if value is None else str(value)
        if not report.cell.raw.strip():
            report.outcome = Outcome.BLANK
        elif not item.value:
            report.outcome, report.words = Outcome.REJECTED, words.FILLED
        elif value is not None and self._normal(item, {"raw": str(value)}) == self._normal(
            item, {"raw": report.cell.raw}
        ):
            report.outcome, report.words = Outcome.UNCHANGED, words.COMPUTED
        else:
            report.outcome, report.words = Outcome.REJECTED, words.computed_otherwise(report.before or "–")

    def _attach_checks(self, state: FormState) -> None:
        by_path = {each.path: each for each in self.reports if each.path in self.changed}
        for flag in state.flags:
            touched = [path for path in (flag.path, *flag.paths) if path in by_path]
            if touched:
                text = {"rule": flag.rule_oid, "zh": flag.message.zh, "en": flag.message.en}
                by_path[touched[0]].checks.append(text)
        for path, problem in state.problems.items():
            if path in by_path and problem.level != "hard":
                by_path[path].checks.append({"rule": problem.code, "zh": problem.zh, "en": problem.en})


def _is_blank(placed: Placed) -> bool:
    return not placed.cell.raw.strip() and not placed.cell.missing


def _taken(how: str, form: FormInstance | None) -> tuple[str, Words]:
    if how == How.REVISED:
        return Outcome.CHANGED, NOTHING
    if how == How.FIRST_PASS:
        return Outcome.FIRST_PASS, words.FIRST_PASS
    double = form is not None and form.entry_mode != FormInstance.EntryMode.SINGLE
    return Outcome.ACCEPTED, words.TRANSFERRED if double else NOTHING


def shown(entry: Mapping | None) -> str:
    """Return an entry as text for people: value and unit, or the missing code."""
    if is_empty(entry) or entry is None:
        return ""
    if entry.get("missing"):
        return str(entry["missing"])
    raw = entry["raw"]
    text = raw if isinstance(raw, str) else " | ".join(raw)
    return f"{text} {entry['unit']}" if entry.get("unit") else text
