"""The page of one form: who may enter, what the person sees, and what each save answers."""

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from edc import extensions
from edc.design.protocol import EventForm
from edc.extensions import ProposedValue
from edc.models import DraftItem, FormInstance, Observation
from edc.services.design import publish_design
from edc.services.enrol import enrol_subject
from tests.edc.web.entry_door import browser, get, post, save
from tests.factories.amendments import SiteActivationFactory
from tests.factories.designs import form as form_definition
from tests.factories.designs import item, small_design
from tests.factories.entering import entry, form_of

Status = FormInstance.Status


@pytest.fixture
def form(subject, complete):
    complete("FO.IC")
    return form_of(subject, "FO.DM")


def text_of(response):
    return response.content.decode()


def test_who_may_not_read_values_is_told_so_and_not_that_there_are_none(subject, complete, member):
    page = text_of(get(browser(member("ann", "auditor")), complete("FO.IC")))

    assert "Your role sees that, not its values." in page
    assert "nothing to read yet" not in page


@pytest.mark.parametrize(
    ("role", "mode"),
    [("crc", "enter"), ("data_manager", "nothing"), ("monitor", "nothing"), ("auditor", "nothing")],
)
def test_only_data_entry_gets_fields(form, member, role, mode):
    page = get(browser(member("ivy", role)), form)
    assert page.status_code == 200
    assert f'data-mode="{mode}"' in text_of(page)
    assert ("data-raw" in text_of(page)) is (mode == "enter")


def test_a_form_of_another_site_is_not_found(form, member, other_site):
    client = browser(member("zoe", "crc", other_site))
    assert get(client, form).status_code == 404
    assert save(client, form, "IT.DM.AGE", entry("58")).status_code == 404
    assert post(client, "form-submit", form).status_code == 404


def test_who_may_not_enter_cannot_save(form, member):
    assert save(browser(member("ivy", "monitor")), form, "IT.DM.AGE", entry("58")).status_code == 403
    assert not form.drafts.exists()


def test_without_consent_the_page_says_what_comes_first(subject, crcs):
    page = get(browser(crcs[0]), form_of(subject, "FO.DM"))
    assert "nothing is entered without consent" in text_of(page)
    assert "data-raw" not in text_of(page)


def test_the_second_person_sees_that_the_first_pass_is_sealed_and_nothing_of_it(form, crcs, enter):
    enter(form, 1, AGE="77", NOTE="only in the first pass")
    page = text_of(get(browser(crcs[1]), form))
    assert "First pass sealed" in page
    assert "only in the first pass" not in page
    assert 'value="77"' not in page


def test_the_first_person_sees_the_own_sealed_pass_without_fields(form, crcs, enter):
    enter(form, 1, AGE="77")
    page = text_of(get(browser(crcs[0]), form))
    assert 'data-mode="sealed"' in page
    assert ">77<" in page
    assert "data-raw" not in page


def test_a_save_answers_what_is_shown_required_and_filled(form, crcs):
    client = browser(crcs[0])
    before = save(client, form, "IT.DM.SMOKER", entry("N")).json()
    after = save(client, form, "IT.DM.SMOKER", entry("Y"), 1).json()
    assert before["items"]["IT.DM.PACKYRS"]["hidden"] is True
    assert "hidden" not in after["items"]["IT.DM.PACKYRS"]
    assert after["items"]["IT.DM.PACKYRS"]["required"] is True
    assert (after["version"], after["progress"]) == (2, {"filled": 0, "required": 3})
    assert DraftItem.objects.get().entry["raw"] == "Y"


def test_findings_come_with_their_level_and_do_not_keep_the_value_out(form, crcs):
    client = browser(crcs[0])
    soft = save(client, form, "IT.DM.AGE", entry("95")).json()["items"]["IT.DM.AGE"]
    hard = save(client, form, "IT.DM.AGE", entry("195"), 1).json()["items"]["IT.DM.AGE"]
    assert (soft["shape"], soft["messages"][0]["level"]) == ("soft", "soft")
    assert (hard["shape"], hard["messages"][0]["level"]) == ("over", "hard")
    assert DraftItem.objects.get().entry["raw"] == "195"


def test_a_number_outside_its_limits_offers_the_unit_in_which_it_is_usual(subject, complete, crcs):
    complete("FO.IC")
    form = form_of(subject, "FO.LBC")
    answer = save(browser(crcs[0]), form, "IT.LBC.BILI", entry("0.9", "umol/L")).json()
    [message] = answer["items"]["IT.LBC.BILI"]["messages"]
    assert (message["unit"], message["shown"]) == ("mg/dL", "15.39 µmol/L")


