"""The reader never takes one value for another: it understands, asks, or refuses."""

import re
import unicodedata
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edc.design.items import ItemDef, Text, UnitFactor
from edc.design.values import heard, read_value

LABEL = Text("总胆红素", "Bilirubin")
NUMBER = ItemDef("IT.X.A", "A", LABEL, "float", unit="umol/L", units=(UnitFactor("mg/dL", 17.1),))
DAY = ItemDef("IT.X.D", "D", LABEL, "date")
PARTIAL = ItemDef("IT.X.P", "P", LABEL, "partial_date")
MOMENT = ItemDef("IT.X.T", "T", LABEL, "datetime")
# Full-width digits, point and hyphen, and the Chinese comma.
WIDE = {ord(each): ord(each) + 0xFEE0 for each in "0123456789.,-"}
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))
SHAPES = {
    "2024-03-05": lambda day: day.isoformat(),
    "2024/3/5": lambda day: f"{day.year}/{day.month}/{day.day}",
    "2024.3.5": lambda day: f"{day.year}.{day.month}.{day.day}",
    "20240305": lambda day: f"{day:%Y%m%d}",
    "2024年3月5日": lambda day: f"{day.year}年{day.month}月{day.day}日",
    "2024 年 3 月 5 号": lambda day: f"{day.year} 年 {day.month} 月 {day.day} 号",
    "5-Mar-2024": lambda day: f"{day.day}-{MONTHS[day.month - 1]}-{day.year}",
    "05MAR2024": lambda day: f"{day.day:02}{MONTHS[day.month - 1].upper()}{day.year}",
    "Mar 5, 2024": lambda day: f"{MONTHS[day.month - 1]} {day.day}, {day.year}",
}
EITHER = {
    "05/03/2024": lambda day: f"{day:%d/%m/%Y}",
    "03/05/2024": lambda day: f"{day:%m/%d/%Y}",
    "5.3.2024": lambda day: f"{day.day}.{day.month}.{day.year}",
}


@pytest.mark.parametrize("shape", SHAPES)
@given(day=DAYS, wide=st.booleans())
def test_a_day_in_any_shape_is_that_day(shape, day, wide):
    raw = SHAPES[shape](day)
    reading = read_value(DAY, f" {raw.translate(WIDE) if wide else raw} ")
    assert reading.value == day.isoformat()


@pytest.mark.parametrize("shape", EITHER)
@given(day=DAYS)
def test_a_day_with_the_year_last_is_understood_or_asked(shape, day):
    reading = read_value(DAY, EITHER[shape](day))
    if reading.value is None:
        assert reading.problem.code == "two_meanings"
        assert day.isoformat() in reading.problem.meanings
        assert all(read_value(DAY, each).value == each for each in reading.problem.meanings)
    else:
        assert reading.value == day.isoformat()
        assert day.day > 12 or day.day == day.month


def test_an_ambiguous_day_offers_both_days_and_keeps_the_time():
    assert read_value(DAY, "03/05/2024").problem.meanings == ("2024-05-03", "2024-03-05")
    assert read_value(MOMENT, "03/05/2024 8:30").problem.meanings == ("2024-05-03 8:30", "2024-03-05 8:30")


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("2024年", "2024"),
        ("2024年3月不详", "2024-03"),
        ("2024年不详", "2024"),
        ("2024-03-??", "2024-03"),
        ("UK-Mar-2024", "2024-03"),
        ("Mar 2024", "2024-03"),
        ("03/2024", "2024-03"),
        ("2024年3月", "2024-03"),
    ],
)
def test_a_partial_day_keeps_what_is_known(raw, value):
    assert read_value(PARTIAL, raw).value == value
    assert read_value(DAY, raw).value is None


@given(st.decimals(-(10**9), 10**9, places=3), st.booleans(), st.sampled_from(["", ",", " "]))
def test_a_number_with_separators_is_that_number(number, wide, mark):
    raw = f"{number:,f}".replace(",", mark)
    assert Decimal(read_value(NUMBER, raw.translate(WIDE) if wide else raw).value) == number


@given(st.integers(-999_999, 999_999), st.integers(0, 99_999).map(lambda part: f"{part:05}"[:4]))
def test_a_decimal_comma_is_asked_or_separates_thousands(whole, part):
    reading = read_value(NUMBER, f"{whole},{part}")
    assert reading.value is None
    assert f"{whole}.{part}" in reading.problem.meanings


@pytest.mark.parametrize(
    "raw", ["1 5", "10⁹", "5³", "H₂", "0,500.5", "1,00", "1, 000", "12,5 6", "½", "<5", "5-"]
)
def test_what_would_become_another_number_is_not_read(raw):
    assert read_value(NUMBER, raw).value is None


@given(st.text("0123456789 .,，。-+eE²⁹₂0９年月/<", min_size=1, max_size=12))
def test_no_digit_is_lost_or_gained(raw):
    """An independent reading: the digits typed, and no others, stand in the value in their order."""
    reading = read_value(NUMBER, raw)
    if reading.value is None:
        return
    assert not any("<su" in unicodedata.decomposition(each) for each in raw)
    mantissa, *_exponent = re.split("[eE]", raw)
    typed = "".join(str(unicodedata.digit(each)) for each in mantissa if each.isdigit())
    assert re.sub(r"\D", "", reading.value).strip("0") == typed.strip("0")


def test_what_was_understood_is_told_where_it_differs():
    assert heard(NUMBER, read_value(NUMBER, "1.40")) is None
    assert heard(NUMBER, read_value(NUMBER, "1，200")) == ("1200", "umol/L")
    assert heard(NUMBER, read_value(NUMBER, "1.4", "mg/dL")) == ("23.94", "umol/L")
    assert heard(DAY, read_value(DAY, "2024年3月5日")) == ("2024-03-05", None)
    assert heard(DAY, read_value(DAY, "2024-03-05")) is None
    assert heard(MOMENT, read_value(MOMENT, "2024-03-05T06:30Z")) == ("2024-03-05 14:30", None)
