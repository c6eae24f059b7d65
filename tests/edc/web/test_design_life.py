"""A draft of the design, from its beginning over the review by another person to a published version."""

import json

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from openpyxl import load_workbook

from edc.design import editing
from edc.errors import Conflict, NotNow
from edc.models import AuditEvent, DesignDraft, DesignDraftStep, DesignVersion, Notification
from edc.services.design import publish_design
from edc.services.design_draft import (
    Brought,
    Change,
    change_draft,
    explain_wording,
    publish_draft,
    replace_draft,
    start_draft,
    submit_draft,
)
from edc.services.design_draft.content import document_of
from tests.factories.design_drafts import relabelled
from tests.factories.designs import small_design, text

DICTIONARY = """\
"Variable / Field Name","Form Name","Section Header","Field Type","Field Label",\
"Choices, Calculations, OR Slider Labels","Field Note","Text Validation Type OR Show Slider Number",\
"Text Validation Min","Text Validation Max",Identifier?,\
"Branching Logic (Show field only if...)","Required Field?"
record_id,demo,,text,"Record ID",,,,,,,,
smoke,demo,,yesno,Smokes,,,,,,,,
"""
pytestmark = [pytest.mark.usefixtures("english"), pytest.mark.django_db]


@pytest.fixture
def writer(member):
    return member("wen", "data_manager")


@pytest.fixture
def reviewer(member):
    return member("rui", "data_manager")


@pytest.fixture
def draft(study, writer):
    return start_draft(study=study, name="Amendment 1", actor=writer)


def change(draft, actor):
    brought = Brought(relabelled(document_of(draft)), "amendment.xlsx")
    return replace_draft(draft=draft, brought=brought, revision=draft.revision, actor=actor)


def post(client, who, draft, what, words="Protocol 2.0", revision=2):
    client.force_login(who)
    url = reverse("design-draft-act", args=[draft.pk])
    shown = {"revision": revision} if what == "publish" else {}
    return client.post(url, {"what": what, "text": words} | shown).status_code


def test_a_draft_is_written_by_one_and_published_by_another(client, draft, writer, reviewer, study):
    change(draft, writer)
    assert post(client, writer, draft, "submit") == 302
    told = Notification.objects.get(kind="design_submitted")
    assert (told.user, told.url) == (reviewer, reverse("design-draft", args=[draft.pk]))

    assert post(client, writer, draft, "publish") == 403
    assert post(client, reviewer, draft, "publish", "Agreed") == 302

    draft.refresh_from_db()
    version = DesignVersion.objects.get(study=study, number=2)
    assert (draft.state, draft.version, draft.published_by) == ("published", version, reviewer)
    assert version.design.item("IT.DM.SEX").label.en == "Sex at birth"
    page = client.get(reverse("design-version", args=[2])).content.decode()
    assert "Sex at birth" in page
    assert "Agreed" in page
    actions = AuditEvent.objects.filter(action__startswith="design").values_list("action", flat=True)
    assert {"design.published", "design_draft.published", "design_draft.replaced"} <= set(actions)


def test_what_is_sent_back_is_changed_and_submitted_again(client, draft, writer, reviewer):
    change(draft, writer)
    post(client, writer, draft, "submit")
    assert post(client, reviewer, draft, "send_back", "Say which sex") == 302
    assert Notification.objects.get(kind="design_decided").user == writer
    draft.refresh_from_db()
    assert draft.state == "draft"
    client.force_login(writer)
    assert "Say which sex" in client.get(reverse("design-draft", args=[draft.pk])).content.decode()
    assert post(client, writer, draft, "submit") == 302


def test_a_page_on_which_other_content_stood_publishes_nothing(client, draft, writer, reviewer, study):
    change(draft, writer)
    post(client, writer, draft, "submit")
    page = client.get(reverse("design-draft", args=[draft.pk])).content.decode()
    assert 'name="revision"' not in page
    client.force_login(reviewer)
    page = client.get(reverse("design-draft", args=[draft.pk])).content.decode()
    assert 'name="revision" value="2"' in page
    post(client, writer, draft, "send_back", "Taken back")
    brought = Brought(relabelled(document_of(draft), "Another label"), "amendment.xlsx")
    replace_draft(draft=draft, brought=brought, revision=2, actor=writer)
    post(client, writer, draft, "submit")
    assert post(client, reviewer, draft, "publish", "Agreed") == 409
    assert study.design_versions.count() == 1
    assert post(client, reviewer, draft, "publish", "Agreed", revision=3) == 302