def test_a_derived_item_is_computed_with_the_save(subject, complete, crcs):
    complete("FO.IC")
    form, client = form_of(subject, "FO.LBC"), browser(crcs[0])
    waiting = save(client, form, "IT.LBC.BILI", entry("12.5")).json()["items"]["IT.LBC.ALBI"]
    computed = save(client, form, "IT.LBC.ALB", entry("41")).json()["items"]["IT.LBC.ALBI"]
    assert waiting["why"] == "Needs: ALB"
    assert computed["computed"] == "-2.76"


def test_a_save_on_an_older_version_gives_both_values_back(form, crcs):
    client = browser(crcs[0])
    save(client, form, "IT.DM.AGE", entry("58"))
    answer = save(client, form, "IT.DM.AGE", entry("59"), 0)
    assert answer.status_code == 409
    assert (answer.json()["code"], answer.json()["saved"]["raw"], answer.json()["version"]) == (
        "item_moved",
        "58",
        1,
    )
    assert DraftItem.objects.get().entry["raw"] == "58"


def test_rows_are_added_and_removed_and_their_keys_never_used_again(subject, complete, crcs):
    complete("FO.IC")
    form, client = form_of(subject, "FO.TXS"), browser(crcs[0])
    keys = [post(client, "form-rows", form, group="IG.TXSROW").json()["key"] for _ in range(2)]
    removed = post(client, "form-rows", form, group="IG.TXSROW", remove="2")
    added = post(client, "form-rows", form, group="IG.TXSROW").json()
    assert (keys, removed.status_code, added["key"]) == (["1", "2"], 200, "3")
    assert 'data-path="IT.TXS.DOSE[3]"' in added["html"]
    page = text_of(get(client, form))
    assert 'data-row="3"' in page
    assert 'data-row="2"' not in page


def test_submitting_names_every_item_that_needs_correction(form, crcs):
    client = browser(crcs[0])
    save(client, form, "IT.DM.AGE", entry("195"))
    answer = post(client, "form-submit", form)
    assert answer.status_code == 422
    assert sorted(answer.json()["errors"]) == ["IT.DM.AGE", "IT.DM.SEX"]
    assert not Observation.objects.filter(form=form).exists()


def test_submitting_seals_the_pass_and_leads_to_the_next_form_of_the_visit(form, crcs, subject):
    client = browser(crcs[0])
    save(client, form, "IT.DM.AGE", entry("58"))
    save(client, form, "IT.DM.SEX", entry("F"))
    answer = post(client, "form-submit", form)
    assert answer.json()["next"] == reverse("form-entry", args=[form_of(subject, "FO.ENR").pk])
    form.refresh_from_db()
    assert form.status == Status.FIRST_SEALED


def test_labels_follow_the_language_and_the_other_one_stands_below(form, crcs):
    english, chinese = text_of(get(browser(crcs[0]), form)), text_of(get(browser(crcs[0], "zh-hans"), form))
    assert 'class="other" lang="zh-Hans">AGE(中)<' in english
    assert 'class="other" lang="en">AGE<' in chinese


class Proposing:
    """A higher app that proposes an age and shows a panel."""

    def proposals(self, *, actor, form):
        return (
            [ProposedValue("IT.DM.AGE", "61", None, "DICOM (0010,1010)")] if form.form_oid == "FO.DM" else []
        )

    def form_panel(self, *, actor, form):
        return "partials/empty.html", {"words": f"Panel of {form.form_oid}", "url": ""}

    def tabs(self, **_about):
        return []

    def owed(self, **_about):
        return []


def test_proposals_name_their_source_and_wait_for_a_person(form, crcs, monkeypatch):
    monkeypatch.setattr(extensions, "_registered", [Proposing()])
    client = browser(crcs[0])
    page = text_of(get(client, form))
    assert "DICOM (0010,1010)" in page
    assert "1 proposed value" in page
    assert "Panel of FO.DM" in page
    assert not form.drafts.exists()
    save(client, form, "IT.DM.AGE", entry("61"))
    assert "DICOM (0010,1010)" not in text_of(get(client, form))


def test_the_number_of_queries_does_not_grow_with_the_form(subject, complete, crcs, site, system):
    complete("FO.IC")
    small = queries_of(crcs[0], form_of(subject, "FO.DM"))
    wide = form_definition("VS", *(item("VS", f"V{n}", "integer") for n in range(150)), repeats="none")
    design = small_design()
    screening, *later = design.events
    screening = replace(screening, forms=(*screening.forms, EventForm("FO.VS", mandatory=True)))
    wider = replace(design, forms=(*design.forms, wide), events=(screening, *later), rules=())
    version = publish_design(design=wider, actor=system)
    SiteActivationFactory(site=site, design_version=version, active_from=timezone.localdate())
    large = enrol_subject(site=site, actor=crcs[0]).forms.get(form_oid="FO.VS")
    assert queries_of(crcs[0], large) <= small


def queries_of(actor, form):
    client = browser(actor)
    get(client, form)
    with CaptureQueriesContext(connection) as counted:
        assert get(client, form).status_code == 200
    return len(counted)
