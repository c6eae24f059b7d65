"""Reading entered values: what hospitals write, units, limits, and when two passes agree."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edc.design.items import Code, CodeList, ItemDef, Limits, Text, UnitFactor
from edc.design.values import normal_form, read_value
from edc.design.written import decimal_text

TODAY = date(2026, 11, 21)
LABEL = Text("总胆红素", "Bilirubin")
WIDE = {ord(each): ord(each) + 0xFEE0 for each in "0123456789.-"}
SEX = CodeList(
    "CL.SEX", LABEL, (Code("M", "男", "Male"), Code("F", "女", "Female"), Code("O", "旧", "Old", True))
)


def item(kind, **more):
    return ItemDef("IT.X.A", "A", LABEL, kind, **more)


BILI = item(
    "float",
    unit="umol/L",
    units=(UnitFactor("mg/dL", 17.1),),
    hard=Limits(0.1, 1000.0),
    soft=Limits(1.0, 500.0),
)
DAY = item("date", hard=Limits("1900-01-01", "today"))


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("1.40", "1.4"),
        ("12.5", "12.5"),
        (" 1 000 ", "1000"),
        ("1,000", "1000"),
        ("5。2", "5.2"),
        ("1e2", "100"),
    ],
)
def test_numbers_as_people_write_them(raw, value):
    assert read_value(BILI, raw).value == value


@pytest.mark.parametrize("raw", ["1,5", "x", ".", "1.2.3", "1e99", "--1", "<5"])
def test_what_may_mean_two_things_is_refused(raw):
    reading = read_value(BILI, raw)
    assert reading.value is None
    assert reading.problem.level == "hard"
    assert reading.problem.zh.startswith("总胆红素：")
    assert reading.problem.en.startswith("Bilirubin: ")


def test_passes_in_two_units_agree():
    one, two = read_value(BILI, "1.4", "mg/dL"), read_value(BILI, "23.94")
    assert one.standard_value == "23.94"
    assert normal_form(BILI, one) == normal_form(BILI, two)
    assert read_value(BILI, "1.4", "g/L").problem.code == "unit"


@pytest.mark.parametrize(
    ("raw", "code"), [("0.01", "hard_limit"), ("0.5", "soft_limit"), ("1", None), ("1001", "hard_limit")]
)
def test_limits_hold_in_the_standard_unit(raw, code):
    problem = read_value(BILI, raw).problem
    assert (problem.code if problem else None) == code
    assert read_value(BILI, "59", "mg/dL").problem.code == "hard_limit"


@pytest.mark.parametrize(
    "raw", ["2024年3月12日", "2024.3.12", "20240312", "2024/03/12", "2024-3-12", "2024-03-12"]
)
def test_a_day_in_every_usual_shape(raw):
    assert read_value(DAY, raw, today=TODAY).value == "2024-03-12"


@pytest.mark.parametrize("raw", ["2024-02-30", "2024-13-01", "2024", "13/13/2024", "2024-3.12", "0001-01-01"])
def test_a_day_that_is_none_is_refused(raw):
    assert read_value(DAY, raw, today=TODAY).problem.code == "not_a_date"


def test_tomorrow_is_refused():
    assert read_value(DAY, "2026-11-22", today=TODAY).problem.code == "hard_limit"
    assert read_value(DAY, "2026-11-21", today=TODAY).problem is None


@pytest.mark.parametrize(
    ("raw", "value"),
    [("2024", "2024"), ("2024年3月", "2024-03"), ("2024-UK-UK", "2024"), ("202403", "2024-03")],
)
def test_partial_dates_keep_what_is_known(raw, value):
    assert read_value(item("partial_date"), raw).value == value


def test_times_agree_as_instants():
    when = item("datetime")
    here, there = read_value(when, "2024年3月12日 14:30"), read_value(when, "2024-03-12T06:30:00Z")
    assert here.value == "2024-03-12T14:30:00+08:00"
    assert normal_form(when, here) == normal_form(when, there)


def test_codes_are_those_of_the_list():
    sex = item("code", codelist="CL.SEX")
    assert read_value(sex, "m", codelist=SEX).value == "M"
    assert read_value(sex, "X", codelist=SEX).problem.code == "not_a_code"
    assert read_value(sex, "O", codelist=SEX).problem.code == "retired_code"
    assert read_value(item("multi"), ["F", "M", "F"], codelist=SEX).value == ["F", "M"]
    assert read_value(item("yes_no"), "是").value == "Y"


def test_missing_codes_replace_a_value():
    reading = read_value(BILI, None, None, "ND")
    assert (reading.value, reading.missing, reading.problem) == (None, "ND", None)
    assert normal_form(BILI, reading) == ("missing", "ND")
    assert read_value(BILI, None, None, "ZZ").problem.code == "missing_code"
    assert normal_form(BILI, read_value(BILI, "  ")) is None


def test_texts_agree_without_regard_to_width_and_blanks():
    note = item("text")
    one, two = read_value(note, "肝 S8  段"), read_value(note, "肝 S8 段 ")
    assert normal_form(note, one) == normal_form(note, two)
    assert read_value(item("text", pattern="[A-Z]{2}-[0-9]"), "AB-1").value == "AB-1"
    assert read_value(item("text", max_length=2), "abc").problem.code == "too_long"


@given(st.decimals(-1000, 1000, places=3))
def test_a_number_is_the_same_in_full_width(number):
    plain = item("float")
    one, two = read_value(plain, str(number)), read_value(plain, format(number, "f").translate(WIDE))
    assert normal_form(plain, one) == normal_form(plain, two)
    assert Decimal(one.value) == number


@given(st.decimals(-(10**6), 10**6, places=6))
def test_the_canonical_number_is_a_fixed_point(number):
    text = decimal_text(number)
    assert read_value(item("float"), text).value == text


@given(st.dates(date(1900, 1, 1), TODAY))
def test_every_day_is_read_back(day):
    for shape in ("%Y-%m-%d", "%Y%m%d", "%Y年%m月%d日", "%Y/%m/%d"):
        assert read_value(DAY, day.strftime(shape), today=TODAY).value == day.isoformat()
    later = TODAY + timedelta(days=(day - date(1900, 1, 1)).days + 1)
    assert read_value(DAY, later.isoformat(), today=TODAY).problem is not None


@given(
    st.text(max_size=40),
    st.sampled_from(["float", "integer", "date", "partial_date", "datetime", "yes_no", "text", "code"]),
)
def test_no_text_makes_the_reader_fail(raw, kind):
    reading = read_value(item(kind), raw, today=TODAY)
    assert reading.is_empty or reading.value is not None or reading.problem is not None
    hash(normal_form(item(kind), reading))
