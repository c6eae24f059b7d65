"""Source evidence beside the fields: pages for both passes, passages for neither, nothing beyond the site."""

import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from edc.models import AuditEvent, Evidence
from edc.selectors import audit_visible_to
from edc.selectors.evidence import evidence_for, evidence_visible_to
from edc.services.entry import submit_entry
from edc.services.kept_files import place_of
from tests.edc.web.entry_door import browser, get
from tests.factories.entering import form_of, record
from tests.factories.evidence import kept_page, pdf, scan

SEX, AGE = "IT.DM.SEX", "IT.DM.AGE"
WORDS = "Age at diagnosis 58"


@pytest.fixture
def form(subject, complete):
    complete("FO.IC")
    return form_of(subject, "FO.DM")


def add(user, form, content=None, **given):
    sent = {"path": SEX, "source": "laboratory", "deidentified": "yes", "reach": "item"} | given
    if content is not None:
        sent["file"] = SimpleUploadedFile("ZHANG SAN 19610312.jpg", content)
    return browser(user).post(reverse("form-evidence", args=[form.pk]), sent)


def beside(user, form, path):
    answer = browser(user).get(reverse("form-panel", args=[form.pk]), {"path": path, "tab": "source"})
    return answer.content.decode()


def test_a_page_is_kept_without_metadata_or_its_name_and_shown_as_a_picture(form, crcs):
    answer = add(crcs[0], form, scan())
    held = Evidence.objects.get()
    picture = browser(crcs[0]).get(reverse("evidence-page", args=[held.public_id, 1]))
    row = AuditEvent.objects.get(action="evidence.added")

    assert answer.status_code == 200
    assert (held.kind, held.media_type, held.paths, held.form_id) == ("page", "image/jpeg", [SEX], form.pk)
    assert b"ZHANG" not in picture.content
    assert Image.open(io.BytesIO(picture.content)).size == (40, 60)
    assert picture.headers["Content-Security-Policy"].startswith("default-src 'none'; sandbox")
    assert (row.after["sha256"], row.after["deidentified"]) == (held.sha256, True)
    assert "ZHANG" not in str(row.after)


def test_a_cell_of_a_grid_bears_the_mark_of_its_page_too(complete, crcs, subject):
    rows = {"IG.TXSROW": ["1", "2"]}
    values = {
        f"IT.TXS.{name}[{key}]": held for key in "12" for name, held in (("DRUG", "BEV"), ("DOSE", "15"))
    }
    complete("FO.IC")
    done = form_of(subject, "FO.TXS")
    for person in crcs:
        submit_entry(form=done, actor=person, record=record(values, rows), source="test")
    kept_page(done, crcs[0], ["IT.TXS.DOSE[2]"])

    shown = get(browser(crcs[0]), done).content.decode()
    cells = dict(re.findall(r'data-path="(IT.TXS.DOSE[^"]*)"(.*?)</td>', shown, re.S))
    assert {path: "bi-paperclip" in cell for path, cell in cells.items()} == {
        "IT.TXS.DOSE[1]": False, "IT.TXS.DOSE[2]": True,
    }  # fmt: skip


def test_a_pdf_is_drawn_page_by_page_and_leaves_as_an_attachment_with_an_audit_row(form, crcs):
    content = pdf(2)
    add(crcs[0], form, content, reach="section")
    held = Evidence.objects.get()
    door = browser(crcs[0])
    drawn = door.get(reverse("evidence-page", args=[held.public_id, 2]))
    beyond = door.get(reverse("evidence-page", args=[held.public_id, 3]))
    sent = door.get(reverse("evidence-file", args=[held.public_id]))

    assert {SEX, AGE} <= set(held.paths)
    assert (drawn.headers["Content-Type"], beyond.status_code) == ("image/png", 404)
    assert sent.content == content
    assert sent.headers["Content-Disposition"].startswith("attachment;")
    assert AuditEvent.objects.filter(action="evidence.downloaded", actor=crcs[0]).count() == 1


