"""A hidden item has no value: nothing is entered there, and what stood there goes once a person agreed."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from edc.errors import HidesValues, NotNow
from edc.models import FormInstance
from edc.rules.form_logic import FormState
from edc.rules.subject_values import split_path
from edc.selectors.evaluation import in_language, state_of
from edc.services.entries import is_empty


def require_shown(form: FormInstance, record: Mapping, path: str) -> None:
    """Raise NotNow where the form's logic hides the item on this record."""
    if not state_of(form, record).visible.get(path):
        raise NotNow(_("The form's logic hides this item. Change the item that hides it first."))


def newly_hidden(form: FormInstance, before: Mapping, after: Mapping, state: FormState) -> list[str]:
    """Return the paths that hold something and that the change from one record to the other hides.

    ``state`` is that of the record ``after``.
    """
    hidden = held_unseen(after, state)
    if not hidden:
        return []
    shown = state_of(form, before).visible
    return sorted(path for path in hidden if shown.get(path))


def held_unseen(record: Mapping, state: FormState) -> list[str]:
    """Return the paths that hold something in the record although the form, in this state, hides them."""
    held = (path for path, each in record["items"].items() if not is_empty(each))
    return [path for path in held if not state.visible.get(path, True)]


def ask_before_hiding(form: FormInstance, path: str, saved: dict | None, hidden: list[str]) -> None:
    """Raise HidesValues naming the items whose values would go."""
    definition = form.design_version.design.form(form.form_oid)
    labels = {each: in_language(definition.items_by_oid[split_path(each)[0]].label) for each in hidden}
    message = _("This hides items that hold a value; their values would be erased: %(items)s.")
    raise HidesValues(message % {"items": ", ".join(labels.values())}, path=path, saved=saved, hidden=labels)
