"""Grades of laboratory values: each published condition, read anew here, on both sides of its limits."""

import json
import re
from decimal import Decimal
from functools import cache
from itertools import product
from pathlib import Path

import pytest

from edc.safety.grading import Measured, grade_of, lab_terms, terms_of
from edc.safety.terminology import ctcae

SHARED = Path(__file__).resolve().parents[4] / "shared" / "studies"
LOW, HIGH = Decimal("10"), Decimal("40")
TINY = Decimal("0.001")
CODES = ("GRADE_NA_CODE", *(f"GRADE_{n}_CODE" for n in "4321"))


@pytest.fixture(scope="module")
def published():
    path = SHARED / "ctcae_v5_lab_grading_admiral.json"
    if not path.exists():
        pytest.skip("needs the folder ../shared/studies beside the checkout")
    return json.loads(path.read_text(encoding="utf-8"))


def said(row, measured):
    """Return what the published code of R says: NA as None, else the grade; 0 where no condition holds."""
    names = {
        "AVAL": measured.value, "ANRLO": measured.low, "ANRHI": measured.high, "BASE": measured.base,
        "PCHG": measured.change, "high": measured.baseline_high,
    }  # fmt: skip
    for condition, grade in clauses_of("".join(f"{row.get(name) or ''}, " for name in CODES)):
        if evaluated(condition, names):
            return None if grade.startswith("NA") else int(grade.strip('"'))
    return 0


@cache
def clauses_of(code):
    return re.findall(r"[, ]*(.+?) ~ (NA_character_|\"\d\")", code)


def evaluated(condition, names):
    """Evaluate one condition of R; a comparison with what is not known does not hold."""
    try:
        return eval(compiled(condition), {"Decimal": Decimal}, names)  # noqa: S307 - published, in a test
    except TypeError:
        return False


@cache
def compiled(condition):
    code = re.sub(r"signif\((.+?), signif_dig\)", r"(\1)", condition.strip())
    code = re.sub(r"is\.na\((\w+)\)", r"(\1 is None)", code).replace("BNRIND %in% high_indicator", "high")
    code = re.sub(r"!(?=\()", " not ", code).replace("&", " and ").replace("|", " or ")
    code = re.sub(r"(?<![\w.])(\d+\.?\d*)", r"Decimal('\1')", code)
    return compile(code.strip(), "published", "eval")


def numbers_of(row):
    text = " ".join(str(row.get(f"GRADE_{n}_CODE", "")) for n in "4321")
    return {Decimal(each) for each in re.findall(r"(?<![\w.\"])\d+(?:\.\d+)?", text)}


def range_of(row):
    """Return a range of the laboratory in which a value may lie outside it and inside the absolute limits."""
    numbers = numbers_of(row) | {Decimal(1)}
    if not row.get("UNIT_CHECK") and row["VAR_CHECK"] not in ("AVAL, ANRLO", "AVAL, ANRHI"):
        return LOW, HIGH
    return (
        (max(numbers) * 2, max(numbers) * 3)
        if row["DIRECTION"] == "L"
        else (min(numbers) / 3, min(numbers) / 2)
    )


def values_round(row, low, high):
    """Return each number of the conditions, alone and times each reference, with its two neighbours."""
    numbers = numbers_of(row) | {Decimal(1)}
    bases = {low, high, *bases_of(low, high)}
    limits = numbers | {n * base for n, base in product(numbers, bases)}
    limits |= {base + n for n, base in product(numbers, bases)}
    limits |= {base * (100 - n) / 100 for n, base in product(numbers, bases) if n < 100}
    return sorted({limit + step for limit in limits for step in (-TINY, 0, TINY) if limit + step > 0})


def bases_of(low, high):
    """Return a value before treatment below, in and above the range."""
    return (low * Decimal("0.8"), (low + high) / 2, high * Decimal("1.5"))


def situations(value, low, high):
    known = [(low, high), (None, None), (low, None), (None, high)]
    for (lower, upper), base in product(known, [None, *bases_of(low, high)]):
        yield Measured(value, lower, upper, base, base is not None and base > high)


def test_the_table_has_each_term_once_and_all_are_terms_of_ctcae(published):
    assert len(lab_terms()) == len(published) == 40
    assert [each.term for each in lab_terms() if ctcae().term(each.term) is None] == []


@pytest.mark.parametrize("place", range(40))
def test_every_published_condition_gives_the_same_grade_on_both_sides_of_each_limit(published, place):
    row, term = published[place], lab_terms()[place]
    assert row["TERM"].removesuffix(" (Ionized)") == term.term
    assert (row.get("UNIT_CHECK") or "").lower() == (term.unit or "").lower()
    seen = set()
    low, high = range_of(row)
    for value in values_round(row, low, high):
        for measured in situations(value, low, high):
            found = grade_of(term, measured)
            grade = found.grade if found else None
            assert grade == said(row, measured), (term.term, measured)
            seen.add(grade)
    assert {n for n in (1, 2, 3, 4) if row.get(f"GRADE_{n}_CODE")} <= seen


@pytest.mark.parametrize("place", range(40))
def test_no_grade_is_proposed_that_the_term_has_not(place):
    term = lab_terms()[place]
    assert {str(rule.grade) for rule in term.grades} <= set(ctcae().term(term.term).grades)


@pytest.mark.parametrize(
    ("value", "base", "high", "grade"),
    [
        # CTCAE 5.0, alanine aminotransferase: limits by the range where the baseline was normal …
        ("40", "30", False, 0), ("40.1", "30", False, 1), ("120", "30", False, 1), ("120.1", "30", False, 2),
        ("800", "30", False, 3), ("800.1", "30", False, 4),
        # … and by the baseline where it was above the range: 80 is twice the upper limit of 40.
        ("119.9", "80", True, 0), ("120", "80", True, 1), ("240", "80", True, 1), ("240.1", "80", True, 2),
        ("400.1", "80", True, 3), ("1600.1", "80", True, 4),
    ],
)  # fmt: skip
def test_alt_is_graded_by_the_baseline_where_that_was_abnormal(value, base, high, grade):
    (term,) = terms_of("ALT")
    found = grade_of(term, Measured(Decimal(value), None, HIGH, Decimal(base), high))
    assert found.grade == grade
