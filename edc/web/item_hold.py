"""What holds one item of a form, and whether the reader may freeze or lock it."""

from edc import access
from edc.design.items import ItemDef
from edc.models import FormInstance, HoldKind, Level, User
from edc.selectors.holds import in_force, on_form, strongest
from edc.services.lock.guard import words_of


def item_hold(form: FormInstance, item: ItemDef, path: str, actor: User) -> dict[str, object]:
    """Return the item's own holds, in words what wider one reaches it, and what the actor may do about it."""
    own = list(in_force().filter(form=form, level=Level.ITEM, path=path).select_related("placed_by"))
    reaching = strongest(on_form(form, path))
    wider = reaching is not None and reaching.level != Level.ITEM
    locks = access.may(actor, "lock_form", site=form.subject.site)
    return {
        "own": own,
        "locked": any(each.kind == HoldKind.LOCK for each in own),
        "wider": words_of(reaching) if reaching is not None and wider else "",
        "may_hold": locks and item.is_typed_in and form.status != FormInstance.Status.LOCKED,
    }


def is_held(form: FormInstance, path: str) -> bool:
    """Tell whether a freeze or a lock, of the item or wider, stops a correction."""
    return strongest(on_form(form, path)) is not None
