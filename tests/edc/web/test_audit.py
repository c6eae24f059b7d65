"""The audit page: who reads it, its filters, what is withheld, the export and the check of the chain."""

import csv
import io
import re
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from edc import audit
from edc.models import AuditEvent
from edc.selectors import audit_visible_to
from edc.selectors.audit_chain import verify_chain
from edc.services import people
from edc.services.entry import correct_item
from edc.web.audit_rows import audit_rows
from edc.web.audit_words import ACTIONS
from tests.factories.entering import form_of

ROOT = Path(__file__).resolve().parents[3]
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


@pytest.mark.requirement("I5")
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


def test_filters_by_form_item_role_channel_site_and_request(see, olga, complete, subject):
    form = complete("FO.DM")
    some = AuditEvent.objects.filter(action="form.completed", target_id=str(form.pk)).get()

    def count(**query):
        return see(olga, **query).context["page"].paginator.count

    of_form = AuditEvent.objects.filter(target_type="edc.forminstance", target_id=str(form.pk))
    assert count(form="FO.DM") == of_form.count()
    assert count(form="FO.AE") == 0
    assert count(item="IT.DM.SEX") == AuditEvent.objects.filter(path="IT.DM.SEX").count()
    assert count(role="crc") == AuditEvent.objects.filter(role="crc").count() > 0
    assert count(role="system") == AuditEvent.objects.filter(role="system").count() > 0
    assert count(channel="api") == 0
    assert count(site="S02") == 0
    assert count(site="S01") == AuditEvent.objects.filter(site=subject.site).count()
    assert count(request=some.request_id) == AuditEvent.objects.filter(request_id=some.request_id).count()


def test_values_roles_channels_and_items_are_words(see, olga, complete, subject, member):
    form = complete("FO.LBC")
    entry = {"raw": None, "unit": None, "missing": "ND"}
    actor = member("ada", "crc")
    with audit.channel("page"):
        correct_item(form=form, path="IT.LBC.BILI", entry=entry, reason="Typing", actor=actor)
    [row] = see(olga, action="item.corrected").context["rows"]

    assert (row.before, row.after) == ("12.5 µmol/L", "ND Not done")
    assert (row.item, row.role, row.channel) == ("BILI", "Data entry (CRC)", "Page")
    assert row.action == "Item corrected"
    assert row.target.endswith("LBC")
    assert row.local.endswith("+08:00")
    assert row.utc.endswith("Z")


@pytest.mark.requirement("I5")
def test_codes_are_shown_by_their_labels_and_numbers_with_their_unit(complete, member):
    complete("FO.LBC")
    found = audit_visible_to(member("olga", "auditor")).filter(action="form.completed").order_by("pk")
    with translation.override("zh-hans"):
        consent, bloods = (row.after for row in audit_rows(found))

    assert "SIGNED(中)" in consent
    assert "12.5 µmol/L" in bloods
    assert "41 g/L" in bloods
    assert "{" not in consent + bloods


def test_a_trail_is_of_the_reader_s_sites(see, client, member, other_site, complete):
    complete("FO.DM")
    zoe = member("zoe", "monitor", other_site)

    page = see(zoe).context["page"].object_list
    sent = rows(client.get(reverse("audit-export")))

    assert {event.site for event in page} <= {None, other_site}
    assert {row["site"] for row in sent} <= {"", other_site.oid}


def test_account_events_are_for_readers_of_the_whole_study(see, member, system):
    people.create_user(username="newbie", password="long enough 5 x", display_name="N",
                       actor=member("root", "administrator", study_wide=True))  # fmt: skip

    assert "user.created" in actions(see(member("olga", "auditor", study_wide=True)))
    assert "user.created" not in actions(see(member("oscar", "auditor")))


@pytest.mark.requirement("E4", "I3")
def test_an_export_is_an_event_with_its_filters(client, olga, subject):
    client.force_login(olga)
    list(client.get(reverse("audit-export"), {"role": "crc"}).streaming_content)

    event = AuditEvent.objects.get(action="audit.exported")

    assert event.actor == olga
    assert event.after == {"form": "csv", "filters": {"study": subject.study.oid, "role": "crc"}}


def test_a_page_of_the_trail_takes_no_more_queries_with_more_events(client, olga, complete):
    complete("FO.DM")
    client.force_login(olga)
    client.get(reverse("audit"))
    counts = []
    for oid in (None, "FO.LBC", "FO.ENR"):
        if oid:
            complete(oid)
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("audit"))
        counts.append(len(queries))

    assert max(counts) == counts[0]


@pytest.mark.requirement("I5")
def test_every_kind_of_event_has_its_words():
    written = re.compile(r'(?:action=|, )"((?:[a-z_]+)\.(?:[a-z_]+))"')
    sources = [
        path for app in ("edc", "imaging", "modeling") for path in (ROOT / app / "services").rglob("*.py")
    ]
    recorded = {
        name for path in sources if "audit" in path.read_text() for name in written.findall(path.read_text())
    }

    assert recorded - set(ACTIONS) == set(), "give these their words in edc/web/audit_words.py"


@pytest.mark.requirement("E3")
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

    assert {row["at"][-6:] for row in found} == {"+00:00"}
    assert {row["at_local"][-6:] for row in found} == {"+08:00"}
    assert all(row["request_id"] and row["software_version"] for row in found)
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
    assert verify_chain().broken.event_id == row.pk
