"""Signed pages: opened by the site and the monitor alone, each look recorded, erased by two people."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from edc import audit
from edc.errors import NotNow
from edc.models import AuditEvent, ConsentScan
from edc.services.consent.scans import add_scan, erase_scan, withdraw_scan
from edc.services.kept_files import place_of
from tests.edc.web.entry_door import browser
from tests.factories.consents import ConsentFactory
from tests.factories.evidence import pdf, scan


@pytest.fixture
def consent(subject):
    return ConsentFactory(subject=subject)


@pytest.fixture
def held(consent, crc):
    return add_scan(consent=consent, content=scan(), actor=crc)


def page(held, number=1):
    return reverse("consent-scan-page", args=[held.public_id, number])


def test_a_scan_is_kept_without_its_name_and_metadata(consent, crc):
    sent = {"file": SimpleUploadedFile("ZHANG SAN.jpg", scan())}
    answer = browser(crc).post(reverse("consent-scan-add", args=[consent.pk]), sent)
    held = ConsentScan.objects.get()
    assert (answer.status_code, held.media_type, held.page_count) == (302, "image/jpeg", 1)
    kept = place_of(held).read_bytes()
    assert b"Exif" not in kept
    events = AuditEvent.objects.filter(action="consent.scan_added")
    assert "ZHANG" not in str(events.values_list("after", "reason"))


def test_a_page_whose_row_is_not_written_leaves_no_file(consent, crc, monkeypatch):
    def fail(**_facts):
        raise RuntimeError("the trail is full")

    folder = place_of(ConsentScan()).parent
    before = set(folder.glob("*"))
    monkeypatch.setattr(audit, "record", fail)
    with pytest.raises(RuntimeError):
        add_scan(consent=consent, content=scan(), actor=crc)
    assert set(folder.glob("*")) == before
    assert not ConsentScan.objects.exists()


def test_a_pdf_is_shown_page_by_page(consent, crc):
    held = add_scan(consent=consent, content=pdf(), actor=crc)
    answer = browser(crc).get(page(held))
    assert answer["Content-Type"] == "image/png"
    assert answer["Cache-Control"] == "no-store"
    assert browser(crc).get(page(held, held.page_count + 1)).status_code == 404


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("crc", 200), ("investigator", 200), ("monitor", 200), ("data_manager", 403), ("clinician", 403),
        ("radiologist", 404), ("data_scientist", 404), ("auditor", 404), ("uploader", 404),
    ],
)  # fmt: skip
def test_the_people_of_the_site_and_the_monitor_open_it(held, member, role, status):
    client = browser(member("eve", role))
    assert client.get(page(held)).status_code == status
    assert client.get(reverse("consent-scan-file", args=[held.public_id])).status_code == status
    looked = AuditEvent.objects.filter(actor__username="eve", action__startswith="consent.scan_")
    expected = ["consent.scan_viewed", "consent.scan_downloaded"] if status == 200 else []
    assert list(looked.order_by("pk").values_list("action", flat=True)) == expected


def test_another_site_finds_nothing(held, member, other_site):
    client = browser(member("zoe", "crc", other_site))
    assert client.get(page(held)).status_code == 404
    assert client.get(reverse("subject-consent", args=[held.consent.subject_id])).status_code == 404


def test_who_may_not_open_it_sees_that_it_is_there(held, manager):
    text = browser(manager).get(reverse("subject-consent", args=[held.consent.subject_id])).content.decode()
    assert "1 page" in text
    assert page(held) not in text
    assert "On file" in browser(manager).get(reverse("consents"), {"show": "all"}).content.decode()


def test_two_people_of_the_site_erase_a_scan(held, crcs):
    ada, grace = crcs
    with pytest.raises(NotNow):
        erase_scan(scan=held, actor=grace)
    withdraw = reverse("consent-scan-withdraw", args=[held.public_id])
    browser(ada).post(withdraw, {"reason": "Another patient's page"})
    assert browser(ada).get(page(held)).status_code == 404
    with pytest.raises(NotNow):
        erase_scan(scan=held, actor=ada)
    file = place_of(held)
    assert file.exists()


def test_an_erased_file_is_gone_and_its_hash_stays(held, crcs, django_capture_on_commit_callbacks):
    withdraw_scan(scan=held, reason="Another patient's page", actor=crcs[0])
    with django_capture_on_commit_callbacks(execute=True):
        browser(crcs[1]).post(reverse("consent-scan-erase", args=[held.public_id]))
    assert not place_of(held).exists()
    erased = AuditEvent.objects.get(action="consent.scan_erased")
    assert erased.before["sha256"] == held.sha256
    assert erased.reason == "Another patient's page"


def test_the_monitor_and_the_manager_change_nothing(held, monitor, manager):
    for actor in (monitor, manager):
        client = browser(actor)
        sent = {"file": SimpleUploadedFile("a.jpg", scan())}
        assert client.post(reverse("consent-scan-add", args=[held.consent_id]), sent).status_code == 403
        withdraw = reverse("consent-scan-withdraw", args=[held.public_id])
        assert client.post(withdraw, {"reason": "x"}).status_code == 403
