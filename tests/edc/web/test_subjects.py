"""The page of a subject: visits and forms, criteria with what decides them, and what is decided there."""

import pytest
from django.urls import reverse

from edc.models import AuditEvent, EligibilityAssessment, FormInstance, StudyEvent, Subject
from tests.factories.entering import form_of

pytestmark = pytest.mark.usefixtures("english")


@pytest.fixture
def see(client, subject):
    def open_as(user):
        client.force_login(user)
        return client.get(reverse("subject", args=[subject.pk]))

    return open_as


@pytest.mark.parametrize(
    ("role", "status"),
    [("crc", 200), ("monitor", 200), ("auditor", 200), ("clinician", 200), ("radiologist", 404)],
)
def test_who_sees_a_subject(see, member, role, status):
    assert see(member("ada", role)).status_code == status


def test_another_sites_subject_is_not_found(see, member, other_site):
    assert see(member("bob", "crc", other_site)).status_code == 404


def criteria(response):
    return {line.oid: line for line in response.context["eligibility"].lines}


def test_a_criterion_without_its_inputs_says_what_is_missing_and_where(see, member, subject):
    line = criteria(see(member("ada", "crc")))["I2"]

    assert (line.shape, line.word) == ("wait", "Not evaluable")
    [missing] = line.missing
    assert missing.label == "AGE"
    assert missing.url == reverse("form-entry", args=[form_of(subject, "FO.DM").pk])


def test_a_criterion_shows_the_values_that_decided_it(see, member, complete):
    complete("FO.DM", AGE="17")

    found = criteria(see(member("ada", "crc")))

    assert (found["I2"].shape, found["I2"].word) == ("miss", "Not met")
    assert [(source.label, source.value) for source in found["I2"].sources] == [("AGE", "17")]
    assert (found["I1"].shape, found["I1"].word) == ("done", "Met")


def test_an_auditor_sees_the_answers_but_no_value(see, member, complete):
    complete("FO.DM")

    response = see(member("olga", "auditor"))

    assert criteria(response)["I2"].shape == "done"
    assert all(line.sources == [] for line in criteria(response).values())
    assert b">58<" not in response.content


def test_opening_a_subject_writes_nothing(see, member, subject):
    before = AuditEvent.objects.count()

    see(member("ada", "crc"))

    assert (AuditEvent.objects.count(), EligibilityAssessment.objects.count()) == (before, 0)


@pytest.mark.parametrize("page", ["subject", "form-entry"])
def test_a_subject_of_another_study_brings_its_study_along(client, member, subject, page):
    from edc.services.design import publish_design
    from tests.factories.designs import small_design
    from tests.factories.models import UserFactory

    elsewhere = publish_design(
        design=small_design(oid="ChiCTR2500000001"), actor=UserFactory(is_system=True)
    ).study.sites.first()
    ada = member("ada", "crc")
    member("ada", "crc", elsewhere)
    client.force_login(ada)
    client.post(reverse("switch"), {"study": "ChiCTR2500000001"})

    pk = subject.pk if page == "subject" else subject.forms.first().pk
    response = client.get(reverse(page, args=[pk]))

    assert response.context["shell"]["study"] == subject.study


@pytest.fixture
def eligible(complete, subject):
    complete("FO.DM")
    complete("FO.LBC")
    return subject


@pytest.mark.parametrize(
    ("role", "status"), [("crc", 302), ("investigator", 302), ("monitor", 403), ("radiologist", 404)]
)
def test_who_may_confirm_an_eligible_subject(client, member, eligible, role, status):
    client.force_login(member("ada2", role))

    response = client.post(reverse("subject-confirm", args=[eligible.pk]))

    assert response.status_code == status
    eligible.refresh_from_db()
    assert (eligible.status == Subject.Status.ENROLLED) == (status == 302)


@pytest.mark.parametrize(("role", "reason", "status"), [
    ("crc", "", 409), ("crc", "Because", 403), ("investigator", "", 409), ("investigator", "Because", 302),
])  # fmt: skip
def test_only_an_investigator_enrols_against_the_criteria(client, member, subject, role, reason, status):
    client.force_login(member("ada2", role))

    response = client.post(reverse("subject-confirm", args=[subject.pk]), {"override_reason": reason})

    assert response.status_code == status


