"""The content of a draft: read, checked and stored with its faults and a step of its history."""

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from django.utils.translation import gettext as _

from edc import access
from edc.design.codelist_life import Terms, code_faults, published_terms, synonym_faults
from edc.design.editing import Address
from edc.design.errors import DesignError
from edc.design.places import locate
from edc.design.whole import Checked, Document, check_document
from edc.errors import NotNow
from edc.models import DesignDraft, DesignDraftStep, Study, User
from edc.services.design_limits import length_faults

Kind = DesignDraftStep.Kind
CellOf = Callable[[Address, str], str]


def document_of(draft: DesignDraft) -> Document:
    """Return the draft's document, a fresh one at each call."""
    return json.loads(draft.content)


def locked_draft(draft: DesignDraft, *, state: str, actor: User) -> DesignDraft:
    """Return the draft under its lock, if the actor may work on designs and it is in this state."""
    found = DesignDraft.objects.select_for_update(of=("self",)).select_related("study").get(pk=draft.pk)
    access.require(actor, "manage_design", study=found.study)
    if found.state != state:
        words = _("This cannot be done while the status is “%(status)s”.")
        raise NotNow(words % {"status": found.get_state_display()})
    return found


def terms_of(study: Study) -> Terms:
    """Return the life of every code over the study's published versions."""
    versions = study.design_versions.order_by("number")
    return published_terms((each.number, each.design) for each in versions)


def checked_content(draft: DesignDraft, document: Document) -> tuple[Checked, list[DesignError]]:
    """Return the document as far as it compiles, and every fault, those against published codes too."""
    checked = check_document(document)
    codelists = document["codelists"]
    codes = code_faults(terms_of(draft.study), codelists, draft.wordings)
    others = (*codes, *synonym_faults(codelists), *length_faults(document))
    return checked, sorted({*checked.errors, *others})


def store(draft: DesignDraft, document: Document, cell_of: CellOf | None = None) -> None:
    """Store the document as the draft's next revision, with its faults, each with its cell in a workbook.

    The reason for a code's words goes with the words: other words need their own.
    """
    draft.wordings = _standing(draft.wordings, document_of(draft), document)
    _checked, faults = checked_content(draft, document)
    draft.content = json.dumps(document, ensure_ascii=False)
    draft.faults = [fault_row(each) | _cell(document, each, cell_of) for each in faults]
    draft.revision += 1
    draft.save(update_fields=["content", "faults", "revision", "wordings", "changed_at"])


def _standing(reasons: dict[str, str], before: Document, after: Document) -> dict[str, str]:
    return {key: each for key, each in reasons.items() if _words(before, key) == _words(after, key)}


def _words(document: Document, key: str) -> list[tuple[object, object]]:
    oid, _slash, code = key.partition("/")
    items = document["codelists"].get(oid, {}).get("items") or []
    return [(each.get("zh"), each.get("en")) for each in items if str(each.get("code")) == code]


def _cell(document: Document, fault: DesignError, cell_of: CellOf | None) -> dict[str, str]:
    place = locate(document, fault.file, fault.field)
    cell = cell_of(place.address, place.rest) if cell_of else ""
    return {"cell": cell} if cell else {}


def fault_row(fault: DesignError) -> dict[str, Any]:
    """Return a fault as a draft keeps it."""
    return {key: value for key, value in asdict(fault).items() if key != "line"}


def step(draft: DesignDraft, kind: str, actor: User, *, place: str = "", text: str = "") -> DesignDraftStep:
    """Add to the draft's history."""
    return DesignDraftStep.objects.create(
        draft=draft, kind=kind, revision=draft.revision, place=place[:200], text=text, by=actor
    )
