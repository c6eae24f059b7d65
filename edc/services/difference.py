"""What kind of slip makes two entries differ: the person who resolves sees it beside the values. Pure."""

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from edc.design.items import ItemDef

_DATE_PARTS = re.compile(r"\d+")


def kind_of(item: ItemDef, one: Mapping | None, two: Mapping | None) -> str:
    """Return the kind of a difference, one of `Disagreement.Kind` but never `row`."""
    missing = ((one or {}).get("missing") or "", (two or {}).get("missing") or "")
    raws = (_text(one), _text(two))
    if missing[0] and missing[1]:
        return "missing_code"
    if not raws[0] or not raws[1]:
        return "missing_one"
    if item.is_number:
        return _number_kind(raws, _units(one, two))
    if item.is_date:
        return "date_swap" if _is_date_swap(*raws) else _swapped(raws)
    return _swapped(raws)


def _text(entry: Mapping | None) -> str:
    raw = (entry or {}).get("raw") or ""
    text = "|".join(sorted(map(str, raw))) if isinstance(raw, list | tuple) else str(raw)
    return unicodedata.normalize("NFKC", text).strip()


def _units(one: Mapping | None, two: Mapping | None) -> tuple[str, str]:
    return ((one or {}).get("unit") or "", (two or {}).get("unit") or "")


def _number_kind(raws: tuple[str, str], units: tuple[str, str]) -> str:
    if units[0] != units[1]:
        return "unit"
    try:
        first, second = Decimal(raws[0]), Decimal(raws[1])
    except InvalidOperation:
        return _swapped(raws)
    if first and second and _is_power_of_ten(first / second):
        return "magnitude"
    return _swapped(raws)


def _is_power_of_ten(ratio: Decimal) -> bool:
    digits = ratio.normalize().as_tuple()
    return ratio > 0 and digits.digits == (1,)


def _swapped(raws: tuple[str, str]) -> str:
    return "transposition" if is_transposition(*raws) else "value"


def is_transposition(one: str, two: str) -> bool:
    """Tell whether two texts of equal length differ by two neighbouring characters in exchanged order."""
    if len(one) != len(two):
        return False
    places = [i for i, (a, b) in enumerate(zip(one, two, strict=True)) if a != b]
    if len(places) != 2 or places[1] - places[0] != 1:
        return False
    i, j = places
    return one[i] == two[j] and one[j] == two[i]


def _is_date_swap(one: str, two: str) -> bool:
    """Tell whether year agrees while day and month are exchanged."""
    first, second = _DATE_PARTS.findall(one)[:3], _DATE_PARTS.findall(two)[:3]
    numbers = [[int(part) for part in parts] for parts in (first, second)]
    if any(len(parts) != 3 for parts in numbers):
        return False
    (year1, month1, day1), (year2, month2, day2) = numbers
    return year1 == year2 and month1 != day1 and (month1, day1) == (day2, month2)
