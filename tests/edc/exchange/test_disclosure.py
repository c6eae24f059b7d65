"""What the profiles leave of a subject: pseudonyms, shifted days, dropped items, and the log of it."""

from dataclasses import replace
from datetime import date

import pytest

from edc.design.items import ItemDef, Text
from edc.exchange import keyed
from edc.exchange.disclosure import LIMITED, PUBLIC, Disclosure, Log, moved, recoded
from edc.exchange.free_text import findings
from edc.exchange.identifiers import classes, identifier_class
from edc.exchange.record import Event, Form, Subject, Value
from imaging.deid.pseudonym import Pseudonymiser

SECRET = b"a secret of the study's own"
STUDY = "ChiCTR2600000001"
AT = "2026-06-02T08:00:00+00:00"


def value(oid, held, **more):
    fields = {"row_key": "", "missing": "", "raw": str(held or ""), "unit": "", "standard": None,
              "derived": False, "formula": "", "stream": "entry-1", "updated_at": AT} | more  # fmt: skip
    return Value(item_oid=oid, value=held, **fields)


@pytest.fixture
def subject():
    values = (
        value("IT.DM.SEX", "F"),
        value("IT.DM.AGE", 93),
        value("IT.DM.BRTHDAT", "1933-04"),
        value("IT.DM.NOTE", "患者李某，住院号 123456"),
        value("IT.LBC.LBDAT", "2026-06-02T09:30:00+08:00"),
        value("IT.DM.PACKYRS", None, missing="UNK"),
    )
    form = Form(1, "FO.DM", 1, "complete", "double", 1, "ab" * 32, values)
    event = Event("SE.SCREEN", 1, "2026-06-01", "2026-06-02", "held", "", (form,))
    return Subject("01-0001", "S01", "enrolled", "", False, "2026-06-01", (event,))


def disclosed(subject, profile, design):
    items = classes(item for form in design.forms for item in form.items)
    sites = recoded(STUDY, SECRET, ["S01", "S02"], profile)
    log = Log()
    return Disclosure(profile, STUDY, SECRET, items, sites, log).of(subject), log


def held(subject):
    return {each.item_oid: each.value for _event, form in subject.forms() for each in form.values}


def test_a_limited_subject_keeps_intervals_and_loses_what_the_scan_finds(subject, design):
    left, log = disclosed(subject, LIMITED, design)
    days = keyed.shift_days(SECRET, STUDY, "01-0001")
    assert left.key != subject.key
    assert len(left.key) == 12
    assert left.site == "S01"
    event = left.events[0]
    assert date.fromisoformat("2026-06-02") - date.fromisoformat(event.held) == date.resolution * days
    assert (date.fromisoformat(event.held) - date.fromisoformat(event.planned)).days == 1
    values = held(left)
    assert values["IT.LBC.LBDAT"] == f"{event.held}T09:30:00+08:00"
    assert "IT.DM.NOTE" not in values
    assert values["IT.DM.AGE"] == 93
    assert ("IT.DM.NOTE", "dropped: name, record_number", 1) in log.lines()
    assert log.dropped("IT.DM.NOTE") == (1, 0)


def test_a_public_subject_has_no_text_no_high_age_and_no_real_site(subject, design):
    left, _log = disclosed(subject, PUBLIC, design)
    values = held(left)
    assert (values["IT.DM.SEX"], values["IT.DM.AGE"]) == ("F", 90)
    assert "IT.DM.NOTE" not in values
    assert left.site in ("C01", "C02")
    assert left.key != disclosed(subject, LIMITED, design)[0].key


def test_dates_move_by_the_days_by_which_the_subjects_images_move():
    images = Pseudonymiser(SECRET, STUDY, "01-0001")
    assert keyed.shift_days(SECRET, STUDY, "01-0001") == images.shift_days
    assert images.shift_da("20260602", days=images.shift_days) == moved(
        "2026-06-02", images.shift_days
    ).replace("-", "")


@pytest.mark.parametrize(
    ("text", "days", "there"),
    [
        ("2026-03-01", 1, "2026-02-28"),
        ("2026-03", 1, "2026-02"),
        ("2026", 1, "2025"),
        ("", 9, ""),
        ("x", 9, ""),
    ],
)
def test_a_date_moves_and_keeps_its_length(text, days, there):
    assert moved(text, days) == there


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ({"type": "text"}, "free_text"),
        ({"type": "text", "identifying": "open"}, "none"),
        ({"type": "date", "identifying": "quasi"}, "date"),
        ({"type": "partial_date", "identifying": "direct"}, "direct"),
        ({"type": "code", "codelist": "CL.X", "identifying": "quasi"}, "quasi"),
        ({"type": "float"}, "none"),
        ({"type": "file"}, "direct"),
    ],
)
def test_the_class_of_an_item_follows_the_design_then_its_type(more, found):
    assert identifier_class(ItemDef("IT.X.Y", "Y", Text("项", "Item"), **more)) == found


def test_an_image_uid_is_a_direct_identifier_though_nobody_said_so():
    assert identifier_class(ItemDef("IT.IMA.IMUID", "IMUID", Text("号", "UID"), "text")) == "direct"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("身份证 11010519491231002X", ("id_number",)),
        ("电话 13812345678", ("mobile",)),
        ("姓名：王小明", ("name",)),
        ("病理号 A12345 见癌", ("record_number",)),
        ("复查于2026年3月2日", ("date",)),
        ("右叶 S6 结节，直径 3.2 cm", ()),
    ],
)
def test_the_scan_finds_what_identifies(text, found):
    assert findings(text) == found


def test_the_full_profile_changes_nothing(subject, design):
    assert disclosed(subject, "full", design)[0] is subject
    assert replace(subject, key="x") != subject