def test_nobody_who_wrote_any_of_it_publishes_it_even_if_another_submits(draft, writer, reviewer):
    change(draft, writer)
    submit_draft(draft=draft, text="Ready", actor=reviewer)
    for who in (writer, reviewer):
        with pytest.raises(PermissionDenied):
            publish_draft(draft=draft, revision=2, text="Mine", actor=who)


@pytest.mark.parametrize("missing", ["submitted_by", "published_by"])
def test_the_database_wants_both_people_named(draft, writer, reviewer, study, missing):
    people = {"submitted_by": writer, "published_by": reviewer} | {missing: None}
    with pytest.raises(IntegrityError), transaction.atomic():
        DesignDraft.objects.update(state="published", version=study.design_versions.get(), **people)


def test_a_draft_with_faults_or_without_changes_is_not_submitted(client, draft, writer):
    assert post(client, writer, draft, "submit") == 409
    document = document_of(draft)
    document["events"][0]["forms"].append({"form": "FO.NONE", "mandatory": True})
    replace_draft(draft=draft, brought=Brought({"events": document["events"]}, "x"), revision=1, actor=writer)
    page = client.get(reverse("design-draft", args=[draft.pk])).content.decode()
    assert "Visit · Screening" in page
    assert "FO.NONE" in page
    assert post(client, writer, draft, "submit") == 409


def test_a_draft_on_an_old_version_is_not_published(draft, writer, reviewer, system):
    change(draft, writer)
    submit_draft(draft=draft, text="Ready", actor=writer)
    publish_design(design=small_design(short_title=text("Elsewhere")), actor=system)
    with pytest.raises(Conflict):
        publish_draft(draft=draft, revision=2, text="Agreed", actor=reviewer)


def test_a_study_has_one_open_draft_and_another_after_it_is_given_up(client, draft, writer, study):
    with pytest.raises(NotNow):
        start_draft(study=study, name="Second", actor=writer)
    assert post(client, writer, draft, "drop", "Not needed") == 302
    client.post(reverse("design-start"), {"name": "Second"})
    assert DesignDraft.objects.get(state="draft").name == "Second"


def test_a_file_taken_on_what_was_changed_meanwhile_is_refused(draft, writer, reviewer):
    change(draft, reviewer)
    with pytest.raises(Conflict):
        replace_draft(draft=draft, brought=Brought({}, "x"), revision=1, actor=writer)


def test_two_people_on_one_item_the_second_is_told_what_differs(draft, writer, reviewer):
    address = ("forms", "FO.DM", "IG.DM", "IT.DM.SEX")
    fields = dict(editing.element(document_of(draft), address))
    seen = editing.seal(fields, address)
    for who, required in ((writer, "optional"), (reviewer, "always")):
        one = Change("put", address, fields | {"required": required, "critical": True}, seen=seen)
        if who == writer:
            change_draft(draft=draft, change=one, actor=who)
        else:
            with pytest.raises(Conflict, match="required"):
                change_draft(draft=draft, change=one, actor=who)
    draft.refresh_from_db()
    assert editing.element(document_of(draft), address)["required"] == "optional"
    assert DesignDraftStep.objects.filter(kind="changed").count() == 1


def test_a_reworded_code_needs_a_reason_and_a_re_meant_one_finds_none(draft, writer):
    codelists = document_of(draft)["codelists"]
    code = codelists["CL.SEX"]["items"][0]
    code["en"] = "Male (M)"
    brought = Brought({"codelists": codelists}, "x")
    draft = replace_draft(draft=draft, brought=brought, revision=1, actor=writer)
    [fault] = draft.faults
    assert (fault["file"], fault["field"]) == ("codelists", "CL.SEX.items[0]")
    draft = explain_wording(draft=draft, codelist="CL.SEX", code="M", reason="Spelled out", actor=writer)
    assert draft.faults == []
    assert json.loads(draft.content)["codelists"]["CL.SEX"]["items"][0]["en"] == "Male (M)"
    draft = replace_draft(draft=draft, brought=brought, revision=draft.revision, actor=writer)
    assert (draft.faults, draft.wordings) == ([], {"CL.SEX/M": "Spelled out"})
    code["en"] = "Male M"
    draft = replace_draft(draft=draft, brought=brought, revision=draft.revision, actor=writer)
    assert ([each["field"] for each in draft.faults], draft.wordings) == (["CL.SEX.items[0]"], {})


