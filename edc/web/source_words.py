"""The master record of a form or an item, in words."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

SOURCES: dict[str, str | Promise] = {
    "edc": _("EDC direct entry"),
    "paper": pgettext_lazy("source", "Paper"),
    "his": _("Hospital systems"),
}


def source_word(source: str | None) -> str:
    """Return the word of edc, paper or his; empty where the study declares none."""
    return str(SOURCES[source]) if source else ""
