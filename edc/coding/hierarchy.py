"""A dictionary as one table of terms that name their parent: WHODrug, ATC, ICD-10 or a study's own."""

from collections.abc import Iterable, Sequence
from typing import Final

from edc.coding.terms import Class, Term
from edc.exchange.faults import FileFault
from edc.exchange.table_read import Line

HEADINGS: Final = ("code", "level", "name_zh", "name_en", "parent", "current")
NEEDED: Final = ("code", "level", "parent")
_NO: Final = frozenset({"n", "no", "false", "0", "否"})


def read_hierarchy(headings: Sequence[str], lines: Iterable[Line]) -> dict[str, Term]:
    """Return the terms by code with the classes above them; raise FileFault naming the line at fault."""
    missing = [name for name in NEEDED if name not in headings]
    if missing or not {"name_zh", "name_en"} & set(headings):
        names = ", ".join([*missing, "name_zh / name_en"])
        raise FileFault(f"缺少列：{names}", f"Columns are missing: {names}.", "line 1")
    rows: dict[str, Line] = {}
    for line in lines:
        code = _cell(line, "code")
        _check(line, code, rows)
        rows[code] = line
    if not rows:
        raise FileFault("文件中没有术语", "The file holds no term.")
    return {code: _term(code, line, rows) for code, line in rows.items()}


def _cell(line: Line, name: str) -> str:
    return line.cells.get(name, "").strip()


def _check(line: Line, code: str, rows: dict[str, Line]) -> None:
    place = f"line {line.number}"
    if not code or not _cell(line, "level") or not (_cell(line, "name_zh") or _cell(line, "name_en")):
        raise FileFault(
            "须有代码、级别和至少一个名称", "A code, a level and at least one name are needed.", place
        )
    if code in rows:
        raise FileFault(f"代码重复：{code}", f"The code stands twice: {code}.", place)


def _term(code: str, line: Line, rows: dict[str, Line]) -> Term:
    path: list[Class] = []
    seen, parent = {code}, _cell(line, "parent")
    while parent:
        if parent in seen or parent not in rows:
            raise FileFault(
                f"上级 {parent} 不存在或成环", f"Parent {parent} is not in the file, or goes in a circle.",
                f"line {line.number}",
            )  # fmt: skip
        above = rows[parent]
        path.insert(0, Class(_cell(above, "level"), parent, _cell(above, "name_zh"), _cell(above, "name_en")))
        seen.add(parent)
        parent = _cell(above, "parent")
    current = _cell(line, "current").casefold() not in _NO
    names = _cell(line, "name_zh"), _cell(line, "name_en")
    return Term(code, _cell(line, "level"), *names, tuple(path), current)