@pytest.mark.parametrize(("reason", "status"), [("", 422), ("Withdrew consent", 302)])
def test_a_screen_failure_needs_its_reason(client, member, subject, reason, status):
    client.force_login(member("ada", "crc"))

    response = client.post(reverse("subject-fail", args=[subject.pk]), {"reason": reason})

    assert response.status_code == status
    subject.refresh_from_db()
    assert subject.status_reason == (reason if status == 302 else "")


def test_a_refusal_reaches_htmx_as_a_part_that_names_the_field(client, member, subject):
    client.force_login(member("ada", "crc"))

    response = client.post(
        reverse("subject-fail", args=[subject.pk]),
        {},
        headers={"HX-Request": "true"},
    )

    assert response.status_code == 422
    assert response.content.decode().startswith("<p")
    assert "reason" in response.content.decode()


def event_of(subject, oid):
    return StudyEvent.objects.filter(subject=subject, event_oid=oid).first()


@pytest.mark.parametrize(
    ("posted", "status", "state"),
    [
        ({"what": "held", "held_on": "2026-06-05"}, 302, "held"),
        ({"what": "held", "held_on": "5 June"}, 422, "planned"),
        ({"what": "held", "held_on": "2999-01-01"}, 422, "planned"),
        ({"what": "missed", "reason": "Lost"}, 302, "missed"),
        ({"what": "missed", "reason": " "}, 422, "planned"),
        ({"what": "else"}, 422, "planned"),
    ],
)
def test_a_visit_is_noted_as_held_or_not_done(client, member, subject, posted, status, state):
    client.force_login(member("ada", "crc"))
    event = event_of(subject, "SE.BASELINE")

    response = client.post(reverse("event-hold", args=[event.pk]), posted)

    assert response.status_code == status
    assert event_of(subject, "SE.BASELINE").status == state


@pytest.mark.parametrize(("opened", "refreshed"), [("subject", "true"), ("home", None)])
def test_a_page_that_is_open_is_loaded_again_with_what_was_noted(client, member, subject, opened, refreshed):
    client.force_login(member("ada", "crc"))
    here = reverse(opened, args=[subject.pk] if opened == "subject" else [])
    asked = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{here}"}

    address = reverse("event-hold", args=[event_of(subject, "SE.BASELINE").pk])
    response = client.post(address, {"what": "held", "held_on": "2026-06-05"}, headers=asked)

    assert response.headers["HX-Redirect"].startswith(reverse("subject", args=[subject.pk]) + "#")
    assert response.headers.get("HX-Refresh") == refreshed


@pytest.mark.parametrize(("role", "status"), [("monitor", 403), ("investigator", 403), ("radiologist", 404)])
def test_who_may_not_note_a_visit(client, member, subject, role, status):
    client.force_login(member("ada", role))

    response = client.post(reverse("event-hold", args=[event_of(subject, "SE.BASELINE").pk]), {})

    assert response.status_code == status


def test_an_unscheduled_visit_and_another_copy_of_a_form_are_added(client, member, subject):
    client.force_login(member("ada", "crc"))

    added = client.post(
        reverse("event-add", args=[subject.pk]), {"event_oid": "SE.UNSCHED", "held_on": "2026-06-05"}
    )
    event = event_of(subject, "SE.AE")
    copied = client.post(reverse("form-add", args=[event.pk]), {"form_oid": "FO.AE"})

    assert added.url.endswith(f"#visit-{event_of(subject, 'SE.UNSCHED').pk}")
    made = FormInstance.objects.get(event=event, repeat_key=2)
    assert copied.url == reverse("form-entry", args=[made.pk])


def test_a_form_that_is_filled_once_is_not_added_again(client, member, subject):
    client.force_login(member("ada", "crc"))

    response = client.post(
        reverse("form-add", args=[event_of(subject, "SE.SCREEN").pk]), {"form_oid": "FO.DM"}
    )

    assert response.status_code == 409


def test_a_visit_opens_on_its_subjects_page(client, member, subject):
    client.force_login(member("ada", "crc"))
    event = event_of(subject, "SE.BASELINE")

    response = client.get(reverse("event", args=[event.pk]))

    assert response.url == f"{reverse('subject', args=[subject.pk])}#visit-{event.pk}"
