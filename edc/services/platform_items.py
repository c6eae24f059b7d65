"""Derived items that the platform itself fills (from images, reads, segmentations): the door for them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from edc import audit
from edc.design.values import read_value
from edc.errors import InvalidInput
from edc.models import FormInstance, User
from edc.rules.subject_values import split_path
from edc.selectors.evaluation import FinalValue
from edc.services.consequences import Cause, follow_changes
from edc.services.lock import require_open
from edc.services.marks import break_marks
from edc.services.values import put_values, remove_values, stamp


@dataclass(frozen=True)
class Filled:
    """A value that the platform computed: as text in the standard unit, None for none any more.

    ``formula`` names what computed it, with its version; ``inputs`` what it read.
    """

    value: str | None
    formula: str
    inputs: Mapping[str, object] = field(default_factory=dict)


@transaction.atomic
def fill_items(*, form: FormInstance, items: Mapping[str, Filled], actor: User, reason: str) -> dict:
    """Hold these values by item path and do what follows from them; return what changed.

    Only a named system user fills, only derived items without a rule of their own, and nothing of a locked
    form. Every rule that reads such an item is evaluated again, in all forms of the subject.
    """
    if not (actor and actor.is_system):
        raise PermissionDenied("fill_items")
    form = FormInstance.objects.select_for_update().get(pk=form.pk)
    require_open(form)
    values = [_checked(form, path, each) for path, each in items.items() if each.value is not None]
    changes = put_values(form, values)
    changes |= remove_values(form, [path for path, each in items.items() if each.value is None])
    if not changes:
        return {}
    audit.record_each(actor=actor, action="value.filled", target=form, changes=changes, reason=reason)
    if form.status in FormInstance.FINAL:
        stamp(form)
        break_marks(form, reason, actor)
    changed = {(form.pk, split_path(path)[0]) for path in changes}
    follow_changes(form.subject, changed, Cause(reason, actor))
    return changes


def _checked(form: FormInstance, path: str, filled: Filled) -> FinalValue:
    oid, row_key = split_path(path)
    design = form.design_version.design
    item = design.form(form.form_oid).items_by_oid.get(oid)
    if item is None or item.type != "derived" or item.value:
        raise InvalidInput(
            _("Some items need correction."), fields={path: _("The platform does not fill this item.")}
        )
    reading = read_value(item, filled.value, codelist=design.codelist_of(item), today=timezone.localdate())
    if reading.value is None:
        raise InvalidInput(_("Some items need correction."), fields={path: _("The value is not possible.")})
    return FinalValue(
        item_oid=oid, row_key=row_key or "", value=reading.value, standard_value=reading.standard_value,
        derived=True, formula=filled.formula, inputs=dict(filled.inputs),
    )  # fmt: skip
