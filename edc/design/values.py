"""Reading what was entered for an item.

Canonical value, value in the standard unit, or what is wrong with it.
"""

import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Context, Decimal
from typing import Any

from edc.design import written
from edc.design.items import CodeList, ItemDef, Limits

MISSING_CODES = ("ND", "UNK", "NA", "NE")
_SAME_TO_DIGITS = Context(prec=12)
_YES_NO = {"Y": "Y", "YES": "Y", "是": "Y", "N": "N", "NO": "N", "否": "N"}
_MAX_LENGTH = {"text": 200, "long_text": 4000, "file": 400}


@dataclass(frozen=True)
class Problem:
    """What is wrong with a value; ``level`` hard (refused at submit) or soft (a query).

    ``meanings`` are the raw values to choose from where what was written may mean more than one.
    """

    code: str
    zh: str
    en: str
    level: str = "hard"
    meanings: tuple[str, ...] = ()


@dataclass(frozen=True)
class ItemReading:
    """One entry as understood.

    ``value`` is canonical: str, int, decimal string, ISO date or datetime, code, sorted list of codes, or
    None. ``standard_value`` is the same in the item's standard unit, ``unit`` the unit of ``value``.
    """

    raw: str | tuple[str, ...] | None = None
    value: Any = None
    standard_value: Any = None
    unit: str | None = None
    missing: str | None = None
    problem: Problem | None = None

    @property
    def is_empty(self) -> bool:
        """Whether neither a value nor a missing code was given."""
        return self.raw is None and self.missing is None


class _Unreadable(Exception):
    def __init__(self, code: str, zh: str, en: str, meanings: tuple[str, ...] = ()) -> None:
        self.problem = (code, zh, en)
        self.meanings = meanings
        super().__init__(en)


def read_value(
    item: ItemDef,
    raw: str | Sequence[str] | None,
    unit: str | None = None,
    missing: str | None = None,
    *,
    codelist: CodeList | None = None,
    today: date | None = None,
) -> ItemReading:
    """Read one entry; never raises: what cannot be read has ``value`` None and a hard ``problem``.

    ``today`` bounds dates whose limit is ``today``; without it such a limit is not checked.
    """
    if missing:
        known = missing in MISSING_CODES
        return ItemReading(missing=missing, problem=None if known else _told(item, *_bad_missing(missing)))
    held = _trimmed(raw)
    if held is None:
        return ItemReading()
    used = unit or item.unit
    try:
        value = _READERS.get(item.answer_type, _text)(item, held, codelist)
        standard = in_standard_unit(item, value, used) if item.is_number else value
    except _Unreadable as fault:
        told = replace(_told(item, *fault.problem), meanings=fault.meanings)
        return ItemReading(raw=held, unit=used, problem=told)
    problem = _limit_problem(item, standard, today) or _retired_problem(item, value, codelist)
    return ItemReading(held, value, standard, used if item.is_number else None, None, problem)


def _bad_missing(missing: str) -> tuple[str, str, str]:
    known = ", ".join(MISSING_CODES)
    return (
        "missing_code",
        f"缺失代码 {missing} 不可用，选 {known}",
        f"{missing} is no missing code: choose {known}.",
    )


def _told(item: ItemDef, code: str, zh: str, en: str, level: str = "hard") -> Problem:
    return Problem(code, f"{item.label.zh}：{zh}", f"{item.label.en}: {en}", level)


def _trimmed(raw: str | Sequence[str] | None) -> str | tuple[str, ...] | None:
    if raw is None or isinstance(raw, str):
        return (raw or "").strip() or None
    return tuple(each.strip() for each in raw if each.strip()) or None


def _one(raw: str | tuple[str, ...]) -> str:
    if isinstance(raw, str):
        return raw
    if len(raw) == 1:
        return raw[0]
    raise _Unreadable("one_value", "只可有一个值，删去其余", "Only one value is allowed: remove the others.")