@pytest.mark.parametrize(
    ("content", "given", "named"),
    [
        (b"%!PS", {}, "File"),
        (None, {}, "File"),
        (scan(), {"deidentified": ""}, "De-identified"),
        (scan(), {"source": "diary"}, "Kind of source"),
        (scan(), {"path": "IT.DM.NONE"}, "IT.DM.NONE"),
        (scan(), {"path": ""}, "Item"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_kept(form, crcs, content, given, named):
    answer = add(crcs[0], form, content, **given)
    assert answer.status_code == 422
    assert named in answer.content.decode()
    assert not Evidence.objects.exists()
    assert not AuditEvent.objects.filter(action="evidence.added").exists()


def test_the_second_person_sees_the_page_but_not_to_which_item_it_is_tied(form, crcs, enter):
    add(crcs[0], form, scan())
    enter(form, 1)
    (seen,) = evidence_for(crcs[1], form, AGE)
    page = get(browser(crcs[1]), form).content.decode()

    assert seen.paths == []
    assert "Laboratory report" in beside(crcs[1], form, AGE)
    assert "1 source" not in page
    assert [each.paths for each in evidence_for(crcs[0], form, SEX)] == [[SEX]]
    assert "1 source" in get(browser(crcs[0]), form).content.decode()


def test_the_words_of_one_pass_are_hidden_from_the_other_until_the_form_is_final(form, crcs, enter, member):
    add(crcs[0], form, text=WORDS, path=AGE)
    manager, monitor = member("meg", "data_manager"), member("mo", "monitor")
    enter(form, 1)
    before = {each.username: WORDS in beside(each, form, AGE) for each in (*crcs, manager, monitor)}
    rows = audit_visible_to(manager).filter(action="evidence.added")
    told_before = rows.get().after
    enter(form, 2)
    after = {each.username: WORDS in beside(each, form, AGE) for each in (*crcs, manager, monitor)}

    assert before == {"ada": True, "grace": False, "meg": False, "mo": False}
    assert after == {"ada": True, "grace": True, "meg": True, "mo": True}
    assert told_before is None
    assert rows.get().after["paths"] == [AGE]
    assert WORDS not in str(rows.get().after)


def test_who_resolves_and_who_verifies_open_it_where_they_work(form, crcs, enter, member):
    manager, monitor = member("meg", "data_manager"), member("mo", "monitor")
    add(crcs[0], form, scan(), path=AGE)
    enter(form, 1)
    enter(form, 2, AGE="59")
    picture = reverse("evidence-page", args=[Evidence.objects.get().public_id, 1])
    resolving = browser(manager).get(reverse("form-reconcile", args=[form.pk])).content.decode()

    assert picture in resolving
    assert 'href="#evidence" data-key="e" data-opens-source' in resolving
    assert browser(monitor).get(picture).status_code == 404  # the form is not final


def test_the_monitor_opens_the_source_beside_the_values(complete, member, crcs):
    form = complete("FO.DM")
    held = kept_page(form, crcs[0], [AGE])
    shown = browser(member("mo", "monitor")).get(reverse("form-verification", args=[form.pk]))

    assert reverse("evidence-page", args=[held.public_id, 1]) in shown.content.decode()
    assert f"?path={AGE}" in shown.content.decode()


def test_nobody_of_another_site_finds_it(form, crcs, member, other_site):
    add(crcs[0], form, scan())
    held = Evidence.objects.get()
    stranger = member("eve", "crc", other_site)
    names = {"evidence-page": [1], "evidence-file": [], "evidence-tie": [], "evidence-withdraw": []}
    door = browser(stranger)
    answers = {
        door.generic("GET" if name in ("evidence-page", "evidence-file") else "POST", url).status_code
        for name, more in names.items()
        for url in [reverse(name, args=[held.public_id, *more])]
    }

    assert answers == {404}
    assert not evidence_visible_to(stranger).exists()
    assert add(stranger, form, scan()).status_code == 404


def test_the_second_person_ties_the_page_to_an_item_of_theirs(form, crcs, enter):
    add(crcs[0], form, scan())
    enter(form, 1)
    held = Evidence.objects.get()
    door = browser(crcs[1])
    answer = door.post(reverse("evidence-tie", args=[held.public_id]), {"path": AGE})
    again = door.post(reverse("evidence-tie", args=[held.public_id]), {"path": AGE})
    held.refresh_from_db()

    assert (answer.status_code, again.status_code) == (200, 200)
    assert held.paths == [AGE, SEX]
    assert AuditEvent.objects.get(action="evidence.tied").blinded == "entry-2"


def test_a_withdrawn_page_is_nobodys_and_its_file_stays(form, crcs, member):
    add(crcs[0], form, scan())
    held = Evidence.objects.get()
    to, door = reverse("evidence-withdraw", args=[held.public_id]), browser(crcs[1])
    bare = door.post(to, {"reason": " "})
    done = door.post(to, {"reason": "A name stands on it"})
    held.refresh_from_db()

    assert (bare.status_code, done.status_code) == (422, 200)
    assert (held.withdrawn_by, held.withdrawn_reason) == (crcs[1], "A name stands on it")
    assert browser(crcs[0]).get(reverse("evidence-page", args=[held.public_id, 1])).status_code == 404
    assert AuditEvent.objects.get(action="evidence.withdrawn").reason == "A name stands on it"
    assert place_of(held).exists()


def test_a_file_that_was_changed_on_disk_is_not_sent(form, crcs):
    add(crcs[0], form, scan())
    held = Evidence.objects.get()
    place_of(held).write_bytes(scan(width=61))
    answer = browser(crcs[0]).get(reverse("evidence-page", args=[held.public_id, 1]))

    assert answer.status_code >= 400
    assert "image" not in answer.headers["Content-Type"]
