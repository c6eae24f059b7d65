"""The two clocks of a draft: when a value was typed, as the client tells it, and when the server kept it."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from edc.models import DraftItem

# A moment outside these years is a clock that was never set.
YEARS = range(2000, 2100)
LONGEST = 40


def told_clock(sent: Mapping[str, object], now: datetime) -> dict:
    """Return the client's clock as an audit row keeps it; empty where the client tells none.

    `typed_at` and `sent_at` are ISO 8601 with their offsets from UTC. Kept are `typed_at` as told, however
    wrong, and `off_s`: how many seconds the client's clock is ahead of the server's, negative where it is
    behind, None where that is not known. What cannot be read leaves {"unreadable": True}: the value counts
    more.
    """
    if sent.get("typed_at") is None:
        return {}
    typed, left = (_moment(sent.get(name)) for name in ("typed_at", "sent_at"))
    if typed is None:
        return {"unreadable": True}
    off = round((left - now).total_seconds()) if left else None
    return {"typed_at": typed.isoformat(timespec="seconds"), "off_s": off}


def _moment(text: object) -> datetime | None:
    if not isinstance(text, str) or len(text) > LONGEST:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo and moment.year in YEARS else None


def with_clock(entry: Mapping[str, object], clock: Mapping[str, object]) -> dict:
    """Return an entry as an audit row keeps it: with the client's clock, where there is one."""
    return {**entry, "clock": dict(clock)} if clock else dict(entry)


def without_clock(kept: Mapping[str, object]) -> tuple[dict, dict]:
    """Return the entry and the client's clock of what `with_clock` made."""
    clock = kept.get("clock")
    entry = {name: each for name, each in kept.items() if name != "clock"}
    return entry, dict(clock) if isinstance(clock, Mapping) else {}


def both_clocks(items: Iterable[DraftItem]) -> dict[str, dict]:
    """Return both clocks of each item by path: what the client told, and `saved_at` of the server in UTC."""
    return {
        item.path: {**item.clock, "saved_at": item.saved_at.astimezone(UTC).isoformat(timespec="seconds")}
        for item in items
    }
