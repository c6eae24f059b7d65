"""Template tags of the shell: status chips and text that the data carry in two languages."""

from collections.abc import Iterable, Mapping

from django import template
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from edc.design.items import Text
from edc.services.reasons import reason_words
from edc.web.field_words import field_words
from edc.web.lab_words import range_words
from edc.web.term_words import classes, local_term, other_term
from edc.web.unit_words import unit_words

register = template.Library()
register.filter("unit_words", unit_words)
register.filter("reason_words", reason_words)
register.filter("field_words", field_words)
register.filter("range_words", range_words)
register.filter("local_term", local_term)
register.filter("other_term", other_term)
register.filter("classes", classes)

# The status vocabulary: the shape's class (tandem.css) and its word. The shape never stands without a word.
STATUS_WORDS: dict[str, Promise | str] = {
    "todo": _("To do"),
    "draft": _("Draft"),
    "second": _("Second pass"),
    "done": _("Complete"),
    "sdv": _("Verified"),
    "signed": _("Signed"),
    "locked": _("Locked"),
    "diff": _("Disagreement"),
    "due": _("Due"),
    "wait": _("Waiting"),
    "over": _("Overdue"),
    "soft": _("Soft check"),
    "miss": _("Not done"),
    "na": _("Not applicable"),
    "query": _("Query"),
    "halt": _("Not scored"),
    "prop": _("Proposed"),
    "img": _("Images"),
}


@register.inclusion_tag("partials/status.html")
def status(code: str, text: str = "", url: str = "") -> dict[str, str]:
    """Draw a status as shape and word; an unknown code is drawn as a plain word, never as a wrong shape."""
    known = code in STATUS_WORDS
    return {
        "shape": code if known else "plain",
        "text": str(text or STATUS_WORDS.get(code, code)),
        "url": url,
    }


@register.filter
def local(value: object, name: str = "") -> str:
    """Return the text in the page's language: of a {"zh", "en"} pair, or of an object's <name>_zh or _en.

    Where the wanted language is empty the other one is shown: a title is never blank.
    """
    wanted, other = ("en", "zh") if (get_language() or "").startswith("en") else ("zh", "en")
    if name:
        pair = {each: _field(value, f"{name}_{each}") or _field(value, name) for each in (wanted, other)}
        if isinstance(pair[wanted], Mapping):
            return local(pair[wanted])
        return str(pair[wanted] or pair[other] or "")
    if isinstance(value, Mapping | Text):
        return str(_field(value, wanted) or _field(value, other) or "")
    return "" if value is None else str(value)


@register.filter
def unit_list(units: Iterable[str]) -> str:
    """Return the units as people write them, parted by commas."""
    return ", ".join(unit_words(unit) for unit in units)


def _field(value: object, name: str) -> object:
    return value.get(name) if isinstance(value, Mapping) else getattr(value, name, None)
