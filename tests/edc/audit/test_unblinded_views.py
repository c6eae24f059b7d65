"""Whoever sees what blinding hides leaves a row: once for a page opened, once for an answer of the API."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from edc.models import AuditEvent
from edc.services import views
from tests.edc.web.entry_door import browser
from tests.factories.entering import form_of
from tests.factories.evidence import kept_page

AGE, SEX = "IT.DM.AGE", "IT.DM.SEX"


@pytest.fixture
def manager(member):
    return member("meg", "data_manager")


@pytest.fixture
def form(subject, complete, enter):
    """A form whose passes differ in age and sex."""
    complete("FO.IC")
    form = form_of(subject, "FO.DM")
    enter(form, 1, AGE="58", SEX="F")
    enter(form, 2, AGE="85", SEX="M")
    return form_of(subject, "FO.DM")


def seen(action=""):
    return AuditEvent.objects.filter(action__startswith=action or "view.").order_by("pk")


def open_panel(user, form, tab, path=AGE):
    return browser(user).get(reverse("form-panel", args=[form.pk]), {"path": path, "tab": tab})


@pytest.mark.requirement("E3")
def test_each_opening_of_the_reconcile_page_names_person_form_and_item(form, manager):
    sex = form.disagreements.get(path=SEX)
    door = browser(manager)
    for _time in range(2):
        answer = door.get(reverse("form-reconcile", args=[form.pk]), {"item": sex.pk})
    row = seen().last()

    assert answer.status_code == 200
    assert seen().count() == 2
    assert (row.action, row.actor, row.target_id, row.path) == ("view.passes", manager, str(form.pk), SEX)
    assert (row.subject, row.channel, row.before, row.after) == (form.subject, "page", None, None)
    assert row.request_id == answer.headers["X-Request-ID"]


def test_who_is_refused_and_who_sees_their_own_pass_leaves_none(form, crcs, member):
    assert browser(crcs[0]).get(reverse("form-reconcile", args=[form.pk])).status_code == 403
    open_panel(crcs[0], form, "history")
    open_panel(member("mo", "monitor"), form, "history")
    browser(crcs[0]).get(f"/api/v1/forms/{form.pk}/observations/")
    assert not seen().exists()


def test_a_panel_is_recorded_once_an_item_and_sitting(form, manager):
    for path in (AGE, AGE, SEX):
        assert "Both passes" in open_panel(manager, form, "history", path).content.decode()
    assert list(seen().values_list("path", flat=True)) == [AGE, SEX]
    open_panel(manager, form, "guide")
    assert seen().count() == 2


def test_after_the_sitting_a_panel_is_recorded_again(form, manager, monkeypatch):
    open_panel(manager, form, "history")
    later = timezone.now() + views.SITTING + timedelta(seconds=1)
    monkeypatch.setattr("edc.services.views.timezone.now", lambda: later)
    open_panel(manager, form, "history")
    assert seen().count() == 2


def test_lists_of_both_values_name_the_forms_by_site(form, manager):
    door = browser(manager)
    assert door.get(reverse("differences")).status_code == 200
    assert door.get("/api/v1/disagreements/").status_code == 200
    assert door.get(reverse("rechecks")).status_code == 200
    rows = list(seen("view.passes"))

    assert [(row.channel, row.target_type, row.site) for row in rows] == [
        ("page", "edc.site", form.subject.site),
        ("api", "edc.site", form.subject.site),
    ]
    assert [row.after for row in rows] == [{form.subject.subject_key: ["FO.DM"]}] * 2


def test_both_passes_through_the_api_are_one_row(form, manager, crcs):
    answer = browser(manager).get(f"/api/v1/forms/{form.pk}/observations/")
    assert len(answer.json()["results"]) == 2
    assert [(row.channel, row.target_id) for row in seen()] == [("api", str(form.pk))]


def test_a_source_before_the_form_is_final_is_recorded_for_who_resolves_alone(form, manager, crcs):
    held = kept_page(form, crcs[0], [AGE])
    picture = reverse("evidence-page", args=[held.public_id, 1])
    for user in (crcs[1], crcs[0]):
        assert browser(user).get(picture).status_code == 200
    assert not seen().exists()
    open_panel(manager, form, "source")
    assert browser(manager).get(picture).status_code == 200

    assert [(row.action, row.actor) for row in seen()] == [("view.evidence", manager)]


def test_once_the_form_is_final_a_source_is_no_unblinded_view(complete, manager, crcs):
    form = complete("FO.DM")
    kept_page(form, crcs[0], [AGE])
    open_panel(manager, form, "source")
    assert not seen().exists()


def test_the_audit_page_lists_them_by_one_filter_and_in_words(form, manager):
    door = browser(manager)
    door.get(reverse("form-reconcile", args=[form.pk]))
    door.get(reverse("differences"))
    page = door.get(reverse("audit"), {"action": "view."})
    shown = [each.action for each in page.context["page"].object_list]

    assert shown == ["view.passes", "view.passes"]
    assert "Both passes seen" in page.content.decode()
    assert '<option value="view." selected>Every unblinded view</option>' in page.content.decode()
