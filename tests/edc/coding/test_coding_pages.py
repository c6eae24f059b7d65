"""Coding on pages: a dictionary loaded, values coded by one, approved by another, asked, followed, locked."""

import re
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from edc.models import AuditEvent, Coding, Dictionary, FormInstance, Level, Query
from edc.selectors.lock_checks import lock_counts
from edc.services.coding import approve_coding
from edc.services.entry import correct_item
from tests.edc.web.entry_door import browser
from tests.factories.coding import ATC, CHINESE, ENGLISH, meddra_zip
from tests.factories.entering import entry

NOTE = "IT.DM.NOTE"


@pytest.fixture
def meg(member):
    return member("meg", "data_manager")


@pytest.fixture
def manager(meg):
    return browser(meg)


@pytest.fixture
def second(member):
    return browser(member("max", "data_manager"))


def words(answer):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


def load(client, *files, kind="meddra", version="1.0"):
    sent = [SimpleUploadedFile(name, data) for name, data in files]
    body = {"kind": kind, "version": version, "licence": "Sham 7", "file": sent}
    return client.post(reverse("dictionary-load"), body)


def both(version="1.0", english=ENGLISH, chinese=CHINESE):
    zips = (meddra_zip(english, "en", version), meddra_zip(chinese, "zh", version))
    return [(f"{number}.zip", data) for number, data in enumerate(zips)]


@pytest.fixture
def meddra(manager, study):
    """MedDRA's synthetic double in two languages, coding the note of demography."""
    assert load(manager, *both()).status_code == 302
    made = Dictionary.objects.get()
    answer = manager.post(reverse("coded-item-set"), {"item": NOTE, "dictionary": made.pk})
    assert answer.status_code == 302
    return made


@pytest.fixture
def noted(complete, meddra):
    """A function that completes demography with a note and returns its value."""

    def now(text):
        form = complete("FO.DM", NOTE=text)
        return form.values.get(item_oid=NOTE)

    return now


def left(value):
    forms = FormInstance.objects.filter(pk=value.form_id)
    return lock_counts(forms, Level.FORM)["coding"].get(value.form_id, 0)


def code(client, value, number):
    term = Dictionary.objects.latest("pk").terms.get(code=number)
    return client.post(reverse("coding-code", args=[value.pk]), {"term": term.pk})


def approve(client, *codings):
    return client.post(reverse("coding-approve"), {"coding": [each.pk for each in codings]})


def test_a_version_is_loaded_once_with_its_licence_and_never_again(manager, meddra):
    assert (meddra.term_count, meddra.levels[0], meddra.licence) == (4, "SOC", "Sham 7")
    assert meddra.terms.get(code="90002").zh == "虚拟头部疼痛"
    told = AuditEvent.objects.get(action="dictionary.loaded").after
    assert (told["terms"], len(told["files"][0]["sha256"])) == (4, 64)
    again = load(manager, *both())
    assert (again.status_code, set(again.json()["errors"])) == (422, {"version"})
    wrong = load(manager, *both(), version="1.1")
    assert "1.0" in wrong.json()["errors"]["version"][0] + str(wrong.json()["errors"])
    assert Dictionary.objects.count() == 1


def test_a_hierarchy_of_drugs_is_loaded_and_its_fault_is_named(manager, study):
    assert load(manager, ("atc.csv", ATC.encode()), kind="atc").status_code == 302
    assert Dictionary.objects.get().levels == ["ATC1", "ATC2", "ATC4"]
    broken = load(manager, ("atc.csv", b"code,level,name_en,parent\nA,L,a,B\n"), kind="whodrug")
    assert "line 2" in str(broken.json()["errors"]["file"])


@pytest.mark.parametrize("text", ["toubu", "xntbtt", "HEAD PAIN", "头部疼痛", "90002"])
def test_a_term_is_found_in_chinese_english_pinyin_or_by_code(manager, noted, text):
    value = noted("Hurts")
    found = words(manager.get(reverse("coding-terms", args=[value.pk]), {"q": text}))
    assert "Sham head pain 90002" in found
    assert "90004" not in found


def test_one_person_codes_and_another_approves(manager, second, noted, meg):
    value = noted("Hurts")
    assert left(value) == 1
    shown = words(manager.get(reverse("coding")))
    assert "Hurts" in shown
    assert "To code 1 To approve 0 Approved 0 Left to do 1 All 1" in shown
    assert code(manager, value, "90002").status_code == 302
    held = Coding.objects.get()
    approve(manager, held)
    held.refresh_from_db()
    assert (held.approver, left(value)) == (None, 1)
    approve(second, held)
    held.refresh_from_db()
    assert (held.approver.username, left(value)) == ("max", 0)
    told = AuditEvent.objects.filter(action__startswith="coding.").values_list("action", flat=True)
    assert list(told) == ["coding.item_set", "coding.proposed", "coding.approved"]
    shown = words(manager.get(reverse("coding"), {"state": "approved"}))
    assert "Nervous shams › Head › Head pains › Sham headache" in shown


def test_a_retired_term_is_not_given(manager, noted):
    assert code(manager, noted("Hurts"), "90004").status_code == 422


