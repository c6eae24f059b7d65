"""Beginning a draft from what is published, replacing its content from a file, giving it up."""

import json
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from edc import access, audit
from edc.design.whole import PARTS, Document, written
from edc.errors import Conflict, NotNow
from edc.models import DesignDraft, Study, User
from edc.services.design_draft.content import (
    CellOf,
    Kind,
    checked_content,
    fault_row,
    locked_draft,
    step,
    store,
)
from edc.services.moves import move
from edc.services.reasons import required_text


@dataclass(frozen=True)
class Brought:
    """Parts of a design that came from a file, and the file's name; parts not brought stay as they are.

    ``cell_of`` tells the cell of a workbook in which a part of the design stands.
    """

    parts: dict[str, Any]
    told: str
    cell_of: CellOf | None = None

    def over(self, document: Document) -> Document:
        """Return the document with these parts in place of its own."""
        return {part: self.parts.get(part, document.get(part)) for part in PARTS}


@transaction.atomic
def start_draft(*, study: Study, name: str, actor: User) -> DesignDraft:
    """Begin a draft with the content of the newest published version; one is open at a time."""
    access.require(actor, "manage_design", study=study)
    Study.objects.select_for_update(no_key=True).get(pk=study.pk)
    name = required_text(name, field="name", at_most=120)
    version = study.design_versions.order_by("-number").first()
    if version is None:
        raise NotNow(_("The study has no design version yet."))
    if study.design_drafts.filter(state__in=DesignDraft.OPEN).exists():
        raise NotNow(_("The study has an open draft already: continue it, publish it or give it up."))
    document = written(version.design)
    draft = DesignDraft(study=study, name=name, base=version, started_by=actor)
    draft.content = json.dumps(document, ensure_ascii=False)
    draft.faults = [fault_row(each) for each in checked_content(draft, document)[1]]
    draft.save()
    step(draft, Kind.STARTED, actor)
    after = {"name": name, "base": version.number}
    audit.record(actor=actor, action="design_draft.started", target=draft, after=after)
    return draft


@transaction.atomic
def replace_draft(*, draft: DesignDraft, brought: Brought, revision: int, actor: User) -> DesignDraft:
    """Put what a file holds in the place of the draft's parts, if it still is the revision that was seen."""
    draft = locked_draft(draft, state=DesignDraft.State.DRAFT, actor=actor)
    if draft.revision != revision:
        raise Conflict(
            _("The draft was changed meanwhile. Load the page, look at the changes and take the file again.")
        )
    before = _state_of(draft)
    store(draft, brought.over(json.loads(draft.content)), brought.cell_of)
    step(draft, Kind.REPLACED, actor, text=brought.told[:2000])
    after = _state_of(draft) | {"file": brought.told}
    audit.record(actor=actor, action="design_draft.replaced", target=draft, before=before, after=after)
    return draft


def _state_of(draft: DesignDraft) -> dict[str, Any]:
    return {
        "revision": draft.revision, "sha256": audit.digest(draft.content), "wordings": draft.wordings,
    }  # fmt: skip


@transaction.atomic
def drop_draft(*, draft: DesignDraft, reason: str, actor: User) -> DesignDraft:
    """Give the draft up; it stays on record and another can be begun."""
    draft = locked_draft(draft, state=DesignDraft.State.DRAFT, actor=actor)
    reason = required_text(reason, field="reason")
    move(draft, DesignDraft.State.DROPPED)
    step(draft, Kind.DROPPED, actor, text=reason)
    audit.record(actor=actor, action="design_draft.dropped", target=draft, reason=reason)
    return draft
