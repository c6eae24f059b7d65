"""The rows taken out of a draft, in the words by which their person knows them again."""

from edc.models import Draft, FormInstance
from edc.rules.subject_values import split_path
from edc.services.entry import RemovedRow, removed_rows
from edc.web.value_text import entry_text

MOST_WORDS = 3


def removed_words(form: FormInstance, draft: Draft | None) -> list[dict[str, str]]:
    """Return {"group", "key", "words"} of each removed row; `words` are its first values, empty for none."""
    if draft is None or not any(draft.retired_rows.values()):
        return []
    return [{"group": row.group, "key": row.key, "words": _words(form, row)} for row in removed_rows(draft)]


def _words(form: FormInstance, row: RemovedRow) -> str:
    design = form.design_version.design
    items = design.form(form.form_oid).items_by_oid
    held = {split_path(path)[0]: entry for path, entry in row.entries.items()}
    texts = (entry_text(design, item, held[oid]) for oid, item in items.items() if oid in held)
    return ", ".join([text for text in texts if text][:MOST_WORDS])
