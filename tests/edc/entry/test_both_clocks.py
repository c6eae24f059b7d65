"""A draft keeps when a value was typed, by the client's clock, beside when the server got it; both stay."""

import csv
import io
from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.urls import reverse

from edc.models import AuditEvent, DraftItem
from edc.services.entry import add_row, remove_row, restore_row, save_item, submit_entry
from edc.services.entry.clock import told_clock
from edc.web.clock_words import clock_words
from tests.edc.web.entry_door import browser, save
from tests.factories.entering import entry, form_of

NOW = datetime(2026, 11, 22, 2, 10, tzinfo=UTC)
BEIJING = timezone(timedelta(hours=8))
ITEM = "IT.DM.AGE"


@pytest.fixture
def form(subject, complete):
    complete("FO.IC")
    return form_of(subject, "FO.DM")


def told(*, hours_ago: int, ahead: int = 0) -> dict[str, str]:
    """Return what a browser sends whose value waited for hours, and whose clock is ahead by seconds."""
    here = datetime.now(BEIJING) + timedelta(seconds=ahead)
    return {"typed_at": (here - timedelta(hours=hours_ago)).isoformat(), "sent_at": here.isoformat()}


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({}, {}),
        (
            {"typed_at": "2026-11-22T07:30:00.250+08:00", "sent_at": "2026-11-22T10:12:05+08:00"},
            {"typed_at": "2026-11-22T07:30:00+08:00", "off_s": 125},
        ),
        ({"typed_at": "2026-11-22T02:09:00Z"}, {"typed_at": "2026-11-22T02:09:00+00:00", "off_s": None}),
        ({"typed_at": "2026-11-22T10:00:00"}, {"unreadable": True}),
        ({"typed_at": "1970-01-01T08:00:04+08:00"}, {"unreadable": True}),
        ({"typed_at": "yesterday"}, {"unreadable": True}),
        ({"typed_at": 1763776000}, {"unreadable": True}),
        ({"typed_at": "2026-11-22T10:00:00+08:00" + "0" * 40}, {"unreadable": True}),
    ],
)
def test_the_clients_clock_is_kept_as_told_with_its_difference(sent, kept):
    assert told_clock(sent, NOW) == kept


@pytest.mark.parametrize(
    ("off", "words"),
    [
        (125, "Typed 2026-11-22 07:30:00 +08:00; that clock 125 seconds ahead"),
        (-3600, "Typed 2026-11-22 07:30:00 +08:00; that clock 3600 seconds behind"),
        (2, "Typed 2026-11-22 07:30:00 +08:00"),
        (None, "Typed 2026-11-22 07:30:00 +08:00"),
    ],
)
def test_a_difference_longer_than_the_way_is_said(off, words):
    assert clock_words({"typed_at": "2026-11-22T07:30:00+08:00", "off_s": off}) == words


@pytest.mark.requirement("E4", "I6")
def test_the_time_of_entry_and_of_saving_are_both_in_the_trail(form, crcs):
    waited = told(hours_ago=3, ahead=600)
    assert save(browser(crcs[0]), form, ITEM, entry("58") | waited).status_code == 200

    event, item = AuditEvent.objects.get(action="draft.saved"), DraftItem.objects.get()
    typed = datetime.fromisoformat(event.after["clock"]["typed_at"])
    assert timedelta(hours=2) < event.at - typed < timedelta(hours=3)
    assert abs(event.after["clock"]["off_s"] - 600) < 60
    assert typed.utcoffset() == timedelta(hours=8)
    assert (item.clock, item.entry) == (event.after["clock"], entry("58"))


@pytest.mark.requirement("E4")
def test_a_clock_that_cannot_be_read_never_costs_the_value(form, crcs):
    answer = save(browser(crcs[0]), form, ITEM, entry("58") | {"typed_at": "0000", "sent_at": "?"})

    assert answer.status_code == 200
    assert DraftItem.objects.get().entry == entry("58")
    assert AuditEvent.objects.get(action="draft.saved").after["clock"] == {"unreadable": True}


@pytest.mark.requirement("E4")
def test_both_clocks_stay_with_the_sealed_pass_and_are_shown_at_the_item(form, crcs, member, enter):
    client, waited = browser(crcs[0]), told(hours_ago=3)
    save(client, form, ITEM, entry("58") | waited)
    history = reverse("form-panel", args=[form.pk])
    asked = {"path": ITEM, "tab": "history"}
    words = f"Typed {waited['typed_at'][:10]} {waited['typed_at'][11:19]} +08:00"
    assert words in client.get(history, asked).content.decode()

    save(client, form, "IT.DM.SEX", entry("F"))
    submit_entry(form=form, actor=crcs[0])
    sealed = AuditEvent.objects.filter(action="entry.submitted", target_id=str(form.pk)).get()
    assert sealed.after["clocks"][ITEM]["typed_at"][:19] == waited["typed_at"][:19]
    assert set(sealed.after["clocks"]) == set(sealed.after["content"]["items"])
    assert all(each["saved_at"].endswith("+00:00") for each in sealed.after["clocks"].values())
    monitor = browser(member("ivy", "monitor"))
    assert words not in monitor.get(history, asked).content.decode()

    enter(form, 2, AGE="58")
    page = monitor.get(history, asked).content.decode()
    assert "Times of entry" in page
    assert words in page


@pytest.mark.requirement("E4", "P2")
def test_the_exported_trail_has_both_clocks_and_taking_it_is_recorded(form, crcs, member, enter):
    waited = told(hours_ago=3, ahead=-900)
    save(browser(crcs[0]), form, ITEM, entry("58") | waited)
    save(browser(crcs[0]), form, "IT.DM.SEX", entry("F"))
    submit_entry(form=form, actor=crcs[0])
    enter(form, 2, AGE="58")
    auditor = member("olga", "auditor", study_wide=True)
    sent = browser(auditor).get(reverse("audit-export"))
    found = list(csv.DictReader(io.StringIO(b"".join(sent.streaming_content).decode("utf-8-sig"))))

    row = next(each for each in found if each["action"] == "draft.saved" and each["path"] == ITEM)
    assert row["typed_at"][:19] == waited["typed_at"][:19]
    assert abs(int(row["clock_off_s"]) + 900) < 60
    assert AuditEvent.objects.filter(action="audit.exported", actor=auditor).count() == 1
    assert len(found) == AuditEvent.objects.count()


def test_a_row_taken_back_keeps_when_it_was_typed(subject, complete, crcs):
    complete("FO.IC")
    form, waited = form_of(subject, "FO.TXS"), told(hours_ago=3)
    key = add_row(form=form, group_oid="IG.TXSROW", actor=crcs[0])
    path = f"IT.TXS.DRUG[{key}]"
    save_item(form=form, path=path, entry=entry("BEV") | waited, expected_version=0, actor=crcs[0])
    remove_row(form=form, group_oid="IG.TXSROW", key=key, actor=crcs[0])
    restore_row(form=form, group_oid="IG.TXSROW", key=key, actor=crcs[0])

    item = DraftItem.objects.get(path=path)
    assert item.entry == entry("BEV")
    assert item.clock["typed_at"][:19] == waited["typed_at"][:19]


def test_a_program_tells_its_clock_too(form, crcs, client):
    client.force_login(crcs[0])
    body = {"path": ITEM, "entry": entry("58") | told(hours_ago=1), "expected_version": 0}
    url = reverse("api:form-draft", args=[form.pk])
    answer = client.patch(url, body, content_type="application/json")

    assert answer.status_code == 200, answer.content
    assert "typed_at" in DraftItem.objects.get().clock
