"""A blinded value cannot be found from the chain: what would confirm a guess is withheld with the value."""

import pytest
from django.utils import timezone

from edc import audit
from edc.models import AuditEvent
from edc.selectors import audit_visible_to
from tests.factories.entering import form_of


@pytest.mark.django_db
@pytest.mark.requirement("E3")
def test_a_guess_of_a_sealed_pass_is_not_confirmed_by_its_hash(enter, member, subject):
    form = form_of(subject, "FO.IC")
    enter(form, 1)
    sealed = AuditEvent.objects.get(action="entry.submitted")

    [shown] = audit_visible_to(member("olga", "auditor")).filter(pk=sealed.pk)
    shown.before, shown.after, shown.reason = sealed.before, sealed.after, sealed.reason

    assert shown.salt == ""
    assert audit.event_hash(sealed) == sealed.hash
    assert audit.event_hash(shown) != sealed.hash


@pytest.mark.django_db
def test_the_salt_cannot_be_read_as_a_column(member):
    with pytest.raises(TypeError):
        audit_visible_to(member("olga", "auditor")).values_list("salt")


@pytest.mark.django_db
def test_a_blinded_event_about_what_has_no_number_stays_withheld(member, study):
    """A form is looked up by its number; the name of anything else is never read as one."""
    event = AuditEvent.objects.create(
        at=timezone.now(), actor_name="ada", study=study, action="x", target_type="edc.other",
        target_id="not-a-number", channel="page", blinded="entry-1", software_version="1", salt="s",
        previous_hash="", hash="h",
    )  # fmt: skip

    [shown] = audit_visible_to(member("olga", "auditor")).filter(pk=event.pk)

    assert (shown.withheld, shown.salt) == (True, "")
