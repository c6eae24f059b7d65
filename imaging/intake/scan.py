"""A lexical walk over encoded elements that counts depth and elements before any parser recurses.

The walk keeps its own stack, so hostile nesting costs memory proportional to the allowed depth only.
Encoding rules: PS3.5 section 7.1 (elements), 7.5 (nesting), 6.2.2 note 2 (UN of undefined length is
implicit VR).
"""

from dataclasses import dataclass
from struct import Struct
from typing import Final

from pydicom.datadict import DicomDictionary

from imaging.intake.limits import Limits
from imaging.intake.refusal import RefusedInstance

UNDEFINED: Final = 0xFFFFFFFF
ITEM, ITEM_END, SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
SHORT_VRS: Final = frozenset(b"AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US".split())
LONG_VRS: Final = frozenset(b"OB OD OF OL OV OW SQ SV UC UN UR UT UV".split())
_TAG, _IMPLICIT, _SHORT = Struct("<HH"), Struct("<HHI"), Struct("<HH2sH")
_LONG = Struct("<I")
_SEQUENCE_TAGS: Final = frozenset(tag for tag, entry in DicomDictionary.items() if entry[0] == "SQ")


@dataclass(slots=True)
class _Level:
    """One open container: a dataset (the file or an item), a sequence, or encapsulated fragments."""

    kind: str
    end: int | None
    implicit: bool


class _Walk:
    """The state of one scan over `data` from `start`; `run` returns the number of elements."""

    def __init__(self, data: bytes, start: int, *, implicit: bool, limits: Limits) -> None:
        self.data, self.position, self.limits = data, start, limits
        self.stack = [_Level("dataset", len(data), implicit)]
        self.depth = self.elements = 0

    def run(self) -> int:
        while self.stack:
            top = self.stack[-1]
            if top.end is not None and self.position >= top.end:
                self._close(top)
            elif top.kind == "dataset":
                self._element(top)
            else:
                self._item(top)
        return self.elements

    def _close(self, top: _Level) -> None:
        if top.end is not None and self.position > top.end:
            raise RefusedInstance("malformed", f"element crosses the end of its container at byte {top.end}")
        self.stack.pop()
        self.depth -= top.kind == "sequence"

    def _need(self, count: int) -> None:
        if self.position + count > len(self.data):
            raise RefusedInstance(
                "truncated", f"{len(self.data)} bytes, more announced at byte {self.position}"
            )

    def _element(self, top: _Level) -> None:
        self._need(8)
        group, element, length = _IMPLICIT.unpack_from(self.data, self.position)
        tag = group << 16 | element
        if group == 0xFFFE:
            self._end_of_item(top, tag)
            return
        self.elements += 1
        if self.elements > self.limits.max_elements:
            raise RefusedInstance("too_many_elements", f"more than {self.limits.max_elements}")
        vr = None
        if top.implicit:
            self.position += 8
        else:
            vr, length = self._explicit_header()
        self._value(top, tag, vr, length)

    def _end_of_item(self, top: _Level, tag: int) -> None:
        if tag != ITEM_END or top.end is not None or len(self.stack) == 1:
            raise RefusedInstance("malformed", f"stray delimiter at byte {self.position}")
        self.position += 8
        self.stack.pop()

    def _explicit_header(self) -> tuple[bytes, int]:
        _, _, vr, length = _SHORT.unpack_from(self.data, self.position)
        if vr in SHORT_VRS:
            self.position += 8
            return vr, length
        if vr not in LONG_VRS:
            raise RefusedInstance("malformed", f"unknown value representation at byte {self.position}")
        self._need(12)
        (length,) = _LONG.unpack_from(self.data, self.position + 8)
        self.position += 12
        return vr, length

    def _value(self, top: _Level, tag: int, vr: bytes | None, length: int) -> None:
        undefined = length == UNDEFINED
        if undefined and vr in (b"OB", b"OW"):
            self._open("fragments", None, implicit=False)
        elif vr == b"SQ" or (vr in (None, b"UN") and (undefined or tag in _SEQUENCE_TAGS)):
            end = None if undefined else self._end_of(length)
            self._open("sequence", end, implicit=top.implicit or vr == b"UN")
        elif undefined:
            raise RefusedInstance("malformed", f"undefined length not allowed at byte {self.position}")
        else:
            self.position = self._end_of(length)

    def _end_of(self, length: int) -> int:
        self._need(length)
        return self.position + length

    def _open(self, kind: str, end: int | None, *, implicit: bool) -> None:
        self.depth += kind == "sequence"
        if self.depth > self.limits.max_depth:
            raise RefusedInstance("too_deep", f"more than {self.limits.max_depth} levels")
        self.stack.append(_Level(kind, end, implicit))

    def _item(self, top: _Level) -> None:
        self._need(8)
        group, element, length = _IMPLICIT.unpack_from(self.data, self.position)
        tag = group << 16 | element
        self.position += 8
        if tag == SEQUENCE_END and top.end is None:
            self.stack.pop()
            self.depth -= top.kind == "sequence"
        elif tag != ITEM:
            raise RefusedInstance("malformed", f"item expected at byte {self.position - 8}")
        elif top.kind == "fragments":
            self.position = self._end_of(length)
        else:
            end = None if length == UNDEFINED else self._end_of(length)
            self.stack.append(_Level("dataset", end, top.implicit))


def scan_elements(data: bytes, start: int, *, implicit: bool, limits: Limits) -> int:
    """Return the number of elements from `start` to the end of `data`, nested ones included.

    Raises RefusedInstance (too_deep, too_many_elements, truncated, malformed) without recursion.
    """
    return _Walk(data, start, implicit=implicit, limits=limits).run()