def _text(item: ItemDef, raw: str | tuple[str, ...], codelist: CodeList | None) -> str:
    text = _one(raw).replace("\r\n", "\n")
    longest = item.max_length or _MAX_LENGTH.get(item.answer_type, 200)
    if len(text) > longest:
        raise _Unreadable(
            "too_long", f"最多 {longest} 字，缩短后再填", f"At most {longest} characters: shorten it."
        )
    if item.pattern:
        text = written.narrowed(text)
        if not re.fullmatch(item.pattern, text):
            raise _Unreadable(
                "pattern", f"格式应为 {item.pattern}，更正后再填", f"Must match {item.pattern}: correct it."
            )
    return text


def _float(item: ItemDef, raw: str | tuple[str, ...], codelist: CodeList | None) -> str:
    try:
        return written.decimal_text(written.number(_one(raw)))
    except written.TwoMeanings as doubt:
        raise _doubtful(doubt) from None
    except ValueError:
        raise _Unreadable(
            "not_a_number", "应为数字，例如 1.4；更正", "Must be a number such as 1.4: correct it."
        ) from None


def _doubtful(doubt: written.TwoMeanings) -> _Unreadable:
    offered = " / ".join(doubt.meanings)
    return _Unreadable(
        "two_meanings",
        f"“{doubt}”的含义不明确，选择：{offered}",
        f"{doubt} may be read in more than one way: choose {offered}.",
        doubt.meanings,
    )


def _integer(item: ItemDef, raw: str | tuple[str, ...], codelist: CodeList | None) -> int:
    value = Decimal(_float(item, raw, codelist))
    if value != value.to_integral_value():
        raise _Unreadable("not_an_integer", "应为整数，更正后再填", "Must be a whole number: correct it.")
    return int(value)


def _date(item: ItemDef, raw: str | tuple[str, ...], codelist: CodeList | None) -> str:
    readers = {"date": written.day, "partial_date": written.partial_day, "datetime": written.moment}
    examples = {
        "date": "2024-03-12",
        "partial_date": "2024-03-12 / 2024-03 / 2024",
        "datetime": "2024-03-12 14:30",
    }
    try:
        return readers[item.answer_type](_one(raw))
    except written.TwoMeanings as doubt:
        raise _doubtful(doubt) from None
    except ValueError:
        example = examples[item.answer_type]
        raise _Unreadable(
            "not_a_date", f"应为存在的日期，写成 {example}", f"Must be an existing date, written {example}."
        ) from None


def _yes_no(item: ItemDef, raw: str | tuple[str, ...], codelist: CodeList | None) -> str:
    found = _YES_NO.get(written.narrowed(_one(raw)).upper())
    if found is None:
        raise _Unreadable("not_yes_no", "选择是或否", "Choose yes or no.")
    return found


def _code(item: ItemDef, raw: str | tuple[str, ...], codelist: CodeList | None) -> str:
    return _code_of(_one(raw), codelist)


def _code_of(raw: str, codelist: CodeList | None) -> str:
    plain = written.narrowed(raw)
    if codelist is None or not codelist.items or plain in codelist.codes:
        return plain
    alike = {each.code for each in codelist.items if each.code.casefold() == plain.casefold()}
    if len(alike) != 1:
        raise _Unreadable(
            "not_a_code", f"“{raw}”不在选项中，重选", f"{raw} is not one of the choices: choose again."
        )
    return alike.pop()


def _multi(item: ItemDef, raw: str | tuple[str, ...], codelist: CodeList | None) -> list[str]:
    chosen = (raw,) if isinstance(raw, str) else raw
    return sorted({_code_of(each, codelist) for each in chosen})


_READERS: dict[str, Any] = {
    "float": _float,
    "integer": _integer,
    "date": _date,
    "partial_date": _date,
    "datetime": _date,
    "yes_no": _yes_no,
    "code": _code,
    "multi": _multi,
}


def in_standard_unit(item: ItemDef, value: Any, unit: str | None) -> Any:
    """Convert a canonical number to the item's standard unit, exactly.

    A problem for a unit that is not offered.
    """
    if unit is None or unit == item.unit:
        return value
    factor = next((each for each in item.units if each.unit == unit and not item.fixed_unit), None)
    if factor is None:
        offered = ", ".join(item.offered_units) or "–"
        raise _Unreadable(
            "unit",
            f"单位 {unit} 不可用，可选：{offered}",
            f"The unit {unit} is not offered: choose {offered}.",
        )
    converted = Decimal(str(value)) * Decimal(repr(factor.factor)) + Decimal(repr(factor.offset))
    return written.decimal_text(converted)


