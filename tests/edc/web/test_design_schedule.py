"""The grid of forms by visit: what it posts changes the draft with an audit row for each part."""

import pytest
from django.urls import reverse

from edc.models import AuditEvent
from edc.services.design_draft import start_draft
from edc.services.design_draft.content import document_of

pytestmark = [pytest.mark.usefixtures("english"), pytest.mark.django_db]


@pytest.fixture
def draft(client, member, study):
    writer = member("wen", "data_manager")
    client.force_login(writer)
    return start_draft(study=study, name="Amendment 1", actor=writer)


@pytest.fixture
def posted(client, draft):
    """Return a function that gives what the page would post as it stands."""

    def fields():
        page = client.get(reverse("design-schedule", args=[draft.pk])).context
        found = {}
        for visit in page["visits"]:
            found |= {f"plan:{visit['oid']}": visit["plan"], f"seen:{visit['oid']}": visit["seen"]}
            found |= {f"repeats:{visit['oid']}": "on"} if visit["repeats"] else {}
        for row in page["rows"]:
            found |= {f"repeats:{row['oid']}": row["repeats"], f"seen:{row['oid']}": row["seen"]}
        return found

    return fields


@pytest.fixture
def post(client, draft):
    def sent(data):
        answer = client.post(reverse("design-schedule", args=[draft.pk]), data)
        draft.refresh_from_db()
        return answer.status_code

    return sent


def test_what_stands_there_changes_nothing(draft, posted, post):
    before, revision, rows = document_of(draft), draft.revision, AuditEvent.objects.count()

    assert post(posted()) == 302

    assert (document_of(draft), draft.revision, AuditEvent.objects.count()) == (before, revision, rows)


def test_forms_are_planned_ordered_and_repeated_with_an_audit_row_for_each_part(draft, posted, post):
    sent = posted()
    visit = next(each["oid"] for each in document_of(draft)["events"] if len(each["forms"]) > 1)
    first, *others = sent[f"plan:{visit}"].split(",")
    oid = first.partition(":")[0]
    changed = sent | {f"plan:{visit}": ",".join([*others, f"{oid}:optional"]), "repeats:FO.DM": "event"}

    assert post(changed) == 302

    document = document_of(draft)
    event = next(each for each in document["events"] if each["oid"] == visit)
    assert event["forms"][-1] == {"form": oid, "mandatory": False}
    assert next(each for each in document["forms"] if each["oid"] == "FO.DM")["repeats"] == "event"
    paths = AuditEvent.objects.filter(action="design_draft.changed").values_list("path", flat=True)
    assert set(paths) == {f"events/{visit}", "forms/FO.DM"}
    assert draft.revision == 2


def test_a_page_out_of_date_changes_nothing_at_all(draft, posted, post):
    old = posted()
    visits = [each["oid"] for each in document_of(draft)["events"]]
    assert post(old | {f"plan:{visits[0]}": "FO.DM:optional"}) == 302
    before = document_of(draft)

    assert post(old | {f"plan:{visits[0]}": "", f"plan:{visits[1]}": ""}) == 409

    assert document_of(draft) == before


@pytest.mark.parametrize("plan", ["FO.NONE:mandatory", "FO.DM:always", "FO.DM:optional,FO.DM:optional"])
def test_a_plan_that_the_page_cannot_have_made_is_refused(draft, posted, post, plan):
    visit = document_of(draft)["events"][0]["oid"]
    assert post(posted() | {f"plan:{visit}": plan}) == 422
