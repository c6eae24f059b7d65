"""A study founded from a file: its account, facts and sites, and the second administrator who founds it."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse

from edc import access
from edc.design.whole import check_document, written
from edc.exchange.design_workbook import write_workbook
from edc.models import AuditEvent, Institution, Membership, Notification, Study, StudyFounding, User
from tests.factories.design_drafts import StudyFoundingFactory
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
    assert told() == [("ben", "founding_submitted", OID)]

    client.force_login(ben)
    assert act(founding, "complete", sites=sites, **FACTS) == 403
    seen = client.get(reverse("study-founding", args=[founding.pk])).context["seen"]
    assert act(founding, "publish", text="Agreed") == 409
    assert act(founding, "publish", text="Agreed", seen=seen) == 302

    study = Study.objects.get(oid=OID)
    assert (study.short_title_zh, study.design_versions.count()) == ("新", 1)
    assert [each.name_en for each in study.sites.order_by("number")] == ["Hospital A", "乙医院"]
    assert set(Membership.objects.filter(study=study).values_list("user__username", "role")) == {
        ("ann", "administrator"), ("ben", "administrator"),
    }  # fmt: skip
    row = AuditEvent.objects.get(action="study_founding.published")
    assert (row.actor, row.study, row.reason) == (ben, study, "Agreed")
    assert act(founding, "send_back", text="Late") == 409
    assert ("ann", "founding_decided", OID) in told()


def told():
    founded = Notification.objects.filter(kind__startswith="founding")
    return list(founded.values_list("user__username", "kind", "about"))


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


@pytest.fixture
def reviewed(client, member):
    """Return a function: ann's founding, its document put right by `change`, as ben sees it under review."""

    def made(change=lambda document: None):
        document = written(small_design(oid=OID))
        change(document)
        founding = StudyFoundingFactory(
            started_by=member("ann", "administrator"), content=json.dumps(document), state="in_review"
        )
        client.force_login(member("ben", "administrator"))
        return founding, client.get(reverse("study-founding", args=[founding.pk]))

    return made


def test_content_put_in_while_the_page_was_open_is_not_founded(client, reviewed, act):
    founding, page = reviewed()
    seen = page.context["seen"]
    assert f'name="seen" value="{seen}"' in page.content.decode()
    document = json.loads(founding.content)
    document["study"]["short_title"]["zh"] = "另一个"
    StudyFounding.objects.update(content=json.dumps(document))
    assert act(founding, "publish", text="Agreed", seen=seen) == 409
    assert not Study.objects.filter(oid=OID).exists()


@pytest.mark.parametrize("why", ["inactive", "no_administrator"])
def test_who_began_it_must_still_be_an_administrator(client, reviewed, act, why):
    founding, page = reviewed()
    if why == "inactive":
        User.objects.filter(pk=founding.started_by_id).update(is_active=False)
    else:
        founding.started_by.memberships.update(active=False)
        access.sync_grants(founding.started_by)
    assert act(founding, "publish", text="Agreed", seen=page.context["seen"]) == 409
    assert not Membership.objects.filter(study__oid=OID).exists()


def test_founding_leaves_the_hospitals_of_other_studies_as_they_are(study, reviewed, act):
    Institution.objects.filter(key="wuxi").update(name_zh="他院", aliases=["别名"])
    _founding, page = reviewed()
    assert [(each.part, each.field) for each in page.context["faults"]] == [("Institution · wuxi", "name")]

    def renamed(document):
        document["institutions"]["wuxi"] = {"name": {"zh": "别名", "en": "Alias"}}

    founding, page = reviewed(renamed)
    assert page.context["faults"] == []
    assert act(founding, "publish", text="Agreed", seen=page.context["seen"]) == 302
    held = Institution.objects.get(key="wuxi")
    assert (held.name_zh, held.aliases) == ("他院", ["别名"])
    assert held.sites.filter(study__oid=OID).exists()


def too_long(part, language, count):
    def change(document):
        held = {"study": document["study"]["short_title"], "sites": document["sites"][0]["name"]}
        held["institutions"] = document["institutions"]["wuxi"]["name"]
        held[part][language] = "长" * count

    return change


def ambiguous(document):
    document["codelists"]["CL.SEX"]["items"][0]["synonyms"] = ["F"]


@pytest.mark.parametrize(
    ("change", "part", "field"),
    [
        (too_long("study", "zh", 61), "Study", "short_title.zh"),
        (too_long("study", "en", 81), "Study", "short_title.en"),
        (too_long("sites", "zh", 121), "Site", "name.zh"),
        (too_long("institutions", "en", 201), "Institution", "name.en"),
        (ambiguous, "Codelist", "items[0].synonyms"),
    ],
)
def test_what_cannot_be_kept_or_told_apart_is_a_fault_of_its_field(reviewed, act, change, part, field):
    founding, page = reviewed(change)
    [fault] = page.context["faults"]
    assert (fault.part.partition(" ")[0], fault.field) == (part, field)
    assert act(founding, "publish", text="Agreed", seen=page.context["seen"]) == 409


def test_a_published_founding_names_who_decided(reviewed, study):
    founding, _page = reviewed()
    founding.state, founding.version = "published", study.design_versions.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        founding.save()


@pytest.mark.parametrize(("name", "content"), [("a.txt", b"x"), ("a.csv", b"A,B\n1,2\n"), ("a.xlsx", b"x")])
def test_a_file_that_is_no_design_begins_nothing(upload, name, content):
    assert upload(name, content) == 422
    assert not StudyFounding.objects.exists()
