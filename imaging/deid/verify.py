"""The verifier: shares no rule with the engine, and looks for the original identity in everything that was written.

It is given the identifiers of the original and a data set re-read from the bytes that will be stored. What it
cannot read counts as a leak. It errs towards refusal: a patient whose name is also a word kept elsewhere is
refused unless the word is one of the controlled vocabulary.
"""

import re
from dataclasses import dataclass, field
from itertools import permutations
from typing import Final, Iterator

from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from imaging.deid.vocabulary import WORDS

_NAME_TAGS: Final = frozenset({0x00100010, 0x00101001, 0x00101005, 0x00101060})
_ID_TAGS: Final = frozenset({0x00100020, 0x00101000, 0x00080050, 0x00100022, 0x00402016, 0x00402017, 0x00101090})
_DEVICE_UIDS: Final = frozenset({0x00181002, 0x0018100B})
_SCHEME_UIDS: Final = frozenset({0x0008010C, 0x00080117, 0x00080118})
_PIXELS: Final = frozenset({0x7FE00010, 0x7FE00008, 0x7FE00009})
_NUMERIC: Final = frozenset({"DS", "IS", "UI", "TM", "AS"})
_BINARY: Final = frozenset({"OB", "OW", "OF", "OD", "OL", "OV", "UN"})
_UID = re.compile(r"(?<![\d.])\d+(?:\.\d+){3,}")
_HAN = re.compile(r"[\u3400-\u9fff\u3040-\u30ff\uac00-\ud7af]")
_ENCODINGS: Final = ("utf-8", "gb18030", "big5", "euc_kr", "shift_jis", "utf-16-le")
_PLACEHOLDERS: Final = frozenset({"ANONYMOUS", "ANONYMIZED", "ANON", "NONE", "UNKNOWN", "REMOVED", "TEST", "PATIENT"})


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


def collect_identifiers(dataset: Dataset, *, pseudonyms: frozenset[str] = frozenset()) -> OriginalIdentifiers:
    """Return every name, number, birth date and instance UID of the original, nested ones included.

    `pseudonyms` are values that may stay: the subject key and UIDs that are already pseudonymous.
    """
    names, ids, births, uids = set(), set(), set(), set()
    for _, element in _leaves(dataset):
        tag, texts = int(element.tag), [t for t in _texts(element) if t.strip() and t not in pseudonyms]
        if tag in _NAME_TAGS:
            names.update(form for text in texts for form in _name_forms(text))
        elif tag in _ID_TAGS:
            ids.update(text.strip().casefold() for text in texts)
        elif tag == 0x00100030:
            births.update(form for text in texts for form in _date_forms(text))
        elif element.VR == "UI" and tag not in _DEVICE_UIDS | _SCHEME_UIDS:
            uids.update(text for text in texts if not text.startswith("1.2.840.10008."))
    keys = {form for key in pseudonyms for form in (key.casefold(), *_name_forms(key))}
    return OriginalIdentifiers(
        frozenset(names - keys),
        frozenset(ids - keys - {word.casefold() for word in _PLACEHOLDERS}),
        frozenset(births),
        frozenset(uids - pseudonyms),
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
    spoken = {word for word in WORDS} | {word.casefold() for word in _PLACEHOLDERS}
    return {form for form in forms if form not in spoken and not form.isdigit()}


def _date_forms(text: str) -> set[str]:
    digits = re.sub(r"\D", "", text)[:8]
    if len(digits) != 8 or digits == "19000101":
        return set()
    year, month, day = digits[:4], digits[4:6], digits[6:]
    spelled = {mark.join((year, month, day)) for mark in ("", "-", "/", ".")}
    return spelled | {f"{year}年{int(month)}月{int(day)}日", f"{year}年{month}月{day}日"}


def verify(dataset: Dataset, original_identifiers: OriginalIdentifiers) -> list[Leak]:
    """Return every place where an original identifier is still found; an empty list is the only pass."""
    search = _Search(original_identifiers)
    return [Leak(path, kind) for path, element in _leaves(dataset) for kind in search.kinds(element)]


class _Search:
    """Compiled patterns for one patient's identifiers."""

    def __init__(self, original: OriginalIdentifiers) -> None:
        self.uids = original.uids
        self.long_ids = {i for i in original.ids if len(i) >= 6}
        self.patterns = {
            "name": _bounded(original.names, whole=False),
            "id": _bounded({i for i in original.ids if len(i) >= 4}, whole=True),
            "birth_date": _bounded(original.birth_dates, whole=True),
        }
        self.short_ids = {i for i in original.ids if len(i) < 4}
        self.encoded = _encoded(original)

    def kinds(self, element: DataElement | None) -> Iterator[str]:
        if element is None:
            yield "unreadable"
        elif element.VR in _BINARY:
            if int(element.tag) not in _PIXELS and any(n in bytes(element.value or b"") for n in self.encoded):
                yield "binary"
        else:
            yield from self._in_texts(element)

    def _in_texts(self, element: DataElement) -> Iterator[str]:
        for text in _texts(element):
            folded = text.casefold()
            yield from (kind for kind, pattern in self.patterns.items() if pattern and pattern.search(folded))
            if element.VR not in _NUMERIC:
                if folded.strip() in self.short_ids and element.VR != "CS":
                    yield "id"
                if any(identifier in folded for identifier in self.long_ids):
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
    texts = {n for n in original.names if len(n) >= 4 or _HAN.search(n)} | {i for i in original.ids if len(i) >= 6}
    texts |= original.birth_dates | original.uids
    variants = {form for text in texts for form in (text, text.upper(), text.title())}
    return {v.encode(e, "ignore") for v in variants for e in _ENCODINGS if len(v.encode(e, "ignore")) >= 4}


def _leaves(dataset: Dataset, path: str = "") -> Iterator[tuple[str, DataElement | None]]:
    """Yield every element that is not a sequence with its path; None for one that cannot be decoded."""
    for tag in sorted(dataset.keys()):
        here = f"{path}{tag}"
        try:
            element = dataset[tag]
        except Exception:
            # Whatever pydicom raises on a damaged value, the answer is the same: it was not verified.
            yield here, None
            continue
        if isinstance(element.value, Sequence):
            for number, item in enumerate(element.value):
                yield from _leaves(item, f"{here}[{number}].")
        else:
            yield here, element


def _texts(element: DataElement | None) -> list[str]:
    if element is None or element.value is None or element.VR in _BINARY:
        return []
    value = element.value
    values = value if isinstance(value, list) or hasattr(value, "append") else [value]
    return [str(v) for v in values]
