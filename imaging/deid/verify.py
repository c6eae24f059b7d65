"""The verifier: shares no rule with the engine, and looks for the original identity in what was written.

It is given the identifiers of the original and a data set re-read from the bytes that will be stored. What it
cannot read counts as a leak. It errs towards refusal: a patient whose name is also a word kept elsewhere is
refused unless the word is one of the controlled vocabulary.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import permutations
from typing import Final, NamedTuple

from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue
from pydicom.tag import BaseTag

from imaging.deid.values import dictionary_vr, plain_octets, plain_texts
from imaging.deid.vocabulary import WORDS

_NAME_TAGS: Final = frozenset({0x00100010, 0x00101001, 0x00101005, 0x00101060})
_ID_TAGS: Final = frozenset(
    {0x00100020, 0x00101000, 0x00080050, 0x00100022, 0x00402016, 0x00402017, 0x00101090}
)
_BIRTH_DATE: Final = 0x00100030
# UIDs of devices, which option 113109 retains, and of coding schemes.
_RETAINED_UIDS: Final = frozenset({0x00181002, 0x0018100B, 0x0008010C, 0x00080117, 0x00080118})
_PIXELS: Final = frozenset({0x7FE00010, 0x7FE00008, 0x7FE00009})
_NUMERIC: Final = frozenset({"DS", "IS", "UI", "TM", "AS"})
_NUMBERS: Final = frozenset({"US", "SS", "UL", "SL", "UV", "SV", "FD", "FL", "AT"})
_BINARY: Final = frozenset({"OB", "OW", "OF", "OD", "OL", "OV", "UN"})
_UID = re.compile(r"(?<![\d.])\d+(?:\.\d+){3,}")
_HAN = re.compile(r"[\u3400-\u9fff\u3040-\u30ff\uac00-\ud7af]")
_ENCODINGS: Final = ("utf-8", "gb18030", "big5", "euc_kr", "shift_jis", "utf-16-le")
_PLACEHOLDERS: Final = frozenset(
    {
        *("anonymous", "anonymized", "anonymised", "anon", "none", "unknown", "removed", "test", "patient"),
        *("unnamed", "null"),
    }
)


@dataclass(frozen=True, slots=True)
class Leak:
    """Where an original identifier was found and of which kind; never the identifier itself."""

    path: str
    kind: str


@dataclass(frozen=True, slots=True)
class OriginalIdentifiers:
    """What must not survive, in comparable form; not shown when printed."""

    names: frozenset[str] = field(repr=False)
    ids: frozenset[str] = field(repr=False)
    birth_dates: frozenset[str] = field(repr=False)
    uids: frozenset[str] = field(repr=False)


def collect_identifiers(
    dataset: Dataset,
    *,
    pseudonyms: frozenset[str] = frozenset(),
    is_pseudonymous_uid: Callable[[str], bool] = lambda uid: False,
) -> OriginalIdentifiers:
    """Return every name, number, birth date and instance UID of the original, nested ones included.

    `pseudonyms` are values that may stay, such as the subject key.
    """
    names: set[str] = set()
    ids: set[str] = set()
    births: set[str] = set()
    uids: set[str] = set()
    for leaf in _leaves(dataset):
        if leaf.tag in _NAME_TAGS:
            names.update(form for text in leaf.texts() for form in _name_forms(text))
        elif leaf.tag in _ID_TAGS:
            ids.update(text.strip().casefold() for text in leaf.texts())
        elif leaf.tag == _BIRTH_DATE:
            births.update(form for text in leaf.texts() for form in _date_forms(text))
        elif leaf.vr == "UI" and leaf.tag not in _RETAINED_UIDS:
            uids.update(text for text in leaf.texts() if text and not text.startswith("1.2.840.10008."))
    keys = {form for key in pseudonyms for form in (key.casefold(), *_name_forms(key))}
    return OriginalIdentifiers(
        frozenset(names - keys),
        frozenset(ids - keys - _PLACEHOLDERS - {""}),
        frozenset(births),
        frozenset(uid for uid in uids if not is_pseudonymous_uid(uid)),
    )


def _name_forms(text: str) -> set[str]:
    """Return the parts of a person name and, for each representation, the parts run together in any order."""
    forms: set[str] = set()
    for representation in text.split("="):
        parts = [part.casefold() for part in re.split(r"[\^\s,;_]+", representation) if part]
        forms.update(part for part in parts if len(part) >= (2 if _HAN.search(part) else 3))
        if 2 <= len(parts) <= 4:
            forms.update("".join(order) for order in permutations(parts, len(parts)))
            forms.update("".join(order) for order in permutations(parts, 2) if len("".join(order)) >= 4)
    return {form for form in forms if form not in WORDS and form not in _PLACEHOLDERS and not form.isdigit()}


def _date_forms(text: str) -> set[str]:
    digits = re.sub(r"\D", "", text)[:8]
    if len(digits) != 8 or digits == "19000101":
        return set()
    year, month, day = digits[:4], digits[4:6], digits[6:]
    spelled = {mark.join((year, month, day)) for mark in ("", "-", "/", ".")}
    return spelled | {f"{year}年{int(month)}月{int(day)}日", f"{year}年{month}月{day}日"}


def verify(dataset: Dataset, original_identifiers: OriginalIdentifiers) -> list[Leak]:
    """Return every place where an original identifier is still found; an empty list is the only pass."""
    search = Search(original_identifiers)
    return [
        Leak(leaf.path(), kind) for leaf in _leaves(dataset) for kind in dict.fromkeys(search.kinds(leaf))
    ]


class _Leaf(NamedTuple):
    """One element that is not a sequence; `texts` and `octets` raise what pydicom raises on damage."""

    dataset: Dataset
    element: DataElement | RawDataElement
    tag: BaseTag
    vr: str
    trail: tuple[tuple[BaseTag, int], ...]

    def path(self) -> str:
        return "".join(f"{tag}[{number}]." for tag, number in self.trail) + str(self.tag)

    def texts(self) -> list[str]:
        """Return the values as text; plain ASCII bytes are read without the parser."""
        octets = plain_octets(self.element)
        if octets is not None:
            return plain_texts(octets)
        value = self.dataset[self.tag].value
        if value is None:
            return []
        return [str(part) for part in (value if isinstance(value, MultiValue | list) else (value,))]

    def octets(self) -> bytes:
        return bytes(self.element.value or b"")


def _leaves(dataset: Dataset, trail: tuple[tuple[BaseTag, int], ...] = ()) -> Iterator[_Leaf]:
    """Yield every element that is not a sequence, depth first."""
    for tag, element in list(dataset.items()):
        vr = element.VR
        if vr is None or vr == "UN":
            vr = dictionary_vr(int(tag))
        if vr != "SQ":
            yield _Leaf(dataset, element, tag, vr, trail)
            continue
        for number, item in enumerate(dataset[tag].value or ()):
            yield from _leaves(item, (*trail, (tag, number)))


class Search:
    """Compiled patterns for one patient's identifiers."""

    def __init__(self, original: OriginalIdentifiers) -> None:
        self.uids = original.uids
        self.long_ids = {i for i in original.ids if len(i) >= 6}
        self.short_ids = {i for i in original.ids if len(i) < 4}
        kinds = {
            "name": _bounded(original.names, whole=False),
            "id": _bounded({i for i in original.ids if len(i) >= 4}, whole=True),
            "birth_date": _bounded(original.birth_dates, whole=True),
        }
        self.patterns = {kind: pattern for kind, pattern in kinds.items() if pattern is not None}
        self.original = original

    @cached_property
    def encoded(self) -> set[bytes]:
        return _encoded(self.original)

    def kinds(self, leaf: _Leaf) -> Iterator[str]:
        """Yield the kind of each leak in one element; what cannot be decoded is one."""
        try:
            if leaf.vr in _BINARY:
                yield from self._in_octets(leaf)
            elif leaf.vr not in _NUMBERS:
                for text in leaf.texts():
                    yield from self._in_text(text, leaf.vr)
        except Exception:
            # Whatever pydicom raises on a damaged value, the answer is the same: it was not verified.
            yield "unreadable"

    def identifies(self, text: str) -> bool:
        """Tell whether a text holds an identifier."""
        return any(True for _ in self._in_text(text, "LO"))

    def _in_octets(self, leaf: _Leaf) -> Iterator[str]:
        if leaf.tag not in _PIXELS and self.encoded:
            octets = leaf.octets()
            if any(form in octets for form in self.encoded):
                yield "binary"

    def _in_text(self, text: str, vr: str) -> Iterator[str]:
        folded = text.casefold()
        for kind, pattern in self.patterns.items():
            if pattern.search(folded):
                yield kind
        short = vr != "CS" and folded in self.short_ids
        if vr not in _NUMERIC and (short or any(number in folded for number in self.long_ids)):
            yield "id"
        if text in self.uids or ("." in text and any(uid in self.uids for uid in _UID.findall(text))):
            yield "uid"


def _bounded(forms: set[str] | frozenset[str], *, whole: bool) -> re.Pattern[str] | None:
    """Return a pattern of the forms; Latin and numeric ones must stand alone, Han ones may not."""
    if not forms:
        return None
    alternatives = [
        re.escape(form) if _HAN.search(form) and not whole else rf"(?<![a-z0-9]){re.escape(form)}(?![a-z0-9])"
        for form in sorted(forms, key=len, reverse=True)
    ]
    return re.compile("|".join(alternatives))


def _encoded(original: OriginalIdentifiers) -> set[bytes]:
    """Return the longer identifiers in the encodings that opaque values may use."""
    texts = {n for n in original.names if len(n) >= 4 or _HAN.search(n)} | {
        i for i in original.ids if len(i) >= 6
    }
    texts |= original.birth_dates | original.uids
    variants = {form for text in texts for form in (text, text.upper(), text.title())}
    encoded = {variant.encode(name, "ignore") for variant in variants for name in _ENCODINGS}
    return {octets for octets in encoded if len(octets) >= 4}
