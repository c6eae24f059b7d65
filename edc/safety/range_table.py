"""Reference ranges as a table of Excel or CSV: one line a range, every fault named by its cell."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from edc.design import written
from edc.design.items import Text
from edc.exchange.table_read import Line
from edc.safety.ranges import ANY_SEX, LabRange, overlaps

HEADINGS = ("site", "laboratory", "analyte", "unit", "sex", "age_from", "age_to", "low", "high", "valid_from")
NEEDED = ("site", "laboratory", "analyte", "valid_from")
SEXES = {"": ANY_SEX, "M": "M", "F": "F", "男": "M", "女": "F", "MALE": "M", "FEMALE": "F"}
OLDEST = 130


@dataclass(frozen=True)
class SiteRange:
    """A range with the OID of its site and the line of the file that it stands on."""

    site: str
    line: int
    range: LabRange


@dataclass(frozen=True)
class CellFault:
    """What is wrong at one cell, such as H3, and what to do."""

    cell: str
    text: Text


@dataclass(frozen=True)
class Known:
    """What a file may name: the OIDs of sites, and of each analyte the units that its items take."""

    sites: frozenset[str]
    units: Mapping[str, frozenset[str]]


class _Wrong(Exception):
    def __init__(self, zh: str, en: str) -> None:
        self.text = Text(zh, en)
        super().__init__(en)


def read_ranges(
    headings: Sequence[str], lines: Iterable[Line], known: Known, held: Mapping[str, Sequence[LabRange]]
) -> tuple[list[SiteRange], list[CellFault]]:
    """Return the ranges of a table and its faults; `held` are those in force by site OID."""
    columns = {name: place for place, name in enumerate(headings)}
    missing = [name for name in HEADINGS if name not in columns]
    if missing:
        names = ", ".join(missing)
        return [], [CellFault("A1", Text(f"缺少列：{names}", f"Columns are missing: {names}."))]
    found: list[SiteRange] = []
    faults: list[CellFault] = []
    for line in lines:
        reader = _LineReader(line, columns, known)
        made = reader.read()
        faults += reader.faults
        if made and not reader.faults:
            found.append(made)
    return found, faults + _clashes(found, held, columns)


class _LineReader:
    def __init__(self, line: Line, columns: Mapping[str, int], known: Known) -> None:
        self.line, self.columns, self.known = line, columns, known
        self.faults: list[CellFault] = []

    def read(self) -> SiteRange | None:
        for name in NEEDED:
            if not self.text(name):
                self.fault(name, "此列须填写", "Fill this cell in.")
        if self.faults:
            return None
        site, analyte, unit = self.text("site"), self.text("analyte").upper(), self.text("unit")
        self.check_names(site, analyte, unit)
        day, low, high = self.day(), self.number("low"), self.number("high")
        age_from, age_to = self.age("age_from"), self.age("age_to")
        sex = SEXES.get(self.text("sex").upper())
        if sex is None:
            self.fault("sex", "性别写 M、F 或留空", "Write M, F, or leave it empty for both.")
        self.check_order(low, high, age_from, age_to)
        if self.faults or day is None:
            return None
        laboratory = self.text("laboratory")
        made = LabRange(laboratory, analyte, unit, low, high, day, sex or "", age_from or 0, age_to)
        return SiteRange(site, self.line.number, made)

    def text(self, name: str) -> str:
        return self.line.cells.get(name, "").strip()

    def fault(self, name: str, zh: str, en: str) -> None:
        self.faults.append(CellFault(cell_name(self.columns[name], self.line.number), Text(zh, en)))

    def check_names(self, site: str, analyte: str, unit: str) -> None:
        if site not in self.known.sites:
            en = f"There is no site {site} for which you may import."
            self.fault("site", f"没有中心 {site}，或你不能为其导入", en)
        units = self.known.units.get(analyte)
        if units is None:
            names = ", ".join(sorted(self.known.units))
            en = f"No item holds {analyte}: use {names}."
            self.fault("analyte", f"本研究不采集 {analyte}，可用：{names}", en)
        elif unit not in units:
            names = ", ".join(sorted(units)) or "–"
            zh = f"单位 {unit or '（空）'} 不可用，可用：{names}"
            self.fault("unit", zh, f"The unit is not offered: use {names}.")

    def check_order(
        self, low: Decimal | None, high: Decimal | None, age_from: int | None, age_to: int | None
    ) -> None:
        if low is None and high is None and not self.faults:
            self.fault("low", "下限和上限至少填一个", "Give the lower or the upper limit.")
        if low is not None and high is not None and low >= high:
            self.fault("high", "上限须大于下限", "The upper limit must be above the lower.")
        if age_to is not None and age_to <= (age_from or 0):
            self.fault("age_to", "终止年龄须大于起始年龄", "The age to must be above the age from.")

    def number(self, name: str) -> Decimal | None:
        if not self.text(name):
            return None
        try:
            return written.number(self.text(name))
        except ValueError:
            self.fault(name, "应为数字，例如 3.5", "Must be a number such as 3.5.")
            return None

    def age(self, name: str) -> int | None:
        value = self.number(name)
        if value is None:
            return None
        if value != value.to_integral_value() or not 0 <= value <= OLDEST:
            self.fault(name, f"应为 0 到 {OLDEST} 的整数（岁）", f"Must be whole years from 0 to {OLDEST}.")
            return None
        return int(value)

    def day(self) -> date | None:
        try:
            return date.fromisoformat(written.day(self.text("valid_from")))
        except ValueError:
            self.fault("valid_from", "应为日期，例如 2026-01-01", "Must be a date such as 2026-01-01.")
            return None


def _clashes(
    found: Sequence[SiteRange], held: Mapping[str, Sequence[LabRange]], columns: Mapping[str, int]
) -> list[CellFault]:
    faults = []
    for site in sorted({each.site for each in found}):
        own = [each for each in found if each.site == site]
        lines = {id(each.range): each.line for each in own}
        for one, other in overlaps([*held.get(site, ()), *(each.range for each in own)]):
            if id(one) in lines:
                faults.append(_clash(cell_name(columns["laboratory"], lines[id(one)]), lines.get(id(other))))
    return faults


def _clash(cell: str, line: int | None) -> CellFault:
    if line is None:
        zh = "与已有范围重叠（同一实验室、项目、生效日、性别和年龄），先停用旧的，或改生效日"
        en = "It overlaps a range in force: withdraw that one, or give another day from which it holds."
    else:
        zh = f"与第 {line} 行重叠（同一实验室、项目、生效日、性别和年龄）"
        en = f"It overlaps line {line}: same laboratory, analyte and day, for the same sex and ages."
    return CellFault(cell, Text(zh, en))


def cell_name(column: int, line: int) -> str:
    """Return the name of a cell as a spreadsheet shows it: column 0 of line 3 is A3."""
    letters, rest = "", column + 1
    while rest:
        rest, letter = divmod(rest - 1, 26)
        letters = chr(65 + letter) + letters
    return f"{letters}{line}"