def sent(client, who, draft, path, revision=1):
    client.force_login(who)
    with path.open("rb") as file:
        data = {"file": file, "revision": revision}
        return client.post(reverse("design-file", args=[draft.pk]), data)


def test_the_workbook_goes_out_is_changed_and_comes_back(client, draft, writer, tmp_path):
    client.force_login(writer)
    path = tmp_path / "design.xlsx"
    path.write_bytes(client.get(reverse("design-workbook", args=[draft.pk])).content)
    book = load_workbook(path)
    [label] = [row[7] for row in book["Items"].iter_rows() if row[2].value == "IT.DM.SEX"]
    assert book["Items"].cell(1, label.column).value == "hint.zh"
    label.value = "见病历首页"
    book["Items"].cell(label.row, label.column + 1, "See the first page")
    book.save(path)

    assert sent(client, writer, draft, path).status_code == 302
    draft.refresh_from_db()
    assert (draft.revision, draft.faults) == (2, [])
    assert "See the first page" in draft.content
    assert sent(client, writer, draft, path, revision=1).status_code == 409

    book["Items"].cell(label.row, label.column + 1, None)
    book["Visits"]["E2"] = "someday"
    book.save(path)
    assert sent(client, writer, draft, path, revision=2).status_code == 302
    draft.refresh_from_db()
    assert all(each["cell"] for each in draft.faults)

    book["Visits"]["F2"] = "soon"
    book.save(path)
    answer = sent(client, writer, draft, path, revision=3)
    assert answer.status_code == 422
    assert "Visits!F2" in answer.content.decode()


def test_a_redcap_dictionary_becomes_the_draft_s_forms(client, draft, writer, tmp_path):
    path = tmp_path / "dictionary.csv"
    path.write_text(DICTIONARY)
    assert sent(client, writer, draft, path).status_code == 302
    draft.refresh_from_db()
    document = document_of(draft)
    assert document["forms"][0]["oid"] == "FO.DEMO"
    assert "FO.DM" not in [each["oid"] for each in document["forms"]]
    assert document["study"]["oid"] == draft.study.oid
    assert any(each["file"] == "study" for each in draft.faults)


def code_act(client, draft, what, **more):
    url = reverse("design-codelist", args=[draft.pk, "CL.SEX"])
    seen = client.get(url).context["seen"]
    return client.post(url, {"what": what, "seen": seen, **more}).status_code


def test_codes_are_added_retired_and_reworded_never_taken_out_once_published(client, draft, writer):
    client.force_login(writer)
    assert code_act(client, draft, "retire", code="F") == 302
    assert code_act(client, draft, "add", code="U", zh="未知", en="Unknown") == 302
    assert code_act(client, draft, "remove", code="M") == 422
    assert code_act(client, draft, "reword", code="M", zh="M(中)", en="Male (M)") == 422
    assert code_act(client, draft, "reword", code="M", zh="F(中)", en="F", reason="Swapped") == 422
    assert code_act(client, draft, "reword", code="M", zh="M(中)", en="M.", reason="Full stop") == 302

    draft.refresh_from_db()
    codes = document_of(draft)["codelists"]["CL.SEX"]["items"]
    assert [(each["code"], each["en"], each.get("retired", False)) for each in codes] == [
        ("M", "M.", False), ("F", "F", True), ("U", "Unknown", False),
    ]  # fmt: skip
    assert (draft.faults, draft.wordings) == ([], {"CL.SEX/M": "Full stop"})
    page = client.get(reverse("design-codelist", args=[draft.pk, "CL.SEX"]))
    assert page.context["uses"] == [("DM", "SEX")]
    assert client.get(reverse("design-codelists", args=[draft.pk])).context["lines"]


def test_a_code_changed_on_a_page_that_is_out_of_date_is_refused(client, draft, writer):
    client.force_login(writer)
    url = reverse("design-codelist", args=[draft.pk, "CL.SEX"])
    old = {"what": "retire", "seen": client.get(url).context["seen"], "code": "M"}
    assert client.post(url, old).status_code == 302
    assert client.post(url, old | {"code": "F"}).status_code == 409
