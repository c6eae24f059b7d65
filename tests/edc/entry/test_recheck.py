"""The one round in which the second person checks again what differs, without seeing the first value."""

import json

import pytest
from django.core.management import call_command
from django.urls import reverse
from rest_framework.test import APIClient

from edc.errors import NotNow, RecheckOwed
from edc.models import AuditEvent, EntryCount, Recheck
from edc.selectors.evaluation import AGAIN
from edc.services.entry import ask_recheck, save_item, submit_entry
from tests.factories.entering import entry, form_of, record
from tests.factories.entry_plan import EntryTermsFactory

FIRST = {"IT.DM.SEX": "F", "IT.DM.AGE": "58", "IT.DM.SMOKER": "N", "IT.DM.BRTHDAT": "1968-04-15"}
SECOND = FIRST | {"IT.DM.AGE": "85", "IT.DM.SMOKER": "Y", "IT.DM.SEX": "M", "IT.DM.BRTHDAT": "1968-04-19"}
SECOND |= {"IT.DM.PACKYRS": "10"}


@pytest.fixture
def demography(subject, complete, study, crcs):
    EntryTermsFactory(study=study, recheck=True)
    complete("FO.IC")
    form = form_of(subject, "FO.DM")
    submit_entry(form=form, actor=crcs[0], record=record(FIRST), source="test")
    form.refresh_from_db()
    return form


def sent_by(crc, form, values):
    return submit_entry(form=form, actor=crc, record=record(values), source="test")


def counts(wrong=True):
    rows = EntryCount.objects.filter(form_oid="FO.DM").values_list(
        "item_oid", "person__username", "compared", "wrong"
    )
    return sorted(row for row in rows if row[3] or not wrong)


def test_items_that_differ_are_marked_once_but_none_of_two_answers(demography, crcs):
    with pytest.raises(RecheckOwed) as owed:
        sent_by(crcs[1], demography, SECOND)
    assert list(owed.value.fields) == ["IT.DM.AGE", "IT.DM.BRTHDAT"]
    asked = ask_recheck(form=demography, actor=crcs[1], record=record(SECOND))
    assert asked.marked == ["IT.DM.AGE", "IT.DM.BRTHDAT"]
    assert asked.content["items"]["IT.DM.AGE"]["raw"] == "85"
    with pytest.raises(NotNow):
        ask_recheck(form=demography, actor=crcs[1], record=record(SECOND))
    sent_by(crcs[1], demography, SECOND)
    demography.refresh_from_db()
    assert demography.status == "disagreement"
    event = AuditEvent.objects.get(action="entry.recheck_asked")
    assert (event.blinded, "58" in json.dumps(event.after)) == ("both-passes", False)


def test_the_first_answer_counts_although_it_was_corrected(demography, crcs):
    values = FIRST | {"IT.DM.AGE": "85"}
    with pytest.raises(RecheckOwed):
        sent_by(crcs[1], demography, values)
    ask_recheck(form=demography, actor=crcs[1], record=record(values))
    sent_by(crcs[1], demography, FIRST)
    demography.refresh_from_db()
    assert demography.status == "complete"
    assert counts() == [("IT.DM.AGE", crcs[1].username, 1, 1)]
    before = counts(wrong=False)
    call_command("recount_double_entry", verbosity=0)
    assert counts(wrong=False) == before


def test_the_data_manager_reads_both_answers_once_both_passes_are_sealed(demography, crcs, client, member):
    client.force_login(member("dee", "data_manager"))
    values = FIRST | {"IT.DM.AGE": "85"}
    ask_recheck(form=demography, actor=crcs[1], record=record(values))
    assert demography.subject.subject_key not in client.get(reverse("rechecks")).content.decode()
    sent_by(crcs[1], demography, FIRST)
    page = client.get(reverse("rechecks")).content.decode()
    assert demography.subject.subject_key in page
    assert "85 → 58" in page
    assert reverse("rechecks") in client.get(reverse("error-rates")).content.decode()


def test_the_adjudicator_reads_beside_a_difference_what_checking_again_did(demography, crcs, client, member):
    client.force_login(member("dee", "data_manager"))
    client.cookies["django_language"] = "en"
    ask_recheck(form=demography, actor=crcs[1], record=record(FIRST | {"IT.DM.AGE": "85"}))
    sent_by(crcs[1], demography, FIRST | {"IT.DM.AGE": "59", "IT.DM.SEX": "M"})
    age, sex = (demography.disagreements.get(path=path) for path in ("IT.DM.AGE", "IT.DM.SEX"))
    url = reverse("form-reconcile", args=[demography.pk])
    beside_age, beside_sex = (client.get(url, {"item": each.pk}).content.decode() for each in (age, sex))

    assert "85 → 59" in beside_age
    assert "This item was not marked." in beside_sex
    assert "85 →" not in beside_sex


def test_nothing_is_asked_where_all_agree(demography, crcs):
    sent_by(crcs[1], demography, FIRST)
    assert not Recheck.objects.exists()


def test_the_page_marks_the_items_and_tells_no_value(demography, crcs, client):
    client.force_login(crcs[1])
    for path, raw in (FIRST | {"IT.DM.AGE": "47"}).items():
        save_item(form=demography, path=path, entry=entry(raw), expected_version=0, actor=crcs[1])
    answer = client.post(reverse("form-submit", args=[demography.pk]))
    assert answer.json() == {"next": reverse("form-entry", args=[demography.pk])}
    page = client.get(reverse("form-entry", args=[demography.pk])).content.decode()
    assert 'href="#i-IT-DM-AGE-item"' in page
    assert AGAIN.zh in page
    form_part = page.partition('id="sheet"')[2].partition('id="panel"')[0]
    assert 'value="47"' in form_part
    assert 'value="58"' not in form_part
    answer = client.post(reverse("form-submit", args=[demography.pk]))
    demography.refresh_from_db()
    assert demography.status == "disagreement"


def test_the_api_answers_202_with_the_marks(demography, crcs):
    api = APIClient()
    api.force_login(crcs[1])
    path = f"/api/v1/forms/{demography.pk}/observations/"
    body = record(FIRST | {"IT.DM.AGE": "85"})
    answer = api.post(path, body, format="json")
    assert (answer.status_code, answer.json()["marked"]) == (202, ["IT.DM.AGE"])
    assert api.post(path, body, format="json").status_code == 201


def test_of_rows_only_the_group_is_marked(subject, complete, study, crcs):
    EntryTermsFactory(study=study, recheck=True)
    complete("FO.IC")
    complete("FO.ENR")
    form = form_of(subject, "FO.TXS")
    one = {"IT.TXS.DRUG[1]": "ATEZO", "IT.TXS.DOSE[1]": "1200"}
    two = one | {"IT.TXS.DRUG[2]": "BEV", "IT.TXS.DOSE[2]": "15"}
    both = {"IG.TXSROW": ["1", "2"]}
    submit_entry(form=form, actor=crcs[0], record=record(two, both), source="test")
    form.refresh_from_db()
    with pytest.raises(RecheckOwed) as owed:
        submit_entry(form=form, actor=crcs[1], record=record(one, {"IG.TXSROW": ["1"]}), source="test")
    assert list(owed.value.fields) == ["IG.TXSROW"]


def test_nothing_is_asked_where_the_round_is_off(subject, complete, enter):
    complete("FO.IC")
    form = form_of(subject, "FO.DM")
    enter(form, 1)
    enter(form, 2, AGE="85")
    form.refresh_from_db()
    assert (form.status, Recheck.objects.count()) == ("disagreement", 0)