def test_words_equal_to_a_term_are_coded_and_wait_for_approval(manager, noted):
    value = noted("sham  NAUSEA.")
    assert manager.post(reverse("coding-auto")).status_code == 302
    held = Coding.objects.get()
    assert (held.term.code, held.method, held.approver) == ("90003", "exact", None)
    assert left(value) == 1


def test_what_was_approved_before_is_remembered_by_its_words(manager, second, noted, subject, crcs):
    value = noted("Brummschädel")
    code(manager, value, "90001")
    approve(second, Coding.objects.get())
    correct_item(form=value.form, path=NOTE, entry=entry("other"), reason="Source", actor=crcs[0])
    assert left(value) == 1, "a code holds for the words it was given to"
    correct_item(form=value.form, path=NOTE, entry=entry("BRUMMSCHÄDEL"), reason="Source", actor=crcs[0])
    manager.post(reverse("coding-auto"))
    held = Coding.objects.get(ended_at=None)
    assert (held.term.code, held.method, held.verbatim) == ("90001", "memory", "BRUMMSCHÄDEL")


def test_a_code_for_words_that_changed_is_not_approved(manager, noted, member, crcs):
    value = noted("Hurts")
    code(manager, value, "90001")
    correct_item(form=value.form, path=NOTE, entry=entry("Aches"), reason="Source", actor=crcs[0])
    answer = browser(member("max", "data_manager")).post(
        reverse("coding-approve"), {"coding": Coding.objects.get().pk}, follow=True
    )
    assert "has changed since it was coded" in words(answer)


def test_a_code_sent_back_is_given_anew_and_the_reason_stays(manager, second, noted):
    value = noted("Hurts")
    code(manager, value, "90003")
    held = Coding.objects.get()
    url = reverse("coding-back", args=[held.pk])
    assert second.post(url, {"reason": ""}).status_code == 422
    assert second.post(url, {"reason": "Not the gut"}).status_code == 302
    assert AuditEvent.objects.get(action="coding.sent_back").reason == "Not the gut"
    assert "Hurts" in words(manager.get(reverse("coding")))


def test_the_site_is_asked_from_the_list(manager, noted):
    value = noted("Hurts")
    manager.post(reverse("coding-ask", args=[value.pk]), {"text": "Where does it hurt?"})
    asked = Query.objects.get()
    assert (asked.path, asked.form_id, asked.text_en or asked.text_zh) == (
        NOTE,
        value.form_id,
        "Where does it hurt?",
    )
    assert "Query open" in words(manager.get(reverse("coding")))


def test_another_site_and_a_coordinator_see_nothing(noted, member, other_site, crcs):
    value = noted("Hurts")
    stranger = browser(member("zoe", "data_manager", other_site))
    assert "Hurts" not in words(stranger.get(reverse("coding"), {"state": "all"}))
    assert stranger.get(reverse("coding-terms", args=[value.pk])).status_code == 404
    assert browser(crcs[0]).get(reverse("coding")).status_code == 403


NEWER = (
    ("90001", "Sham headache", "90001", "Y"),
    ("90002", "Sham pain of the head", "90001", "Y"),
    ("90003", "Sham nausea", "90001", "Y"),
)


@pytest.mark.parametrize(
    ("number", "outcome", "approved"),
    [("90001", "same", True), ("90002", "renamed", True), ("90003", "moved", False)],
)
def test_a_new_version_takes_along_what_holds(manager, noted, meg, member, number, outcome, approved):
    value = noted("Hurts")
    code(manager, value, number)
    approve_coding(coding=Coding.objects.get(), actor=member("max", "data_manager"))
    old = Dictionary.objects.get()
    load(manager, ("new.zip", meddra_zip(NEWER, "en", "2.0")), ("zh.zip", newer_chinese()), version="2.0")
    new = Dictionary.objects.get(version="2.0")
    url = reverse("dictionary-change", args=[old.pk, new.pk])
    assert manager.get(url).status_code == 200
    assert Coding.objects.get().term.dictionary == old, "a report changes nothing"
    assert manager.post(url).status_code == 302
    held = Coding.objects.get(ended_at=None)
    assert (held.term.dictionary, bool(held.approved_at)) == (new, approved)
    told = AuditEvent.objects.get(action="dictionary.version_changed").after
    assert told["codings"] == {outcome: 1}


def newer_chinese():
    names = {code: name for code, name, *_ in CHINESE}
    return meddra_zip([(code, names[code], pt, current) for code, _n, pt, current in NEWER], "zh", "2.0")


def test_a_term_that_is_gone_puts_its_values_back_into_the_list(manager, noted, member):
    value = noted("Hurts")
    code(manager, value, "90003")
    approve_coding(coding=Coding.objects.get(), actor=member("max", "data_manager"))
    old = Dictionary.objects.get()
    load(manager, ("new.zip", meddra_zip(NEWER[:2], "en", "2.0")), version="2.0")
    url = reverse("dictionary-change", args=[old.pk, Dictionary.objects.get(version="2.0").pk])
    assert "Not in the new version: code anew 1" in words(manager.get(url))
    manager.post(url)
    assert not Coding.objects.filter(ended_at=None).exists()
    assert left(value) == 1
