"""A study founded from a file: its account, facts and sites, and the second administrator who founds it."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from edc.design.whole import check_document, written
from edc.exchange.design_workbook import write_workbook
from edc.models import AuditEvent, Institution, Membership, Study, StudyFounding
from tests.factories.designs import small_design

pytestmark = [pytest.mark.usefixtures("english"), pytest.mark.django_db]
OID = "ChiCTR2600009999"
DICTIONARY = (
    '"Variable / Field Name","Form Name","Section Header","Field Type","Field Label",'
    '"Choices, Calculations, OR Slider Labels","Branching Logic (Show field only if...)"\n'
    "record_id,demo,,text,Record,,\n"
    'sex,demo,,radio,Sex,"1, Male | 2, Female",\n'
    "born,demo,,text,Born,,\"[sex] = '1'\"\n"
    'odd,demo,,calc,Odd,"concat([sex], [born])",\n'
)
FACTS = {
    "oid": OID, "prefix": "NEW", "title_zh": "新研究", "title_en": "New study", "short_zh": "新",
    "short_en": "New",
    "sponsor_zh": "甲", "sponsor_en": "A", "status": "prospective", "registered_on": "2026-01-01",
    "ethics": "E-1", "ethics_on": "2026-01-02", "recruits_from": "2026-02-01", "entry": "double",
}  # fmt: skip


@pytest.fixture
def upload(client, member):
    first = member("ann", "administrator")

    def sent(name, content):
        client.force_login(first)
        file = SimpleUploadedFile(name, content)
        return client.post(reverse("study-foundings"), {"file": file}).status_code

    return sent


@pytest.fixture
def act(client):
    def sent(founding, what, **more):
        answer = client.post(reverse("study-founding", args=[founding.pk]), {"what": what, **more})
        founding.refresh_from_db()
        return answer.status_code

    return sent


def test_a_dictionary_becomes_a_study_by_two_administrators(client, member, upload, act):
    ben = member("ben", "administrator")
    assert upload("lung.csv", DICTIONARY.encode()) == 302
    founding = StudyFounding.objects.get()
    page = client.get(reverse("study-founding", args=[founding.pk]))
    assert any(what == "odd" for what, _words in page.context["lost"])
    assert dict(page.context["carried"])["Conditions"] == 1
    assert [value for _name, _label, value in page.context["facts"] if value] == ["retrospective", "double"]
    assert (page.context["sites"], bool(page.context["faults"])) == ("", True)
    sites = "甲医院 | Hospital A\n乙医院"
    assert act(founding, "complete", sites="", **FACTS) == 422
    assert act(founding, "complete", sites=sites, **(FACTS | {"ethics_on": "soon"})) == 302
    assert client.get(reverse("study-founding", args=[founding.pk])).context["faults"]
    assert act(founding, "submit", text="Protocol 1.0") == 409
    assert act(founding, "complete", sites=sites, **FACTS) == 302
    assert act(founding, "submit", text="Protocol 1.0") == 302
    assert act(founding, "publish", text="Mine") == 403

    client.force_login(ben)
    assert act(founding, "complete", sites=sites, **FACTS) == 403
    assert act(founding, "publish", text="Agreed") == 302

    study = Study.objects.get(oid=OID)
    assert (study.short_title_zh, study.design_versions.count()) == ("新", 1)
    assert [each.name_en for each in study.sites.order_by("number")] == ["Hospital A", "乙医院"]
    assert set(Membership.objects.filter(study=study).values_list("user__username", "role")) == {
        ("ann", "administrator"), ("ben", "administrator"),
    }  # fmt: skip
    row = AuditEvent.objects.get(action="study_founding.published")
    assert (row.actor, row.study, row.reason) == (ben, study, "Agreed")
    assert act(founding, "send_back", text="Late") == 409


def test_a_workbook_founds_too_and_a_known_hospital_keeps_its_name(client, upload, act, tmp_path):
    held = Institution.objects.create(key="a", name_zh="甲医院", name_en="First Hospital")
    write_workbook(written(small_design()), tmp_path / "a.xlsx", told="small")
    assert upload("a.xlsx", (tmp_path / "a.xlsx").read_bytes()) == 302
    founding = StudyFounding.objects.get()
    assert act(founding, "complete", sites="甲医院 | Other", **FACTS) == 302
    page = client.get(reverse("study-founding", args=[founding.pk]))
    assert (page.context["faults"], page.context["lost"]) == ([], [])
    assert held.name_en in page.context["sites"]
    assert act(founding, "drop", text="Not needed") == 302
    assert act(founding, "complete", sites="甲医院", **FACTS) == 409


def test_a_registration_number_is_one_study_s(study, upload, act, tmp_path):
    document = written(small_design())
    assert check_document(document).errors == ()
    write_workbook(document, tmp_path / "a.xlsx", told="small")
    upload("a.xlsx", (tmp_path / "a.xlsx").read_bytes())
    founding = StudyFounding.objects.get()
    assert document["study"]["oid"] == study.oid
    assert act(founding, "submit", text="Again") == 409


@pytest.mark.parametrize(("name", "content"), [("a.txt", b"x"), ("a.csv", b"A,B\n1,2\n"), ("a.xlsx", b"x")])
def test_a_file_that_is_no_design_begins_nothing(upload, name, content):
    assert upload(name, content) == 422
    assert not StudyFounding.objects.exists()
