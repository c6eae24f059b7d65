"""A hidden item has no value: nothing is entered there, and no reason is asked for it."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from edc.errors import NotNow
from edc.models import FormInstance
from edc.selectors.evaluation import state_of


def require_shown(form: FormInstance, record: Mapping, path: str) -> None:
    """Raise NotNow where the form's logic hides the item on this record."""
    if not state_of(form, record).visible.get(path):
        raise NotNow(_("The form's logic hides this item. Change the item that hides it first."))
