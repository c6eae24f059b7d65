"""One value of a design in one cell, and back."""

import json
from collections.abc import Callable
from datetime import date, datetime
from typing import Any


class BadCell(ValueError):
    """What a cell holds cannot be read; ``zh`` and ``en`` say what to write."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


def to_cell(value: Any, kind: str) -> Any:
    """Return what the cell shows of a value; None for none."""
    if value is None:
        return None
    if kind == "list":
        return "; ".join(value)
    if kind == "units":
        return "; ".join(_unit(each) for each in value)
    return json.dumps(value, ensure_ascii=False) if kind == "json" else value


def _unit(unit: dict[str, Any]) -> str:
    shift = f" + {unit['offset']}" if unit.get("offset") else ""
    return f"{unit['unit']} = {unit['factor']}{shift}"


def from_cell(held: Any, kind: str) -> Any:
    """Return the value of a cell, None where it is empty; raise BadCell."""
    held = _unescaped(held)
    if held is None or held == "" or (isinstance(held, str) and not held.strip()):
        return None
    return _READERS[kind](held)


def _unescaped(held: Any) -> Any:
    """Take away the apostrophe that the export put before a text that begins as a formula would."""
    return held[1:] if isinstance(held, str) and held.startswith("'=") else held


def text(held: Any) -> str:
    """Return a cell as text: whole numbers without a point, days as ISO dates."""
    if isinstance(held, bool):
        return "true" if held else "false"
    if isinstance(held, datetime | date):
        return held.isoformat()[:10]
    if isinstance(held, float) and held.is_integer():
        return str(int(held))
    return str(held)


def _number(held: Any) -> int | float:
    if isinstance(held, bool):
        raise _bad_number()
    try:
        found = float(held)
    except (TypeError, ValueError):
        raise _bad_number() from None
    return int(found) if found.is_integer() else found


def _bad_number() -> BadCell:
    return BadCell("应为数字", "Write a number.")


def _whole(held: Any) -> int:
    found = _number(held)
    if not isinstance(found, int):
        raise BadCell("应为整数", "Write a whole number.")
    return found


def _flag(held: Any) -> bool:
    found = {"true": True, "1": True, "false": False, "0": False}.get(text(held).strip().lower())
    if found is None:
        raise BadCell("应为 TRUE 或 FALSE", "Write TRUE or FALSE.")
    return found


def _list(held: Any) -> list[str]:
    return [each for each in (part.strip() for part in text(held).replace("；", ";").split(";")) if each]


def _limit(held: Any) -> int | float | str:
    try:
        return _number(held)
    except BadCell:
        return text(held).strip()


def _units(held: Any) -> list[dict[str, Any]]:
    return [_one_unit(each) for each in _list(held)]


def _one_unit(written: str) -> dict[str, Any]:
    unit, _equals, numbers = written.rpartition(" = ")
    factor, _plus, shift = numbers.partition(" + ")
    try:
        found = {"unit": unit.strip(), "factor": _number(factor)}
        if shift:
            found["offset"] = _number(shift)
    except BadCell:
        unit = ""
    if not unit:
        zh = f"单位换算应写成“mg/dL = 17.1”，现为“{written}”"
        raise BadCell(zh, f"Write another unit as “mg/dL = 17.1”, not “{written}”.")
    return found


def _json(held: Any) -> Any:
    if not isinstance(held, str):
        return _number(held)
    try:
        return json.loads(held)
    except ValueError:
        raise BadCell("不是合法的 JSON", "Not valid JSON.") from None


_READERS: dict[str, Callable[[Any], Any]] = {
    "text": text,
    "number": _number,
    "whole": _whole,
    "flag": _flag,
    "list": _list,
    "limit": _limit,
    "units": _units,
    "json": _json,
}
