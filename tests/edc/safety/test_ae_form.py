"""The form of adverse events: terms found by any word, only the term's grades offered, others refused."""

import pytest
from django.urls import reverse

from edc.models import FormInstance
from edc.services.entry import add_row, submit_entry
from edc.services.schedule import add_event
from tests.edc.web.entry_door import browser, get, post, save
from tests.factories.designs import small_design
from tests.factories.entering import entry, record
from tests.factories.safety import adverse_events

TERM, GRADE = "IT.AE.AECTCAE[1]", "IT.AE.AETOXGR[1]"


@pytest.fixture
def design():
    return adverse_events(small_design())


@pytest.fixture
def form(subject, crcs, complete):
    complete("FO.IC")
    event = subject.events.filter(event_oid="SE.AE").first() or add_event(
        subject=subject, event_oid="SE.AE", held_on=None, actor=crcs[0]
    )
    form = event.forms.get(form_oid="FO.AE")
    form.entry_mode = FormInstance.EntryMode.SINGLE
    form.save()
    return form


@pytest.fixture
def ada(form, crcs):
    add_row(form=form, group_oid="IG.AEROW", actor=crcs[0])
    return browser(crcs[0])


def test_a_term_is_found_by_english_chinese_pinyin_and_its_class(form, ada):
    page = get(ada, form).content.decode()
    option = next(line for line in page.split("<option") if 'data-code="Hematoma"' in line)
    assert 'data-find="hematoma|血肿|xz|xuezhong|' in option
    assert "xueguanjibing|vascular disorders" in option
    assert 'data-group="Vascular disorders"' in option


def test_only_the_grades_of_the_term_are_offered(form, ada):
    offers = save(ada, form, TERM, entry("Alopecia")).json()["items"][GRADE]["offers"]
    assert offers == ["1", "2"]
    page = get(ada, form).content.decode()
    assert 'value="3" data-find="3|3(中)|' in page
    withheld = [
        part.split('"')[1] for part in page.split("<option ") if "hidden disabled" in part.split(">")[0]
    ]
    assert withheld == ["3", "4", "5"]


def test_a_grade_that_the_term_has_not_is_refused_with_words(form, ada):
    save(ada, form, TERM, entry("Alopecia"))
    said = save(ada, form, GRADE, entry("4")).json()["items"][GRADE]
    assert said["shape"] == "over"
    assert said["messages"][0]["text"] == "AETOXGR: CTCAE 5.0 has no grade 4 for Alopecia: choose 1, 2."
    refused = post(ada, "form-submit", form)
    assert refused.status_code == 422
    assert set(refused.json()["errors"]) == {GRADE}
    save(ada, form, GRADE, entry("2"), version=1)
    assert post(ada, "form-submit", form).status_code == 200


def test_what_is_no_term_is_refused(form, crcs):
    client = browser(crcs[0])
    add_row(form=form, group_oid="IG.AEROW", actor=crcs[0])
    said = save(client, form, TERM, entry("Hair loss")).json()["items"][TERM]
    assert "is no term of CTCAE 5.0: choose one of the list" in said["messages"][0]["text"]


def test_a_correction_that_leaves_a_grade_without_its_term_is_refused(form, crcs):
    rows = {"IG.AEROW": ["1"]}
    submit_entry(form=form, actor=crcs[0], record=record({TERM: "Anemia", GRADE: "5"}, rows))
    form.refresh_from_db()
    posted = {"path": TERM, "raw": "Alopecia", "reason_code": "source_updated"}
    refused = browser(crcs[0]).post(reverse("form-correct", args=[form.pk]), posted)
    assert refused.status_code == 422
    assert "no grade 5 for Alopecia" in refused.content.decode()
    assert form.values.get(item_oid="IT.AE.AECTCAE").value == "Anemia"


def test_the_panel_says_what_each_grade_means(form, ada):
    save(ada, form, TERM, entry("Alopecia"))
    page = ada.get(reverse("form-panel", args=[form.pk]), {"path": GRADE}).content.decode()
    assert "Skin and subcutaneous tissue disorders" in page
    assert "Hair loss of &lt;50% of normal for that individual" in page
