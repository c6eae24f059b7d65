"""Which keys lie beside each other: a slip of one place on the keyboard. Pure.

Two blocks count: the main block of a QWERTY keyboard with its digits, and the numeric keypad. Keys touch
when their centres lie no further apart than those of Q and S; on the keypad only straight up, down and aside,
since with the diagonals 5 would touch every digit.
"""

from functools import cache
from math import hypot

_ROWS = ((0.0, "1234567890"), (0.5, "qwertyuiop"), (0.75, "asdfghjkl"), (1.25, "zxcvbnm"))
_KEYPAD = ("789", "456", "123")
_REACH = 1.26


def is_neighbour_slip(one: str, two: str) -> bool:
    """Tell whether two texts of equal length differ in one character, by keys that touch."""
    if len(one) != len(two):
        return False
    pairs = [(a, b) for a, b in zip(one.lower(), two.lower(), strict=True) if a != b]
    return len(pairs) == 1 and are_neighbours(*pairs[0])


def are_neighbours(one: str, two: str) -> bool:
    """Tell whether two keys touch on the main block or on the keypad."""
    return two in _touching().get(one, frozenset())


@cache
def _touching() -> dict[str, frozenset[str]]:
    board = {key: (start + at, row) for row, (start, keys) in enumerate(_ROWS) for at, key in enumerate(keys)}
    pad = {key: (float(at), row) for row, keys in enumerate(_KEYPAD) for at, key in enumerate(keys)}
    # The 0 of the keypad is two keys wide, under 1 and 2.
    pads = [pad | {"0": (0.0, 3)}, pad | {"0": (1.0, 3)}]
    return {
        key: _around(board, key, _REACH).union(*(_around(each, key, 1.0) for each in pads)) for key in board
    }


def _around(places: dict[str, tuple[float, int]], key: str, reach: float) -> frozenset[str]:
    if key not in places:
        return frozenset()
    x, y = places[key]
    return frozenset(
        other for other, (a, b) in places.items() if other != key and hypot(a - x, b - y) <= reach
    )
