"""Form entry: the draft of one person, its sealing, and corrections of completed forms."""

from edc.services.entry.correct import correct_item
from edc.services.entry.correct_rows import add_corrected_row, remove_corrected_row
from edc.services.entry.draft import SavedItem, add_row, open_draft, remove_row, save_item
from edc.services.entry.recheck import ask_recheck
from edc.services.entry.release import is_left, release_draft
from edc.services.entry.restore import RemovedRow, removed_rows, restore_row
from edc.services.entry.submit import submit_entry

__all__ = [
    "RemovedRow",
    "SavedItem",
    "add_corrected_row",
    "add_row",
    "ask_recheck",
    "correct_item",
    "is_left",
    "open_draft",
    "release_draft",
    "remove_corrected_row",
    "remove_row",
    "removed_rows",
    "restore_row",
    "save_item",
    "submit_entry",
]
