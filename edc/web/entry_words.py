"""What the script of the form's page says, translated when the page is made."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# Places in braces are filled by the script.
WORDS: dict[str, Promise] = {
    "saving": _("Saving"),
    "saved": _("Draft saved {time}"),
    "kept": _("Not saved: the connection is down. The draft is on this computer and will be sent."),
    "ended": _("Your session has ended. What you typed is kept on this computer; log in to go on."),
    "login": _("Log in"),
    "again": _("Send now"),
    "restored": _("{count} entries that were not sent are back in their fields."),
    "conflict": _("This item was saved in another window meanwhile."),
    "keep_mine": _("Keep mine: {value}"),
    "keep_theirs": _("Keep the saved one: {value}"),
    "empty": _("empty"),
    "missing": _("Missing"),
    "todo": _("Not entered"),
    "use_unit": _("Use {unit}"),
    "then": _("If the unit is {unit}, it is {shown}."),
    "faults": _("{count} items need correction. The first one has the focus."),
    "left": _("{count} required items left"),
    "nothing_left": _("Every required item is filled. Ctrl+Enter submits."),
    "row": _("Row {number}"),
    "removed": _("Row {number} was removed."),
    "proposed": _("Proposed by the images: {count}. Check the values and take them over."),
    "accepted": _("{count} proposed values were taken over."),
    "refused": _("The server refused this ({status})."),
    "failed": _("The server failed ({status}). What you typed is kept on this computer and sent again."),
    "sending": _("Some entries are still being sent. Submit again when they are saved."),
    "next_item": _("Next item"),
    "set_missing": _("Missing code of the item"),
    "next_owed": _("Next required item"),
    "accept_all": _("Take over all proposed values"),
    "use_other_unit": _("Use the unit that fits"),
    "add_row": _("Add a row"),
    "copy_above": _("The same as in the row above"),
    "ask": _("Query about the item"),
    "choose": _("Choose by digit"),
}
