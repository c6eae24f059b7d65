"""A draft that somebody left behind is released by a data manager, who learns nothing of its text."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from edc.models import AuditEvent, Draft, FormInstance
from edc.services.entry import save_item
from edc.services.entry.release import LEFT_AFTER
from tests.edc.web.entry_door import browser, get
from tests.factories.entering import entry, form_of

Status = FormInstance.Status
SECRET = "77"


@pytest.fixture
def form(subject, complete, enter):
    """Return a form whose first pass is sealed and whose second is a draft."""
    complete("FO.IC")
    made = form_of(subject, "FO.DM")
    enter(made, 1)
    return made


@pytest.fixture
def draft(form, crcs):
    save_item(form=form, path="IT.DM.AGE", entry=entry(SECRET), expected_version=0, actor=crcs[1])
    return form.drafts.get()


def release(user, form, **given):
    sent = {"stream": "entry-2", "reason": "She has left the hospital."} | given
    return browser(user).post(reverse("form-release", args=[form.pk]), sent)


@pytest.mark.parametrize(
    ("role", "status"), [("data_manager", 302), ("crc", 403), ("monitor", 403), ("investigator", 403)]
)
def test_only_a_data_manager_releases_a_draft(form, draft, member, role, status):
    Draft.objects.update(saved_at=timezone.now() - LEFT_AFTER - timedelta(hours=1))
    answer = release(member("zoe", role), form)
    released = AuditEvent.objects.filter(action="draft.released")

    assert answer.status_code == status
    assert released.count() == (status == 302)
    assert Draft.objects.exists() is (status != 302)
    if status == 302:
        form.refresh_from_db()
        assert form.status == Status.FIRST_SEALED
        assert released.get().reason == "She has left the hospital."
        assert SECRET not in str(released.get().before)


def test_a_draft_that_is_gone_on_with_is_not_released(form, draft, member):
    answer = release(member("meg", "data_manager"), form)
    assert answer.status_code == 409
    assert Draft.objects.get() == draft


def test_the_draft_of_a_person_who_cannot_log_in_any_more_is_released_at_once(form, draft, member, crcs):
    crcs[1].is_active = False
    crcs[1].save()
    assert release(member("meg", "data_manager"), form).status_code == 302
    assert save_item(
        form=form, path="IT.DM.AGE", entry=entry("60"), expected_version=0, actor=member("eve", "crc")
    )
    assert Draft.objects.get().stream == "entry-2"


def test_a_reason_is_needed(form, draft, member, crcs):
    Draft.objects.update(saved_at=timezone.now() - LEFT_AFTER - timedelta(hours=1))
    assert release(member("meg", "data_manager"), form, reason=" ").status_code == 422
    assert Draft.objects.exists()


def test_the_page_says_whose_draft_it_is_and_nothing_of_its_text(form, draft, member, crcs):
    manager = browser(member("meg", "data_manager"))
    now = get(manager, form).content.decode()
    Draft.objects.update(saved_at=timezone.now() - LEFT_AFTER - timedelta(hours=1))
    later = get(manager, form).content.decode()
    monitor = get(browser(member("mo", "monitor")), form).content.decode()

    assert "Second entry is under way: " in now
    assert reverse("form-release", args=[form.pk]) not in now
    assert reverse("form-release", args=[form.pk]) in later
    assert "is under way" not in monitor
    assert not re.search(rf">\s*{SECRET}\s*<", later)
