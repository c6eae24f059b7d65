"""Reviews by type: who is asked, many forms at once, and what breaks a review."""

import pytest
from django.urls import reverse

from edc.models import AuditEvent, FormReview, ReviewType
from edc.services.entry import correct_item
from tests.factories.entering import entry
from tests.factories.quality import ReviewTypeFactory

pytestmark = pytest.mark.usefixtures("english")


@pytest.fixture
def medical(study):
    return ReviewTypeFactory(study=study, code="medical", role="investigator", forms=["FO.DM"])


@pytest.fixture
def see(client, member):
    def open_as(role, **asked):
        client.force_login(member(f"a-{role}", role))
        return client.get(reverse("reviews"), asked)

    return open_as


@pytest.fixture
def mark(client, member):
    def act(role, form, **sent):
        client.force_login(member(f"a-{role}", role))
        return client.post(reverse("reviews-mark"), {"type": "medical", "row": form.pk} | sent)

    return act


def shown(page):
    return [line["form"].pk for line in page.context["lines"]]


def test_the_forms_of_a_type_wait_for_its_role(complete, medical, see, mark):
    form = complete("FO.DM")

    assert shown(see("investigator", type="medical")) == [form.pk]
    assert see("investigator", type="medical").context["may_review"]
    assert not see("monitor", type="medical").context["may_review"]
    assert mark("monitor", form).context["refused"] == 1
    assert mark("investigator", form, note="plausible").context["done"] == 1
    assert shown(see("investigator", type="medical")) == []
    assert shown(see("investigator", type="medical", show="done")) == [form.pk]
    assert AuditEvent.objects.filter(action="form.reviewed").count() == FormReview.objects.count() == 1


@pytest.mark.parametrize(("broken_by", "holds"), [("always", False), ("critical", True), ("never", True)])
def test_a_change_breaks_the_review_as_its_type_says(complete, medical, see, mark, member, broken_by, holds):
    ReviewType.objects.filter(pk=medical.pk).update(broken_by=broken_by)
    form = complete("FO.DM")
    mark("investigator", form)

    correct_item(form=form, path="IT.DM.AGE", entry=entry("57"), reason="typing", actor=member("eve", "crc"))

    review = FormReview.objects.get()
    assert (review.broken_at is None) == holds
    assert shown(see("investigator", type="medical", show="broken")) == ([] if holds else [form.pk])
    if not holds:
        assert review.broken_reason == "typing"
        assert mark("investigator", form).context["done"] == 1


def test_a_data_manager_writes_the_types_and_is_told_what_is_wrong(client, member, study, subject):
    sent = {
        "code": "core-lab", "name_zh": "影像审核", "name_en": "Imaging review", "role": "clinician",
        "forms": ["FO.DM"], "broken_by": "critical", "active": "yes",
    }  # fmt: skip

    def post(by, **changes):
        client.force_login(member(f"a-{by}", by))
        return client.post(reverse("review-type-save"), sent | changes).status_code

    assert post("monitor") == 403
    assert post("data_manager", role="radiologist") == 422
    assert post("data_manager", forms=["FO.NONE"]) == 422
    assert post("data_manager", code="Core Lab") == 422
    assert post("data_manager") == 302
    assert post("data_manager", name_en="Core laboratory") == 302
    saved = study.review_types.get()
    assert (saved.name_en, saved.forms, saved.broken_by) == ("Core laboratory", ["FO.DM"], "critical")
    assert AuditEvent.objects.filter(action="review_type.saved").count() == 2


def test_another_sites_forms_are_not_in_the_console(complete, medical, client, member, other_site):
    complete("FO.DM")
    client.force_login(member("far", "investigator", other_site))

    assert shown(client.get(reverse("reviews"), {"type": "medical"})) == []
