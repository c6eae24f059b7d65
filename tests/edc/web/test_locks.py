"""Freezes and locks: the checklist, the levels, the second person, and what the page shows."""

import pytest
from django.urls import reverse

from edc.errors import NotNow
from edc.models import AuditEvent, FormInstance, Hold, HoldRequest
from edc.selectors.held_forms import held_forms
from edc.services.entry import correct_item
from edc.services.lock import Spot, decide_hold, lift_hold, place_hold
from edc.services.query import close_query, raise_query
from edc.services.sign import sign_form
from edc.services.verify import verify_form
from tests.factories.entering import entry, form_of
from tests.factories.models import PASSWORD

pytestmark = pytest.mark.usefixtures("english")


@pytest.fixture
def manager(member):
    return member("meg", "data_manager")


@pytest.fixture
def clean(complete, member, subject):
    """Return a function that leaves the subject with one completed, verified and signed form alone."""

    def make():
        done = [complete("FO.DM"), form_of(subject, "FO.IC")]
        FormInstance.objects.exclude(pk__in=[form.pk for form in done]).update(mandatory=False)
        for form in done:
            verify_form(form=form, actor=member("mia", "monitor"))
            form.refresh_from_db()
            sign_form(form=form, actor=member("pi", "investigator"), password=PASSWORD, meaning="reviewed")
        return done[0]

    return make


def correct(form, member, path="IT.DM.AGE"):
    value = "57" if path == "IT.DM.AGE" else "M"
    return correct_item(form=form, path=path, entry=entry(value), reason="typing", actor=member("eve", "crc"))


def test_a_frozen_item_stays_and_the_rest_of_the_form_goes_on(complete, member, manager):
    form = complete("FO.DM")
    place_hold(spot=Spot(form, "IT.DM.SEX"), kind="freeze", reason="Endpoint", actor=manager)

    with pytest.raises(NotNow):
        correct(form, member, "IT.DM.SEX")
    correct(form, member)
    raise_query(form=form, path="IT.DM.SEX", text="Sure?", actor=manager)
    lift_hold(spot=Spot(form, "IT.DM.SEX"), kind="freeze", reason="Unblind", actor=manager)
    correct(form, member, "IT.DM.SEX")


@pytest.mark.parametrize("level", ["form", "visit", "subject", "site", "study"])
def test_a_freeze_of_any_level_stops_data_and_not_queries(complete, member, study, level):
    head = member("head", "data_manager", study_wide=True)
    form = complete("FO.DM")
    target = {
        "form": form, "visit": form.event, "subject": form.subject, "site": form.subject.site, "study": study
    }  # fmt: skip
    spot = Spot(target[level])
    assert spot.level == level
    place_hold(spot=spot, kind="freeze", reason="Interim analysis", actor=head)

    with pytest.raises(NotNow):
        correct(form, member)
    raise_query(form=form, path="IT.DM.AGE", text="Sure?", actor=head)
    lift_hold(spot=spot, kind="freeze", reason="Done", actor=head)
    correct(form, member)


def test_the_checklist_names_what_stands_in_the_way(complete, manager, member):
    form = complete("FO.DM")
    query = raise_query(form=form, path="", text="?", actor=manager)

    with pytest.raises(NotNow) as refused:
        place_hold(spot=Spot(form), kind="lock", reason="Clean", actor=manager)
    assert "Queries not settled: 1" in str(refused.value)
    close_query(query=query, text="fine", actor=manager)
    with pytest.raises(NotNow) as refused:
        place_hold(spot=Spot(form.event), kind="lock", reason="Clean", actor=manager)
    for line in ("Forms not entered: 1", "Forms with items to verify: 2", "Forms not signed: 2"):
        assert line in str(refused.value)
    place_hold(spot=Spot(form), kind="lock", reason="Clean", actor=manager)
    form.refresh_from_db()
    assert form.status == "locked"


def test_a_form_is_not_unlocked_inside_a_locked_subject(clean, manager, member):
    form = clean()
    place_hold(spot=Spot(form), kind="lock", reason="Clean", actor=manager)
    place_hold(spot=Spot(form.subject), kind="lock", reason="Clean", actor=manager)

    with pytest.raises(NotNow) as refused:
        lift_hold(spot=Spot(form), kind="lock", reason="Late report", actor=manager)
    assert "Subject" in str(refused.value)
    lift_hold(spot=Spot(form.subject), kind="lock", reason="Late report", actor=manager)
    lift_hold(spot=Spot(form), kind="lock", reason="Late report", actor=manager)
    form.refresh_from_db()
    assert form.status == "signed"


