"""REDCap's expressions as rules of this platform, and what has no counterpart."""

import pytest

from edc.exchange.expressions import NotUnderstood, parse_redcap
from edc.exchange.to_cel import Known, calculation, condition

FIELDS = {
    "sex": Known("SEX", "code"), "birth": Known("BIRTH", "yes_no"), "dob": Known("DOB", "date"),
    "seen": Known("SEEN", "date"), "w": Known("W", "number"), "h": Known("H", "number"),
    "race": Known("RACE", "multi"), "name": Known("NAME", "text"),
}  # fmt: skip


def find(field):
    if field.name not in FIELDS:
        raise NotUnderstood(f"there is no field {field.name}")
    known = FIELDS[field.name]
    return Known(f"at.{field.event}.{known.rule}", known.kind) if field.event else known


@pytest.mark.parametrize(
    ("text", "cel"),
    [
        ("[sex] = '1'", 'SEX == "1"'),
        ("[sex] = 1", 'SEX == "1"'),
        ("[birth]='1' and [sex] = \"0\"", '(BIRTH == "Y" && SEX == "0")'),
        ("[sex] <> '1'", '(!present(SEX) || SEX != "1")'),
        ('[name] <> ""', "present(NAME)"),
        ("[w] = ''", "!present(W)"),
        ("[w] > 5 or [h] <= 2.5", "(W > 5.0 || H <= 2.5)"),
        ("5 < [w]", "W > 5.0"),
        ("[race(2)] = '1'", '(present(RACE) && "2" in RACE)'),
        ("[race(2)] = '0'", '!(present(RACE) && "2" in RACE)'),
        ("not ([sex] = '1' or [w] > 3)", '((!present(SEX) || SEX != "1") && W <= 3.0)'),
        ("[baseline_arm_1][sex] = '1'", 'at.baseline_arm_1.SEX == "1"'),
        ("[sex] > 1", "number(SEX) > 1.0"),
        ("[dob] < '2000-01-31'", 'DOB < date("2000-01-31")'),
    ],
)
def test_branching_logic(text, cel):
    assert condition(parse_redcap(text), find) == cel


@pytest.mark.parametrize(
    ("text", "cel"),
    [
        ("round([w]/([h]^2), 1)", "round((W / pow(H, 2.0)), 1.0)"),
        ("datediff([dob], [seen], 'd')", "abs(days(SEEN, DOB))"),
        ("datediff([dob], 'today', 'y', 'ymd')", "(abs(days(today, DOB)) / 365.2425)"),
        ("sum([w], [h])", "sum([coalesce(W, 0.0), coalesce(H, 0.0)])"),
        ("if([sex] = '1', [w], 0)", '(SEX == "1" ? W : 0.0)'),
        ("[w] - -1", "(W - (-1.0))"),
        ("2 - 1 - 1", "((2.0 - 1.0) - 1.0)"),
    ],
)
def test_calculations(text, cel):
    assert calculation(parse_redcap(text), find) == cel


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[nobody] = '1'", "no field"),
        ("[w] >", "ends too early"),
        ("[w] = '1' [h] = '2'", "unexpected"),
        ("concat([w], 'x') = 'y'", "no counterpart"),
        ("datediff([dob],[seen],'h') > 3", "no counterpart"),
        ("[w] = 'heavy'", "no number"),
        ("{w} = 1", "not understood"),
    ],
)
def test_what_has_no_counterpart_says_why(text, why):
    with pytest.raises(NotUnderstood, match=why):
        condition(parse_redcap(text), find)
