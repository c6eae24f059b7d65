"""The register through its pages: publishing, paper, annulling, reminding, lists, CSV, API."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from edc import access
from edc.models import Notification, StudyDocument, TrainingRecord
from edc.services.role_gate import settle
from tests.factories.evidence import pdf
from tests.factories.training import StudyDocumentFactory, TrainingRecordFactory

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("P9")]
GIVEN = {
    "code": "gcp", "version": "1.0", "title_zh": "GCP 培训", "title_en": "GCP training", "text_zh": "一。",
    "text_en": "One.", "roles": ["crc", "monitor"], "required": "yes", "grace_days": "7",
}  # fmt: skip


@pytest.fixture
def manager(member):
    return member("meg", "data_manager", study_wide=True)


@pytest.fixture
def ada(member):
    return member("ada", "crc")


@pytest.fixture
def page(client, manager):
    client.cookies["django_language"] = "en"
    client.force_login(manager)
    return client


def test_a_version_is_published_and_those_it_asks_are_told(page, ada, manager, study):
    assert page.post(reverse("document-publish"), GIVEN).status_code == 302
    made = StudyDocument.objects.get()
    assert (made.study, made.roles, made.grace_days) == (study, ["crc", "monitor"], 7)
    told = Notification.objects.filter(kind="training_asked")
    assert [each.user for each in told] == [ada]
    again = page.post(reverse("document-publish"), GIVEN, headers={"HX-Request": "true"})
    assert again.status_code == 422
    assert "published already" in again.content.decode()


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"text_en": ""}, "both languages"),
        ({"roles": []}, "at least one role"),
        ({"roles": ["uploader"]}, "at least one role"),
        ({"grace_days": "91"}, "between 0 and 90"),
        ({"grace_days": "x"}, "number of days"),
        ({"grace_days": "²"}, "number of days"),
        ({"code": "a b"}, "letters, digits"),
        ({"title_zh": ""}, "between 1 and 160"),
    ],
)
def test_what_is_wrong_is_named(page, changed, words):
    answer = page.post(reverse("document-publish"), GIVEN | changed, headers={"HX-Request": "true"})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not StudyDocument.objects.exists()


def test_a_pdf_is_read_page_by_page_and_saved_as_it_is(page, ada):
    content = pdf(2)
    page.post(reverse("document-publish"), GIVEN | {"file": SimpleUploadedFile("sop.pdf", content)})
    made = StudyDocument.objects.get()
    assert (made.page_count, made.text_zh) == (2, "")
    page.force_login(ada)
    assert page.get(reverse("document-page", args=[made.pk, 2])).headers["Content-Type"] == "image/png"
    assert page.get(reverse("document-page", args=[made.pk, 3])).status_code == 404
    assert page.get(reverse("document-file", args=[made.pk])).content == content


def test_a_picture_is_no_document(page):
    not_pdf = SimpleUploadedFile("sop.pdf", b"hello")
    answer = page.post(reverse("document-publish"), GIVEN | {"file": not_pdf})
    assert answer.status_code == 422
    assert not StudyDocument.objects.exists()


def test_a_training_on_paper_is_recorded_by_another_person_and_annulled(page, ada, manager, study, site):
    document = StudyDocumentFactory(study=study, roles=["crc", "data_manager"])
    settle(user=ada, actor=manager)
    given = {"username": "ada", "document": document.pk, "trained_on": "2026-11-02", "trainer": "Lise"}
    paper = reverse("training-paper")
    assert page.post(paper, given | {"trainer": " "}).status_code == 422
    assert page.post(paper, given | {"document": "²"}).status_code == 404
    future = (timezone.localdate() + timezone.timedelta(days=1)).isoformat()
    assert page.post(paper, given | {"trained_on": future}).status_code == 422
    assert page.post(paper, given | {"username": "meg"}).status_code == 409  # not one's own
    assert page.post(paper, given).status_code == 302
    record = TrainingRecord.objects.get()
    assert (record.how, record.recorded_by, record.trainer) == ("paper", manager, "Lise")
    assert access.may(ada, "enter_data", site=site)
    assert page.post(paper, given).status_code == 409  # it is on record

    annul = reverse("training-annul", args=[record.pk])
    assert page.post(annul, {"reason": ""}).status_code == 422
    assert page.post(annul, {"reason": "Another Ada"}).status_code == 302
    assert page.post(annul, {"reason": "Another Ada"}).status_code == 409
    assert not access.may(ada, "enter_data", site=site)


def test_the_register_shows_who_is_missing_and_reminds_them(page, ada, member, study):
    cleo = member("cleo", "crc")
    document = StudyDocumentFactory(study=study, roles=["crc"])
    TrainingRecordFactory(document=document, user=cleo)
    register = reverse("training-register")
    missing = page.get(register, {"show": "missing"})
    assert [line.user for line, *_words in missing.context["lines"]] == [ada]
    assert [line.user for line, *_words in page.get(register, {"q": "cleo"}).context["lines"]] == [cleo]
    assert page.post(reverse("training-remind")).status_code == 302
    assert [each.user for each in Notification.objects.filter(kind="training_reminded")] == [ada]


def test_csv_and_api_tell_every_record(page, ada, manager, study):
    document = StudyDocumentFactory(study=study, roles=["crc"])
    record = TrainingRecordFactory(document=document, user=ada)
    TrainingRecordFactory(document=document, user=ada, how="annulled", reason="No", recorded_by=manager)
    lines = b"".join(page.get(reverse("training-csv")).streaming_content).decode().splitlines()
    assert [line.split(",")[7] for line in lines[1:]] == ["waits", "on_record", "annulled"]
    answer = page.get("/api/v1/training/records/", {"user": "ada"}).json()
    assert [each["how"] for each in answer["results"]] == ["annulled", "read"]
    assert answer["results"][1]["document_sha256"] == record.document_sha256
    assert page.get("/api/v1/training/documents/").json()["results"][0]["roles"] == ["crc"]


def test_one_who_keeps_no_register_sees_none_of_another_persons_training(client, ada, member, study):
    monitor = member("mo", "monitor")
    TrainingRecordFactory(document=StudyDocumentFactory(study=study, required=False), user=monitor)
    client.force_login(ada)
    assert client.get(reverse("training-register")).status_code == 403
    assert client.get("/api/v1/training/records/").json()["results"] == []


def test_an_auditor_reads_the_register_and_changes_nothing(client, member, study):
    client.force_login(member("lise", "auditor", study_wide=True))
    StudyDocumentFactory(study=study, required=False)
    assert client.get(reverse("training-register")).status_code == 200
    assert client.get(reverse("documents")).status_code == 200
    assert client.post(reverse("document-publish"), GIVEN).status_code == 403


def test_a_document_of_another_study_is_not_found(client, ada):
    client.force_login(ada)
    assert client.get(reverse("document", args=[StudyDocumentFactory().pk])).status_code == 404
