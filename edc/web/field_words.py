"""The words by which a page names the field of an error; programs get the field's own name."""

import re

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

WORDS: dict[str, Promise] = {
    "aware_at": _("The site knew"),
    "comment": _("Grounds"),
    "en": _("English"),
    "file": _("File"),
    "name": _("Name"),
    "narrative": _("Course"),
    "note": _("Note"),
    "password": _("Password"),
    "reason": _("Reason"),
    "text": _("Text"),
    "zh": _("Chinese"),
}
# The name of a field in the program, which no page shows.
OF_THE_PROGRAM = re.compile(r"[a-z][a-z0-9_.]*")


def field_words(name: str) -> str:
    """Return the word for a field: empty where it has none, the name itself where it is a label already.

    Items named by their labels or OIDs stay, so that the one that is wrong can be found.
    """
    if name in WORDS:
        return str(WORDS[name])
    return "" if OF_THE_PROGRAM.fullmatch(name) else name