def _limit_problem(item: ItemDef, standard: Any, today: date | None) -> Problem | None:
    for level, limits in (("hard", item.hard), ("soft", item.soft)):
        if limits and not _within(item, standard, limits, today):
            bounds, unit = _bounds(limits), f" {item.unit}" if item.unit else ""
            zh = f"{_shown(standard)}{unit} 超出 {bounds}，核对" + ("并更正。" if level == "hard" else "。")
            todo = "correct it" if level == "hard" else "check it against the source"
            return _told(
                item, f"{level}_limit", zh, f"{_shown(standard)}{unit} is outside {bounds}: {todo}.", level
            )
    return None


def _bounds(limits: Limits) -> str:
    low, high = (_shown(each) if each is not None else "…" for each in (limits.min, limits.max))
    return f"{low} – {high}"


def _shown(value: Any) -> str:
    return format(value, "g") if isinstance(value, float) else str(value)


def _within(item: ItemDef, value: Any, limits: Limits, today: date | None) -> bool:
    if item.is_number:
        held = Decimal(str(value))
        return not (
            (limits.min is not None and held < Decimal(str(limits.min)))
            or (limits.max is not None and held > Decimal(str(limits.max)))
        )
    if not item.is_date:
        return True
    first, last = written.first_and_last_day(value[:10])
    low, high = (_day(each, today) for each in (limits.min, limits.max))
    return not ((low and last < low) or (high and first > high))


def _day(limit: float | str | None, today: date | None) -> date | None:
    if limit == "today":
        return today
    return date.fromisoformat(str(limit)) if limit else None


def _retired_problem(item: ItemDef, value: Any, codelist: CodeList | None) -> Problem | None:
    chosen = value if isinstance(value, list) else [value]
    retired = (
        [each.code for each in codelist.items if each.retired and each.code in chosen] if codelist else []
    )
    if not retired:
        return None
    shown = ", ".join(retired)
    return _told(
        item,
        "retired_code",
        f"选项 {shown} 已停用，改选",
        f"The choice {shown} is retired: choose another.",
        "soft",
    )


def heard(item: ItemDef, reading: ItemReading) -> tuple[str, str | None] | None:
    """Return what was understood with its unit, where that is not plainly what was typed; else None.

    A number in another unit is given in the item's standard unit, a time in China Standard Time.
    """
    if reading.value is None or not isinstance(reading.raw, str):
        return None
    if item.is_number:
        converted = reading.unit != item.unit
        plain = re.fullmatch(r"[+-]?[0-9]*\.?[0-9]*", reading.raw)
        return (str(reading.standard_value), item.unit) if converted or not plain else None
    if not item.is_date:
        return None
    text = str(reading.value)
    if item.answer_type == "datetime":
        there = datetime.fromisoformat(text).astimezone(written.CHINA_TIME)
        text = there.strftime("%Y-%m-%d %H:%M:%S").removesuffix(":00")
    return None if text == reading.raw else (text, None)


def normal_form(item: ItemDef, reading: ItemReading) -> Hashable:
    """Return the key by which two passes are compared: equal keys mean agreement.

    None for an item left empty.

    Numbers compare in the standard unit to 12 digits, times as instants, texts without regard to width
    and blanks.
    """
    if reading.missing:
        return ("missing", reading.missing)
    if reading.is_empty:
        return None
    if reading.value is None:
        parts = (reading.raw,) if isinstance(reading.raw, str) else reading.raw or ()
        return ("raw", *(written.narrowed(each) for each in parts))
    if item.is_number:
        rounded = _SAME_TO_DIGITS.plus(Decimal(str(reading.standard_value)))
        return ("number", written.decimal_text(rounded))
    if item.answer_type == "datetime":
        return ("datetime", datetime.fromisoformat(reading.value).astimezone(UTC).isoformat())
    if isinstance(reading.value, list):
        return ("multi", *reading.value)
    return (item.answer_type, written.narrowed(str(reading.value)))
