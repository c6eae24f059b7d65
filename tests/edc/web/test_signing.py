"""Signing a visit or a casebook: one proof, a signature on each form, and how it breaks."""

import pytest
from django.urls import reverse

from edc.models import AuditEvent, Signature, SigningAct
from edc.services.entry import correct_item
from tests.factories.entering import entry, form_of
from tests.factories.models import PASSWORD

pytestmark = pytest.mark.usefixtures("english")
WHY = "transcription_error: wrong year"
SIGNING = {"password": PASSWORD, "meaning": "responsible"}


@pytest.fixture
def post(client, member, subject):
    def send(role="investigator", **sent):
        client.force_login(member(f"a-{role}", role))
        return client.post(reverse("subject-sign", args=[subject.pk]), SIGNING | sent).status_code

    return send


@pytest.mark.requirement("P14")
def test_one_act_signs_every_completed_form_and_breaks_with_any(complete, post, client, member, subject):
    form = complete("FO.DM")
    page, subject_page = (reverse(name, args=[subject.pk]) for name in ("subject-signing", "subject"))

    assert post() == 302
    act = SigningAct.objects.get()
    assert (act.scope, act.signatures.count(), subject.forms.filter(status="signed").count()) == (
        "casebook",
        2,
        2,
    )
    assert AuditEvent.objects.filter(action="casebook.signed").count() == 1
    [shown] = client.get(page).context["acts"]
    assert shown.holds
    assert "Signature no longer holds" not in client.get(subject_page).content.decode()

    form.refresh_from_db()
    correct_item(form=form, path="IT.DM.AGE", entry=entry("57"), reason=WHY, actor=member("eve", "crc"))
    [shown] = client.get(page).context["acts"]
    [broken] = shown.broken
    assert not shown.holds
    assert (broken.form_id, broken.broken_by.username, broken.broken_reason) == (form.pk, "eve", WHY)
    assert client.get(page).content.decode().count("Transcription error: wrong year") == 2
    assert client.get(subject_page).content.decode().count("Signature no longer holds") == 1


@pytest.mark.requirement("E6")
def test_a_visit_is_signed_alone(complete, post, subject):
    form = complete("FO.DM")
    complete("FO.LBC")

    assert post(event=str(form.event_id)) == 302
    assert form_of(subject, "FO.DM").status == "signed"
    assert form_of(subject, "FO.LBC").status == "complete"
    assert post(event=str(form.event_id)) == 409


@pytest.mark.parametrize(
    ("role", "sent", "status"),
    [
        ("investigator", {"password": "no"}, 422),
        ("investigator", {"meaning": "whatever"}, 422),
        ("investigator", {"content-": "another hash"}, 409),
        ("monitor", {}, 403),
        ("crc", {}, 403),
        ("radiologist", {}, 404),
    ],
)
@pytest.mark.requirement("E6")
def test_who_signs_what_was_shown_with_a_proof(complete, post, role, sent, status):
    complete("FO.DM")

    assert post(role, **sent) == status
    assert not Signature.objects.exists()