@pytest.mark.requirement("N10")
def test_a_site_is_locked_and_unlocked_by_two_people(client, clean, member, manager):
    form = clean()
    site = form.subject.site

    def post(name, user, pk=None, **sent):
        client.force_login(user)
        return client.post(reverse(name, args=[pk] if pk else []), sent).status_code

    here = {"level": "site", "place": site.pk, "kind": "lock", "reason": "Data base closed"}
    assert post("lock-hold", manager, act="place", **here) == 302
    [asked] = HoldRequest.objects.all()
    assert not Hold.objects.exists()
    assert post("lock-decide", manager, asked.pk, decision="approve") == 403
    assert post("lock-decide", member("mia", "monitor"), asked.pk, decision="approve") == 403
    assert post("lock-decide", member("pi", "investigator"), asked.pk, decision="approve") == 302
    with pytest.raises(NotNow):
        raise_query(form=form, path="", text="?", actor=manager)
    assert post("lock-hold", manager, act="lift", **here) == 302
    again = HoldRequest.objects.get(status="open")
    assert post("lock-decide", member("meg2", "data_manager"), again.pk, decision="approve") == 302
    assert not Hold.objects.filter(lifted_at__isnull=True).exists()
    actions = AuditEvent.objects.filter(action__startswith="hold.").values_list("action", flat=True)
    assert list(actions) == [
        "hold.asked", "hold.placed", "hold.approved", "hold.asked", "hold.lifted", "hold.approved"
    ]  # fmt: skip


def test_a_refusal_gives_a_reason_and_changes_nothing(clean, member, manager):
    site = clean().subject.site
    from edc.services.lock import ask_hold

    asked = ask_hold(spot=Spot(site), act="place", reason="Close", actor=manager)
    decide_hold(request=asked, approve=False, note="A death is not coded", actor=member("pi", "investigator"))

    asked.refresh_from_db()
    assert (asked.status, asked.decided_by.username) == ("refused", "pi")
    assert not Hold.objects.exists()


@pytest.mark.parametrize(("role", "status"), [("crc", 403), ("monitor", 403), ("investigator", 403)])
@pytest.mark.requirement("P7")
def test_only_who_may_lock_places_a_hold(client, complete, member, role, status):
    form = complete("FO.DM")
    client.force_login(member("zoe", role))

    sent = {"level": "form", "place": form.pk, "kind": "freeze", "act": "place", "reason": "x"}
    assert client.post(reverse("lock-hold"), sent).status_code == status
    assert not Hold.objects.exists()


def test_each_number_of_the_page_opens_what_it_counts(client, complete, member, manager, subject):
    form = complete("FO.DM")
    raise_query(form=form, path="", text="?", actor=manager)
    client.force_login(manager)

    page = client.get(reverse("locks"))

    whole, here = page.context["places"][:2]
    numbers = {check.key: check for check in here.checks}
    assert {key: check.count for key, check in numbers.items()} == {
        "queries": 1, "unfinished": 4, "drafts": 0, "disagreements": 0, "verification": 2, "signatures": 2,
        "images_missing": 0, "uploads_open": 0, "reads_open": 0, "coding": 0,
    }  # fmt: skip
    for check in here.checks:
        if check.count:
            assert client.get(check.url).context["page"].paginator.count == check.count, check.key
    assert [check.count for check in whole.checks] == [check.count for check in here.checks]
    [one] = client.get(here.inside).context["places"]
    assert one.name == subject.subject_key
    inside = client.get(one.inside).context["places"]
    assert {"visit", "form"} == {place.level for place in inside}


def test_what_is_frozen_or_locked_is_left_out_of_recalculation(complete, manager, subject):
    form, other = complete("FO.DM"), complete("FO.LBC")
    place_hold(spot=Spot(other.event), kind="freeze", reason="Interim analysis", actor=manager)

    held = held_forms(list(subject.forms.all()))

    assert {pk for pk, each in held.items() if each.locked} == {other.pk}
    assert form.pk in held
