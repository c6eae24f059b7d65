"""The audit page: who reads it, its filters, what is withheld, the export and the check of the chain."""

import csv
import io

import pytest
from django.db import connection
from django.urls import reverse

from edc import audit
from edc.models import AuditEvent
from tests.factories.entering import form_of

pytestmark = pytest.mark.usefixtures("english")


@pytest.fixture
def see(client, member):
    def open_as(user, **query):
        client.force_login(user)
        return client.get(reverse("audit"), query)

    return open_as


@pytest.fixture
def olga(member):
    return member("olga", "auditor", study_wide=True)


def actions(response):
    return [event.action for event in response.context["page"].object_list]


@pytest.mark.parametrize("name", ["audit", "audit-export"])
@pytest.mark.parametrize(
    ("role", "status"),
    [("auditor", 200), ("data_manager", 200), ("monitor", 200), ("crc", 403), ("investigator", 403),
     ("administrator", 403)],
)  # fmt: skip
def test_who_reads_the_trail(client, member, subject, name, role, status):
    client.force_login(member("zoe", role))

    assert client.get(reverse(name)).status_code == status


def test_filters_by_subject_person_action_target_and_day(see, olga, complete, subject):
    form = complete("FO.IC")
    every = AuditEvent.objects.filter(study=subject.study).count()

    assert see(olga).context["page"].paginator.count == every
    assert set(actions(see(olga, action="entry.submitted"))) == {"entry.submitted"}
    assert see(olga, person="grace").context["page"].paginator.count < every
    assert actions(see(olga, subject="99-9999")) == []
    about = see(olga, target="edc.forminstance", target_id=str(form.pk)).context["page"].object_list
    assert {event.target_id for event in about} == {str(form.pk)}
    assert see(olga, since="2999-01-01").context["page"].paginator.count == 0
    assert see(olga, until="2000-01-01").context["page"].paginator.count == 0
    assert see(olga, since="tomorrow", until="2026-99-99").context["page"].paginator.count == every


def test_an_unreconciled_pass_is_withheld_on_the_page_and_in_the_export(client, olga, enter, subject):
    enter(form_of(subject, "FO.IC"), 1)
    event = AuditEvent.objects.filter(action="entry.submitted").get()
    client.force_login(olga)

    page = client.get(reverse("audit"), {"action": "entry.submitted"})
    sent = client.get(reverse("audit-export"), {"action": "entry.submitted"})

    assert event.blinded
    assert b"Withheld until the form is reconciled" in page.content
    [row] = rows(sent)
    assert (row["before"], row["after"]) == ("withheld", "withheld")
    assert str(event.after["sha256"]) not in page.content.decode()


def rows(response):
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_the_export_holds_what_the_filters_leave_oldest_first(client, olga, complete, subject):
    complete("FO.IC")
    client.force_login(olga)

    found = rows(client.get(reverse("audit-export"), {"subject": subject.subject_key}))

    wanted = AuditEvent.objects.filter(subject=subject).order_by("pk").values_list("hash", flat=True)
    assert [row["hash"] for row in found] == list(wanted)


def test_a_reason_that_looks_like_a_formula_is_text_in_a_spreadsheet(client, member, olga, subject):
    client.force_login(member("ada", "crc"))
    client.post(reverse("subject-fail", args=[subject.pk]), {"reason": "=HYPERLINK(1)"})
    client.force_login(olga)

    [row] = rows(client.get(reverse("audit-export"), {"action": "subject.screen_failed"}))

    assert row["reason"] == "'=HYPERLINK(1)"


def test_the_chain_is_checked_on_demand(client, olga, subject):
    client.force_login(olga)

    response = client.post(reverse("audit-check"))

    assert response.context["holds"] is True
    assert str(AuditEvent.objects.count()) in response.context["words"]


def test_an_altered_row_is_named(client, olga, subject):
    from tests.factories.guards import dropping, making

    row = AuditEvent.objects.filter(action="subject.enrolled").get()
    with connection.cursor() as cursor:
        for statement in dropping(connection.vendor):
            cursor.execute(statement)
        cursor.execute("UPDATE edc_auditevent SET reason = 'quietly' WHERE id = %s", [row.pk])
        for statement in making(connection.vendor):
            cursor.execute(statement)
    client.force_login(olga)

    response = client.post(reverse("audit-check"))

    assert response.context["holds"] is False
    assert str(row.pk) in response.context["words"]
    assert audit.verify_chain()[0].event_id == row.pk
