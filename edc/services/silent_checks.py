"""What silent checks find, set aside by a data manager."""

from django.db import transaction
from django.utils.translation import gettext as _

from edc import access, audit
from edc.errors import NotNow
from edc.models import CheckFiring, User
from edc.services.reasons import required_text


@transaction.atomic
def set_aside(*, firing: CheckFiring, reason: str, actor: User) -> CheckFiring:
    """Note with a reason that a silent finding needs nothing; it comes back when the check fires anew."""
    access.require(actor, "lock_form", site=firing.form.subject.site)
    reason = required_text(reason, field="reason")
    firing = CheckFiring.objects.select_for_update().get(pk=firing.pk)
    if firing.severity != "silent" or firing.ended_at or firing.settled_by_id:
        raise NotNow(_("This finding is settled already."))
    firing.settled_by, firing.settled_reason = actor, reason
    firing.save(update_fields=["settled_by", "settled_reason"])
    after = {"rule": firing.rule_oid}
    audit.record(
        actor=actor, action="check.set_aside", target=firing, path=firing.path, after=after, reason=reason
    )
    return firing
