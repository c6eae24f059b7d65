"""The line of a lock's checklist that says whether coding is done."""

from django.utils.translation import gettext_lazy as _

from edc.extensions import LockCheck, register_lock_check
from edc.selectors.coding import uncoded_forms


def register() -> None:
    """Add the line to the checklist of every lock."""
    register_lock_check(
        LockCheck("coding", _("Forms with values to code"), "coding", uncoded_forms, {"state": "left"})
    )
