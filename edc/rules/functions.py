"""The functions that rules may call: how each is typed and what it does.

Numbers arrive as floats, dates as midnight UTC of the calendar day. A function that has no answer raises
ValueError, which makes the rule not evaluable.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from edc.rules import scores
from edc.rules.kinds import BOOL, DATE, NUMBER, TEXT, YES_NO, Kind
from edc.safety.terminology import has_grade


@dataclass(frozen=True)
class Function:
    """A plain function: the kinds of its arguments, of its result, and the Python that does it."""

    arguments: tuple[Kind, ...]
    result: Kind
    does: Callable[..., Any]


def days(later: datetime, earlier: datetime) -> float:
    return float((later.date() - earlier.date()).days)


def years(later: datetime, earlier: datetime) -> float:
    """Return completed years; a birthday on 29 February is reached on 1 March of other years."""
    before_birthday = (later.month, later.day) < (earlier.month, earlier.day)
    return float(later.year - earlier.year - before_birthday)


def add_days(day: datetime, number: float) -> datetime:
    return day + timedelta(days=math.floor(number))


def rounded(value: float, digits: float) -> float:
    return scores.round_half_up(value, int(digits))


def smallest(values: list[Any]) -> Any:
    return min(values)


def largest(values: list[Any]) -> Any:
    return max(values)


def mean(values: list[float]) -> float:
    if not values:
        raise ValueError("an empty list has no mean")
    return math.fsum(values) / len(values)


def total(values: list[float]) -> float:
    return math.fsum(values)


def count(values: list[Any]) -> float:
    return float(len(values))


def first(values: list[Any]) -> Any:
    return values[0]


def last(values: list[Any]) -> Any:
    return values[-1]


def distinct(values: list[Any]) -> list[Any]:
    return list(dict.fromkeys(values))


def matches(text: str, pattern: str) -> bool:
    return re.search(pattern, text) is not None


def yn(condition: bool) -> str:
    return "Y" if condition else "N"


def earliest(partial: str) -> datetime:
    """Return the first day that a partial date ``YYYY[-MM[-DD]]`` may mean."""
    year, month, day = (*partial.split("-"), "01", "01")[:3]
    return datetime.fromisoformat(f"{year}-{month}-{day}T00:00:00+00:00")


def latest(partial: str) -> datetime:
    """Return the last day that a partial date may mean."""
    start = earliest(partial)
    if partial.count("-") == 2:
        return start
    next_month = start.month % 12 + 1 if partial.count("-") == 1 else 1
    turns_year = partial.count("-") == 0 or start.month == 12
    return start.replace(year=start.year + turns_year, month=next_month, day=1) - timedelta(days=1)


_N, _T, _B = NUMBER, TEXT, BOOL
_STAGES = frozenset({"IA1", "IA2", "IA3", "IB", "IIA", "IIB", "IIIA", "IIIB", "IIIC", "IVA", "IVB"})


def _codes(*codes: str) -> Kind:
    return Kind("text", codes=frozenset(codes))


FUNCTIONS: dict[str, Function] = {
    "days": Function((DATE, DATE), _N, days),
    "years": Function((DATE, DATE), _N, years),
    "add_days": Function((DATE, _N), DATE, add_days),
    "number": Function((_T,), _N, float),
    "abs": Function((_N,), _N, abs),
    "ln": Function((_N,), _N, math.log),
    "log10": Function((_N,), _N, math.log10),
    "exp": Function((_N,), _N, math.exp),
    "sqrt": Function((_N,), _N, math.sqrt),
    "floor": Function((_N,), _N, lambda value: float(math.floor(value))),
    "ceil": Function((_N,), _N, lambda value: float(math.ceil(value))),
    "pow": Function((_N, _N), _N, math.pow),
    "mod": Function((_N, _N), _N, math.fmod),
    "round": Function((_N, _N), _N, rounded),
    "matches": Function((_T, _T), _B, matches),
    "yn": Function((_B,), YES_NO, yn),
    "child_pugh_points": Function((_N, _N, _N, _T, _T), _N, scores.child_pugh_points),
    "child_pugh_class": Function((_N,), _codes("A", "B", "C"), scores.child_pugh_class),
    "albi": Function((_N, _N), _N, scores.albi),
    "malbi_grade": Function((_N,), _codes("1", "2A", "2B", "3"), scores.malbi_grade),
    "meld": Function((_N, _N, _N, _B), _N, scores.meld),
    "meld_na": Function((_N, _N, _N, _B, _N), _N, scores.meld_na),
    "meld3": Function((_B, _N, _N, _N, _N, _N), _N, scores.meld3),
    "egfr_ckd_epi_2021": Function((_N, _N, _B), _N, scores.egfr_ckd_epi_2021),
    "fib4": Function((_N, _N, _N, _N), _N, scores.fib4),
    "crafity": Function((_N, _N), _N, scores.crafity),
    "tumour_count": Function((_T,), _N, scores.tumour_count),
    "exact_tumour_count": Function((_T,), _N, scores.exact_tumour_count),
    "milan": Function((_N, _N, _B, _B), _B, scores.milan),
    "up_to_seven": Function((_N, _N), _B, scores.up_to_seven),
    "tbs": Function((_N, _N), _N, scores.tbs),
    "bclc": Function((_N, _N, _N, _B, _B, _B), _codes("0", "A", "B", "C", "D"), scores.bclc),
    "cnlc": Function((_N, _T, _N, _N, _B, _B), _codes("1A", "1B", "2A", "2B", "3A", "3B", "4"), scores.cnlc),
    "nsclc_stage": Function((_T, _T, _T, _T), Kind("text", codes=_STAGES), scores.nsclc_stage),
    "ctcae_has_grade": Function((_T, _T), _B, has_grade),
}

LIST_FUNCTIONS: dict[str, Callable[[list[Any]], Any]] = {
    "min": smallest,
    "max": largest,
    "sum": total,
    "mean": mean,
    "count": count,
    "first": first,
    "last": last,
    "distinct": distinct,
}
PARTIAL_FUNCTIONS: dict[str, Callable[[str], datetime]] = {"earliest": earliest, "latest": latest}
IMPLEMENTATIONS: dict[str, Callable[..., Any]] = {
    **{name: each.does for name, each in FUNCTIONS.items()},
    **LIST_FUNCTIONS,
    **PARTIAL_FUNCTIONS,
}
