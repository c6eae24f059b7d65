"""Values entered one place too high or too low: told by the neighbours, not by the pair alone. Pure."""

from collections.abc import Hashable, Sequence

Values = Sequence[Hashable | None]


def displaced(first: Values, second: Values) -> set[int]:
    """Return the places of a sequence whose value stands in the other sequence one place further on.

    One such place may be chance; so it counts where the next place moved the same way, where two places
    were exchanged, or where the value left its own place empty (then that place counts too). None is empty.
    """
    return _moved(first, second) | _moved(second, first)


def _moved(kept: Values, shifted: Values) -> set[int]:
    found: set[int] = set()
    for step in (1, -1):
        hits = {at for at in range(len(kept)) if _came_from(kept, shifted, at, step)}
        for at in hits:
            source = at + step
            if source in hits or at - step in hits or _came_from(kept, shifted, source, -step):
                found |= {at}
            if shifted[source] is None:
                found |= {at, source}
    return found


def _came_from(kept: Values, shifted: Values, at: int, step: int) -> bool:
    """Tell whether what was shifted to this place is what the kept sequence holds one step further on."""
    if not (0 <= at < len(kept) and 0 <= at + step < len(kept)) or shifted[at] is None:
        return False
    return shifted[at] == kept[at + step] and shifted[at] != kept[at]
