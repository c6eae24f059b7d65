"""Codelists of a draft by page: a new one, codes with the words that find them, and what is refused."""

import pytest
from django.urls import reverse

from edc.design.editing import element, seal
from edc.exchange.design_workbook import read_workbook, write_workbook
from edc.services.design_draft import Change, change_draft, start_draft
from edc.services.design_draft.content import document_of

pytestmark = [pytest.mark.usefixtures("english"), pytest.mark.django_db]
LINES = "1 | 从不 | Never | 不吸; never smoked\n2｜曾经\n"


@pytest.fixture
def draft(client, member, study):
    writer = member("wen", "data_manager")
    client.force_login(writer)
    return start_draft(study=study, name="Amendment 1", actor=writer)


@pytest.fixture
def add(client, draft):
    def sent(oid, codes):
        data = {"oid": oid, "zh": "吸烟", "en": "Smoking", "codes": codes}
        answer = client.post(reverse("design-codelists", args=[draft.pk]), data)
        draft.refresh_from_db()
        return answer.status_code

    return sent


@pytest.fixture
def act(client, draft):
    def sent(oid, what, **more):
        url = reverse("design-codelist", args=[draft.pk, oid])
        seen = client.get(url).context["seen"]
        answer = client.post(url, {"what": what, "seen": seen, **more})
        draft.refresh_from_db()
        return answer.status_code

    return sent


def test_a_new_codelist_has_its_codes_and_their_synonyms(draft, add, tmp_path):
    assert add("cl.smoking", LINES) == 302

    document = document_of(draft)
    assert document["codelists"]["CL.SMOKING"] == {
        "name": {"zh": "吸烟", "en": "Smoking"},
        "items": [
            {"code": "1", "zh": "从不", "en": "Never", "synonyms": ["不吸", "never smoked"]},
            {"code": "2", "zh": "曾经", "en": "曾经"},
        ],
    }
    assert draft.faults == []
    write_workbook(document, tmp_path / "a.xlsx", told="draft")
    assert read_workbook(tmp_path / "a.xlsx").document["codelists"] == document["codelists"]


@pytest.mark.parametrize(
    ("oid", "codes"),
    [("CL.SEX", "1|一"), ("SMOKING", "1|一"), ("CL.X", ""), ("CL.X", "1"), ("CL.X", "1|一\n1|二")],
)
def test_what_is_no_codelist_is_refused(draft, add, oid, codes):
    before = document_of(draft)
    assert add(oid, codes) == 422
    assert document_of(draft) == before


def test_synonyms_find_a_code_in_entry_and_leave_its_published_words(client, draft, act):
    assert act("CL.SEX", "synonyms", code="M", synonyms="男士；gentleman") == 302
    assert act("CL.SEX", "synonyms", code="F", synonyms="x" * 81) == 422

    assert draft.faults == []
    page = client.get(reverse("design-preview", args=[draft.pk, "FO.DM"]))
    assert b"gentleman" in page.content
    changes = client.get(reverse("design-draft", args=[draft.pk])).context["changes"]
    assert ["other synonyms" in each.words for each in changes] == [True]
    assert act("CL.SEX", "synonyms", code="F", synonyms="Gentleman") == 302
    assert [each["file"] for each in draft.faults] == ["codelists", "codelists"]


def test_only_a_codelist_that_is_new_and_unused_is_taken_out(draft, add, act):
    assert act("CL.SEX", "drop") == 422
    add("CL.SMOKING", LINES)
    at = ("forms", "FO.DM", "IG.DM", "IT.DM.SEX")
    item = element(document_of(draft), at)
    changed = item | {"codelist": "CL.SMOKING"}
    change_draft(draft=draft, change=Change("put", at, changed, seen=seal(item, at)), actor=draft.started_by)
    assert act("CL.SMOKING", "drop") == 422
    change_draft(draft=draft, change=Change("put", at, item, seen=seal(changed, at)), actor=draft.started_by)
    assert act("CL.SMOKING", "drop") == 302
    assert "CL.SMOKING" not in document_of(draft)["codelists"]
