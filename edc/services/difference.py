"""What kind of slip makes two entries differ: the person who resolves sees it beside the values. Pure."""

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal

from edc.design.items import ItemDef
from edc.design.values import ItemReading, read_value
from edc.services.keyboard import is_neighbour_slip

_DATE_PARTS = re.compile(r"\d+")
# What is typed key by key; a choice from a list has no digits to exchange.
_TYPED = frozenset({"integer", "float", "date", "partial_date", "datetime", "text", "long_text"})


def kind_of(item: ItemDef, one: Mapping | None, two: Mapping | None) -> str:
    """Return the kind of a difference, one of `Disagreement.Kind` but never `row` or `row_shift`.

    Numbers in different units with the same digits differ in the unit; otherwise they are compared in the
    item's standard unit, so a factor of ten is one whatever the units. Dates are compared as understood.
    """
    missing = ((one or {}).get("missing") or "", (two or {}).get("missing") or "")
    raws = (raw_text(one), raw_text(two))
    if missing[0] and missing[1]:
        return "missing_code"
    if not raws[0] or not raws[1]:
        return "missing_one"
    if item.answer_type not in _TYPED:
        return "value"
    readings = (_reading(item, one), _reading(item, two))
    if item.is_number:
        found = _number_kind(raws, readings)
    else:
        found = "date_swap" if item.is_date and _is_date_swap(*map(_understood, readings)) else ""
    return found or _slip(raws, (_understood(readings[0]), _understood(readings[1])))


def raw_text(entry: Mapping | None) -> str:
    """Return what was typed, in half width and without blanks around; codes of a list in order."""
    raw = (entry or {}).get("raw") or ""
    text = "|".join(sorted(map(str, raw))) if isinstance(raw, list | tuple) else str(raw)
    return unicodedata.normalize("NFKC", text).strip()


def _reading(item: ItemDef, entry: Mapping | None) -> ItemReading:
    given = entry or {}
    return read_value(item, given.get("raw"), given.get("unit"), None)


def _understood(reading: ItemReading) -> str:
    return str(reading.value if reading.value is not None else reading.raw or "")


def _number_kind(raws: tuple[str, str], readings: tuple[ItemReading, ItemReading]) -> str:
    one, two = readings
    other_unit = one.unit != two.unit
    if other_unit and (raws[0] == raws[1] or None not in (one.value, two.value) and one.value == two.value):
        return "unit"
    if one.standard_value is not None and two.standard_value is not None:
        first, second = Decimal(str(one.standard_value)), Decimal(str(two.standard_value))
        if first and second and _is_power_of_ten(first / second):
            return "magnitude"
    return "unit" if other_unit else ""


def _is_power_of_ten(ratio: Decimal) -> bool:
    digits = ratio.normalize().as_tuple()
    return ratio > 0 and digits.digits == (1,)


def _slip(raws: tuple[str, str], understood: tuple[str, str]) -> str:
    """Return the slip of the fingers, as typed or as understood: 12.50 and 12.05 show it only as typed."""
    pairs = (raws, understood)
    if any(is_transposition(*pair) for pair in pairs):
        return "transposition"
    return "neighbour_key" if any(is_neighbour_slip(*pair) for pair in pairs) else "value"


def is_transposition(one: str, two: str) -> bool:
    """Tell whether two texts of equal length differ by two neighbouring characters in exchanged order; a
    decimal point between them does not part them.
    """
    if len(one) == len(two) and one.find(".") == two.find("."):
        one, two = one.replace(".", "", 1), two.replace(".", "", 1)
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
