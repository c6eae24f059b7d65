"""One change of a draft: an element put, added, removed or moved, refused where somebody came first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from django.db import transaction
from django.utils.translation import gettext as _

from edc import audit
from edc.design import editing
from edc.design.codelist_life import is_new_meaning, rewordings
from edc.design.items import Code
from edc.design.whole import Document
from edc.errors import Conflict, InvalidInput
from edc.models import DesignDraft, User
from edc.services.design_draft.content import Kind, document_of, locked_draft, step, store, terms_of
from edc.services.reasons import required_text


@dataclass(frozen=True)
class Change:
    """What to do at an address: `fields` for put and add, `seen` for put, `by` for move, `after` for add."""

    act: Literal["put", "add", "remove", "move"]
    address: editing.Address
    fields: Mapping[str, Any] = field(default_factory=dict)
    seen: str = ""
    by: int = 0
    after: str = ""


@transaction.atomic
def change_draft(*, draft: DesignDraft, change: Change, actor: User) -> DesignDraft:
    """Make the change and check the whole draft anew; faults are kept and shown, not refused.

    Raises Conflict where the element is gone or no longer what the person saw, InvalidInput for a second
    use of an OID.
    """
    return change_together(draft=draft, changes=[change], actor=actor)


@transaction.atomic
def change_together(*, draft: DesignDraft, changes: Sequence[Change], actor: User) -> DesignDraft:
    """Make several changes of a draft or none, each with its own audit row; raises as `change_draft` does."""
    draft = locked_draft(draft, state=DesignDraft.State.DRAFT, actor=actor)
    document = document_of(draft)
    made = [(change, *_tried(document, change)) for change in changes]
    if not made:
        return draft
    store(draft, document)
    for change, before, after in made:
        place = "/".join(change.address)
        step(draft, Kind.CHANGED, actor, place=place, text=change.act)
        audit.record(
            actor=actor,
            action="design_draft.changed",
            target=draft,
            path=place[:120],
            before=before,
            after=after,
        )
    return draft


def _tried(document: Document, change: Change) -> tuple[object, object]:
    """Make the change in the document; return what stood there before and after."""
    try:
        return _made(document, change)
    except editing.NoSuchElement:
        raise Conflict(
            _("This part is no longer in the draft: somebody took it out. Load the page.")
        ) from None
    except editing.SeenOtherwise as other:
        raise Conflict(_told_otherwise(other.present, change.fields)) from None
    except editing.TakenOid as taken:
        message = _("%(oid)s is in use already: choose another.") % {"oid": taken}
        raise InvalidInput(_("Some fields need correction."), fields={"oid": message}) from None


def _made(document: Document, change: Change) -> tuple[object, object]:
    if change.act == "put":
        return editing.put(document, change.address, dict(change.fields), change.seen)
    if change.act == "add":
        return None, editing.add(document, change.address, dict(change.fields), change.after)
    if change.act == "remove":
        return editing.remove(document, change.address), None
    editing.move(document, change.address, change.by)
    return None, {"moved_by": change.by}


def _told_otherwise(present: Mapping[str, Any], offered: Mapping[str, Any]) -> str:
    """Name the fields that differ between what stands now and what the person sent."""
    differing = sorted(k for k in {*present, *offered} if present.get(k) != offered.get(k))
    words = _(
        "Somebody changed this part meanwhile; nothing was saved. It differs in: %(fields)s. Load the page."
    )
    return words % {"fields": ", ".join(differing) or "–"}


@transaction.atomic
def explain_wording(*, draft: DesignDraft, codelist: str, code: str, reason: str, actor: User) -> DesignDraft:
    """Say why a published code that is worded otherwise still means the same; the reviewer reads it."""
    draft = locked_draft(draft, state=DesignDraft.State.DRAFT, actor=actor)
    reason = required_text(reason, field="reason")
    document, terms = document_of(draft), terms_of(draft.study)
    found = next(
        (e for e in rewordings(terms, document["codelists"]) if (e.codelist, e.code) == (codelist, code)),
        None,
    )
    if found is None:
        raise Conflict(_("The words of this code are those that are published: no reason is needed."))
    if is_new_meaning(found, terms[codelist]):
        message = _("These words give the code another meaning: retire the code and add another.")
        raise InvalidInput(_("Some fields need correction."), fields={"reason": message})
    draft.wordings = {**draft.wordings, found.key: reason}
    store(draft, document)
    step(draft, Kind.CHANGED, actor, place=f"codelists/{found.key}", text=reason)
    audit.record(
        actor=actor,
        action="design_draft.wording_explained",
        target=draft,
        path=found.key,
        before=found.before.as_dict(),
        after=found.after.as_dict(),
        reason=reason,
    )
    return draft


@transaction.atomic
def reword_code(
    *, draft: DesignDraft, codelist: str, seen: str, code: Code, reason: str, actor: User
) -> DesignDraft:
    """Give a code other words; of one that was published with the reason why it still means the same.

    Nothing is kept where the words are another meaning.
    """
    document = document_of(draft)
    fields = dict(document["codelists"].get(codelist, {}))
    kept = [each for each in fields.get("items", []) if each["code"] == code.code]
    if not kept:
        raise Conflict(_("This part is no longer in the draft: somebody took it out. Load the page."))
    items = [each | {"zh": code.zh, "en": code.en} if each in kept else each for each in fields["items"]]
    change = Change("put", ("codelists", codelist), fields | {"items": items}, seen=seen)
    draft = change_draft(draft=draft, change=change, actor=actor)
    published = terms_of(draft.study).get(codelist, {}).get(code.code)
    if published is not None and published.label != code.label:
        return explain_wording(draft=draft, codelist=codelist, code=code.code, reason=reason, actor=actor)
    return draft
