"""A proposed grade becomes a row of the adverse events when a person takes it, with its source."""

import pytest

from edc.models import AuditEvent, DraftItem
from edc.services.entry import add_row, save_item
from edc.services.schedule import add_event
from tests.edc.web.entry_door import browser, post, save
from tests.factories.designs import small_design
from tests.factories.entering import entry, form_of
from tests.factories.safety import ReferenceRangeFactory, adverse_events, laboratory

BILI = "IT.LBC.BILI"
TERM = "Blood bilirubin increased"


@pytest.fixture
def design():
    return laboratory(adverse_events(small_design()))


@pytest.fixture
def ada(crcs):
    return browser(crcs[0])


@pytest.fixture
def chemistry(subject, complete, site, ada):
    """Ada's draft of the chemistry with a bilirubin of twice the upper limit."""
    complete("FO.IC")
    ReferenceRangeFactory(site=site)
    form = form_of(subject, "FO.LBC")
    save(ada, form, BILI, entry("41"))
    return form


@pytest.fixture
def events(subject, crcs):
    event = subject.events.filter(event_oid="SE.AE").first() or add_event(
        subject=subject, event_oid="SE.AE", held_on=None, actor=crcs[0]
    )
    return event.forms.get(form_oid="FO.AE")


def take(client, form, term=TERM):
    return post(client, "form-grade", form, path=BILI, term=term)


def rows_of(form):
    return {item.path: item.entry["raw"] for item in DraftItem.objects.filter(draft__form=form)}


def test_taking_a_grade_adds_a_row_with_its_source_in_the_trail(chemistry, events, ada):
    assert rows_of(events) == {}
    answer = take(ada, chemistry)
    assert answer.status_code == 200
    assert rows_of(events) == {"IT.AE.AECTCAE[1]": TERM, "IT.AE.AETOXGR[1]": "2"}
    told = AuditEvent.objects.get(action="lab_grade.accepted")
    assert (told.path, told.actor.username) == (BILI, "ada")
    assert told.after["rule"] == "CTCAE 5.0: x > 1.5 * ULN"
    assert (told.after["value"], told.after["laboratory"], told.after["before_treatment"]) == (
        "41",
        "中心检验科",
        None,
    )


def test_the_same_grade_is_not_taken_twice(chemistry, events, ada):
    take(ada, chemistry)
    again = take(ada, chemistry)
    assert again.status_code == 409
    assert "Row 1 of the adverse events holds this term and grade already." in again.json()["detail"]


def test_only_what_is_proposed_now_is_taken(chemistry, events, ada):
    save(ada, chemistry, BILI, entry("20"), version=1)
    assert take(ada, chemistry).status_code == 409
    assert take(ada, chemistry, "Anemia").status_code == 409
    assert rows_of(events) == {}


def test_who_enters_nothing_takes_nothing(chemistry, events, member, other_site):
    assert take(browser(member("mo", "monitor")), chemistry).status_code == 403
    assert take(browser(member("zoe", "crc", other_site)), chemistry).status_code == 404


def test_a_draft_of_another_person_is_not_written_to(chemistry, events, ada, crcs):
    row = add_row(form=events, group_oid="IG.AEROW", actor=crcs[1])
    path = f"IT.AE.AECTCAE[{row}]"
    save_item(form=events, path=path, entry=entry("Fatigue"), expected_version=0, actor=crcs[1])
    refused = take(ada, chemistry)
    assert refused.status_code == 409
    assert "Another person is entering this pass now" in refused.json()["detail"]
