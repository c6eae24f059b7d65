"""Consents for programs: the state of each subject, one recorded, a page added, a withdrawal."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from edc.models import Consent, ConsentScan
from tests.edc.web.entry_door import browser
from tests.factories.consents import ConsentFactory, in_effect
from tests.factories.evidence import scan


@pytest.fixture
def in_force(site):
    return in_effect(site, "V1.0", 90)


def send(user, name, body, *args):
    return browser(user).post(reverse(f"api:{name}", args=args), body, content_type="application/json")


def test_a_program_records_a_consent_and_reads_the_state(subject, crc, in_force, member, other_site):
    body = {
        "study": subject.study.oid, "subject_key": subject.subject_key, "version": in_force.pk,
        "explained_by": "Dr Lin",
    }  # fmt: skip
    made = send(crc, "consents", body)
    assert (made.status_code, made.json()["version"]) == (201, "V1.0")
    asked = {"study": subject.study.oid, "state": "current"}
    (line,) = browser(crc).get(reverse("api:consent-states"), asked).json()["results"]
    assert (line["subject_key"], line["version"], line["due_from"]) == (subject.subject_key, "V1.0", None)
    assert browser(crc).get(reverse("api:consents")).json()["results"][0]["explained_by"] == "Dr Lin"
    assert browser(crc).get(reverse("api:consent-versions")).json()["results"][0]["label"] == "V1.0"
    stranger = member("zoe", "crc", other_site)
    assert send(stranger, "consents", body).status_code == 404
    for name in ("consents", "consent-states", "consent-withdrawals"):
        assert browser(stranger).get(reverse(f"api:{name}")).json()["results"] == []


def test_a_consent_that_does_not_hold_names_its_field(subject, crc):
    body = {
        "study": subject.study.oid, "subject_key": subject.subject_key, "version": 999, "explained_by": "L"
    }  # fmt: skip
    answer = send(crc, "consents", body)
    assert answer.status_code == 422
    assert "version" in str(answer.json())
    assert not Consent.objects.exists()


def test_a_program_adds_a_page_and_a_withdrawal(subject, crc, manager):
    consent = ConsentFactory(subject=subject)
    page = reverse("api:consent-scans", args=[consent.pk])
    sent = {"file": SimpleUploadedFile("ZHANG SAN.jpg", scan())}
    assert browser(manager).post(page, sent).status_code == 403
    sent["file"].seek(0)
    assert browser(crc).post(page, sent).json()["sha256"] == ConsentScan.objects.get().sha256
    body = {
        "study": subject.study.oid, "subject_key": subject.subject_key, "withdrawn_on": "2026-06-01",
        "specimens": True, "reason": "Own wish",
    }  # fmt: skip
    made = send(crc, "consent-withdrawals", body).json()
    assert (made["specimens"], made["further_data"]) == (True, False)
    assert subject.consent_withdrawals.get().withdrawn_on.isoformat() == "2026-06-01"
