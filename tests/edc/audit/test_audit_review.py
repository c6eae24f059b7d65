"""The planned review of the trail: criteria are kept, what waits is counted, and a review is signed (I8)."""

import pytest
from django.urls import reverse

from edc.models import AuditCriteria, AuditEvent, AuditReview
from edc.selectors.audit_reviews import criteria_visible_to
from edc.services.entry import correct_item
from tests.factories.entering import entry
from tests.factories.models import PASSWORD

pytestmark = pytest.mark.django_db
KEPT = {"name": "Corrections", "action": "item.corrected", "every_days": "14"}


@pytest.fixture
def olga(member):
    return member("olga", "auditor", study_wide=True)


@pytest.fixture
def corrected(complete, crcs):
    form = complete("FO.DM")
    for age in ("59", "60"):
        correct_item(
            form=form, path="IT.DM.AGE", entry=entry(age), reason="transcription_error", actor=crcs[0]
        )
    return form


@pytest.fixture
def page(client, olga, corrected):
    client.force_login(olga)
    client.post(reverse("audit-criteria-save"), KEPT)
    return client


def sign(client, **changes):
    criteria = AuditCriteria.objects.get()
    upto = client.get(reverse("audit-reviews")).context["upto"]
    sent = {"upto": upto, "findings": "Both as in the source", "password": PASSWORD} | changes
    return client.post(reverse("audit-review-sign", args=[criteria.pk]), sent)


@pytest.mark.requirement("I8")
def test_criteria_are_kept_and_tell_what_waits(page, olga, study):
    [state] = criteria_visible_to(olga, study)

    assert (state.criteria.name, state.waiting, state.overdue) == ("Corrections", 2, False)
    assert state.criteria.filters == {"study": study.oid, "action": "item.corrected"}
    assert AuditEvent.objects.filter(action="audit.criteria_saved", actor=olga).count() == 1


@pytest.mark.requirement("E5")
def test_the_link_shows_exactly_what_waits(page, olga, study, corrected, crcs):
    sign(page)
    correct_item(form=corrected, path="IT.DM.AGE", entry=entry("61"), reason="other: Source", actor=crcs[0])

    [line] = page.get(reverse("audit-reviews")).context["lines"]
    rows = page.get(line["url"]).context["rows"]

    assert [row.after for row in rows] == ["61"]
    assert line["state"].waiting == 1


@pytest.mark.requirement("I8")
def test_a_review_is_signed_with_the_password_and_binds_the_chain(page, olga):
    assert sign(page, password="wrong").status_code == 422
    assert sign(page, findings=" ").status_code == 422
    assert sign(page).status_code == 302

    review = AuditReview.objects.get()
    event = AuditEvent.objects.get(action="audit.reviewed")
    assert (review.event_count, review.reviewer, review.after_event) == (2, olga, 0)
    assert review.chain_hash == AuditEvent.objects.get(pk=review.upto_event).hash
    assert (event.reason, event.after["events"]) == ("Both as in the source", 2)


def test_wrong_passwords_pause_the_signing(page):
    for _turn in range(5):
        sign(page, password="wrong")

    assert sign(page).status_code == 409
    assert not AuditReview.objects.exists()


def test_criteria_end_and_their_name_is_free_again(page):
    criteria = AuditCriteria.objects.get()
    assert page.post(reverse("audit-criteria-save"), KEPT).status_code == 422
    page.post(reverse("audit-criteria-end", args=[criteria.pk]))
    page.post(reverse("audit-criteria-save"), KEPT)

    assert list(AuditCriteria.objects.values_list("active", flat=True).order_by("pk")) == [False, True]


@pytest.mark.parametrize(
    ("role", "status"), [("monitor", 200), ("data_manager", 200), ("crc", 403), ("investigator", 403)]
)
def test_who_reviews(client, member, study, role, status):
    client.force_login(member("zoe", role))

    assert client.get(reverse("audit-reviews")).status_code == status
