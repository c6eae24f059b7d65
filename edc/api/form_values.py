"""A completed form as its definition orders it: every item, with its final value or none."""

from collections.abc import Iterator

from edc import access, selectors
from edc.design.items import FormDef, ItemDef
from edc.models import FormInstance, ItemValue, User
from edc.rules.subject_values import item_path

EMPTY_AS_NULL = ("missing", "raw", "unit", "formula", "source_stream")


def shown_values(form: FormInstance, actor: User) -> list[dict] | None:
    """Return the form's items in the definition's order; None where the actor may see no values of it."""
    if form.status not in form.FINAL or not access.may(actor, "view_data", site=form.subject.site):
        return None
    values = {value.path: value for value in selectors.values_visible_to(actor).filter(form=form)}
    definition = form.design_version.design.form(form.form_oid)
    return [_shown(path, item, values.get(path)) for path, item in _places(definition, values)]


def _places(definition: FormDef, values: dict[str, ItemValue]) -> Iterator[tuple[str, ItemDef]]:
    for group in definition.item_groups:
        own = {item.oid for item in group.items}
        keys = {value.row_key for value in values.values() if value.item_oid in own}
        for key in sorted(keys, key=int) if group.repeating else [None]:
            for item in group.items:
                yield item_path(item.oid, key), item


def _shown(path: str, item: ItemDef, value: ItemValue | None) -> dict:
    row = {
        "path": path,
        "item_oid": item.oid,
        "label": item.label.as_dict(),
        "type": item.answer_type,
        "value": value.value if value else None,
        "standard_value": value.standard_value if value else None,
        "derived": item.type == "derived",
    }
    return row | {name: (getattr(value, name) or None) if value else None for name in EMPTY_AS_NULL}
