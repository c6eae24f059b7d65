"""The time of entry by the client's own clock, in words."""

from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

# What the way to the server takes is no difference of clocks.
TOLERATED_S = 5


def clock_words(clock: Mapping[str, object] | None) -> str:
    """Return when a value was typed as the client's clock told it, and by how much that clock was off."""
    if not clock:
        return ""
    if clock.get("unreadable"):
        return _("Typed: the client's clock could not be read")
    if not clock.get("typed_at"):
        return ""
    words = _("Typed %(at)s") % {"at": moment_words(str(clock["typed_at"]))}
    off = clock.get("off_s")
    return f"{words}; {_off(off)}" if isinstance(off, int) and abs(off) > TOLERATED_S else words


def _off(seconds: int) -> str:
    count = {"count": abs(seconds)}
    if seconds > 0:
        words = ngettext(
            "that clock %(count)d second ahead", "that clock %(count)d seconds ahead", abs(seconds)
        )
    else:
        words = ngettext(
            "that clock %(count)d second behind", "that clock %(count)d seconds behind", abs(seconds)
        )
    return words % count


def moment_words(text: str) -> str:
    """Return an ISO moment as it was told, offset and all: 2026-11-22 10:03:12 +08:00."""
    at = datetime.fromisoformat(text)
    offset = at.strftime("%z")
    return f"{at:%Y-%m-%d %H:%M:%S} {offset[:3]}:{offset[3:5]}"
