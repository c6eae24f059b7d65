"""Units as people write them; the design keeps them in ASCII, in the manner of UCUM."""

import re

from django.utils.translation import pgettext

_MICRO = re.compile(r"(?<![A-Za-z])u(?=(?:mol|g|L|kat|m|IU)(?![A-Za-z]))")
_POWER = re.compile(r"(?<=10)\^(\d+)|(?<=[cm]m)([23])|(?<=[^a-z]m)([23])")
_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def unit_words(unit: str | None) -> str:
    """Return the unit with µ, exponents and degrees, a time's unit in the page's language; "" for none.

    The text is for reading only: what is stored, compared and exported is the design's own spelling.
    """
    if not unit:
        return ""
    words = {
        "a": pgettext("unit", "y"),
        "d": pgettext("unit", "d"),
        "h": pgettext("unit", "h"),
        "min": pgettext("unit", "min"),
        "s": pgettext("unit", "s"),
        "pack-year": pgettext("unit", "pack-years"),
        "Cel": "°C",
    }
    if unit in words:
        return words[unit]
    micro = _MICRO.sub("µ", unit)
    return _POWER.sub(lambda found: (found[1] or found[2] or found[3]).translate(_SUPERSCRIPTS), micro)
