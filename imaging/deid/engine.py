"""The engine: copies a data set attribute by attribute, applying one action to each, sequences included."""

from collections.abc import Callable
from typing import Final

from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from imaging.deid.profile import Action, Profile, actions
from imaging.deid.pseudonym import Pseudonymiser
from imaging.deid.report import DeidReport
from imaging.deid.rules import (
    REQUIRED_LABELS,
    SAFE_PRIVATE,
    SAFE_SLOTS,
    SHAPES,
    STANDARD_SCHEMES,
    has_no_place,
    unlisted,
)
from imaging.deid.table import rows_by_tag
from imaging.deid.values import (
    UNITS,
    ambiguous_vrs,
    dictionary_vr,
    dummy,
    each,
    fits,
    is_private,
    plain_octets,
    plain_texts,
)
from imaging.deid.vocabulary import clean

CHARACTER_SET, PATIENT_AGE = 0x00080005, 0x00101010
_CODE_VALUES: Final = frozenset({0x00080100, 0x00080119, 0x00080120, 0x00080102, 0x00080103})
_CODE_MEANING: Final = 0x00080104
_DECODED_VRS: Final = frozenset({"LO", "SH", "UC", "UT", "ST", "LT", "PN"})
_LIMITS: Final = {"SH": 16, "CS": 16, "LO": 64}

Element = DataElement | RawDataElement


class Engine:
    """One instance's run; `report` fills while `copy` walks."""

    def __init__(
        self,
        *,
        pseudonymiser: Pseudonymiser,
        profile: Profile,
        days: int,
        report: DeidReport,
        identifies: Callable[[str], bool],
    ) -> None:
        """Retained free text for which `identifies` answers True is dropped, whatever the table allows."""
        self.pseudonymiser, self.profile, self.days, self.report = pseudonymiser, profile, days, report
        self.identifies = identifies
        self.actions = actions(profile.options)
        key = pseudonymiser.subject_key
        self.fixed = {
            0x00100010: key,
            0x00100020: key,
            0x00120040: key,
            0x00120020: pseudonymiser.study_oid,
        }
        self.handlers: dict[Action, Callable[[Dataset, Element, str, Dataset], None]] = {
            Action.REMOVE: lambda source, element, vr, out: None,
            Action.EMPTY: self._empty,
            Action.DUMMY: self._dummy,
            Action.KEEP: self._keep,
            Action.MAP_UID: self._map_uid,
            Action.SHIFT_DATE: self._shift,
            Action.CLEAN_TEXT: self._clean,
            Action.CLEAN_CONTENT: self._keep,
        }

    def copy(self, source: Dataset) -> Dataset:
        """Return a new data set with every attribute de-identified; the source is read, never changed."""
        out = Dataset()
        local_code = _is_local_code(source)
        for tag, element in list(source.items()):
            if is_private(tag):
                self._private(source, element, out)
            else:
                self._standard(source, element, out, local_code)
        self.report.kept += sum(not is_private(tag) for tag, _ in out.items())
        return out

    def _standard(self, source: Dataset, element: Element, out: Dataset, local_code: bool) -> None:
        tag = int(element.tag)
        vr = dictionary_vr(tag)
        action = self._action(tag, vr, local_code)
        if action not in (Action.REMOVE, Action.EMPTY, Action.DUMMY) and not fits(element, tag, vr):
            action = Action.REMOVE
        if tag in self.fixed:
            out.add_new(element.tag, vr, self.fixed[tag])
        else:
            self.handlers[action](source, element, vr, out)
        self.report.actions[f"{tag:08x}", action.value] += 1

    def _action(self, tag: int, vr: str, local_code: bool) -> Action:
        if tag == CHARACTER_SET or has_no_place(tag >> 16):
            return Action.REMOVE
        if local_code and tag == _CODE_MEANING:
            return Action.CLEAN_TEXT
        if local_code and tag in _CODE_VALUES:
            return Action.DUMMY
        return self.actions.get(tag) or unlisted(tag, vr)

    def _private(self, source: Dataset, element: Element, out: Dataset) -> None:
        """Carry a private attribute that the standard calls safe, with its creator; count every other one."""
        tag = int(element.tag)
        group, number = tag >> 16, tag & 0xFFFF
        if (group, number & 0xFF) not in SAFE_SLOTS or "safe_private" not in self.profile.options:
            self.report.removed_private += 1
            return
        creator_tag = group << 16 | number >> 8
        creator = str(source[creator_tag].value).strip() if number >= 0x1000 and creator_tag in source else ""
        vr = SAFE_PRIVATE.get((creator, group, number & 0xFF))
        if vr is None or not fits(element, tag, vr):
            self.report.removed_private += 1
            return
        out.add_new(creator_tag, "LO", creator)
        self._carry(source, element, vr, out)

    def _empty(self, source: Dataset, element: Element, vr: str, out: Dataset) -> None:
        out.add_new(element.tag, vr, Sequence() if vr == "SQ" else None)

    def _dummy(self, source: Dataset, element: Element, vr: str, out: Dataset) -> None:
        tag = element.tag
        if vr == "SQ":
            items = source[tag].value if fits(element, int(tag), vr) else []
            out.add_new(tag, vr, Sequence(self._dummy_item(item) for item in list(items)[:1]))
        elif vr == "UI":
            self._map_uid(source, element, vr, out)
        else:
            out.add_new(tag, vr, dummy(vr))

    def _dummy_item(self, item: Dataset) -> Dataset:
        """Return an item of the same attributes with nothing of their values, registered UIDs excepted."""
        out = Dataset()
        for tag, element in list(item.items()):
            vr = dictionary_vr(int(tag))
            if not is_private(tag) and vr != "UN" and int(tag) != CHARACTER_SET:
                self._dummy(item, element, vr, out)
        return out

    def _keep(self, source: Dataset, element: Element, vr: str, out: Dataset) -> None:
        tag = element.tag
        if vr == "SQ":
            out.add_new(tag, vr, Sequence(self.copy(item) for item in source[tag].value or []))
        elif vr not in _DECODED_VRS:
            self._carry(source, element, vr, out)
        elif not self._names_patient(source, element):
            plain = isinstance(element, RawDataElement) and plain_octets(element) is not None
            if isinstance(element, RawDataElement) and plain and _settled(element, int(tag)):
                out[tag] = element._replace(VR=vr)
            else:
                out.add_new(tag, vr, source[tag].value)

    def _carry(self, source: Dataset, element: Element, vr: str, out: Dataset) -> None:
        """Copy an element without decoding it, when its bytes are already what will be written."""
        tag = element.tag
        if not _has_shape(element, vr) or (vr == "CS" and self._names_patient(source, element)):
            return
        if int(tag) == PATIENT_AGE:
            out.add_new(tag, vr, _capped_age(str(source[tag].value or "")))
        elif isinstance(element, RawDataElement) and _settled(element, int(tag)):
            out[tag] = element._replace(VR=vr if element.VR in (None, "UN") else element.VR)
        else:
            kept = source[tag]
            out[tag] = DataElement(tag, kept.VR, kept.value)

    def _names_patient(self, source: Dataset, element: Element) -> bool:
        octets = plain_octets(element)
        if octets is not None:
            return any(self.identifies(text) for text in plain_texts(octets))
        return any(self.identifies(str(value)) for value in each(source[element.tag].value))

    def _map_uid(self, source: Dataset, element: Element, vr: str, out: Dataset) -> None:
        if vr == "SQ":
            self._keep(source, element, vr, out)
            return
        if vr != "UI" or not fits(element, int(element.tag), vr):
            return
        mapped = [self._uid(str(value)) for value in each(source[element.tag].value)]
        out.add_new(element.tag, vr, mapped if len(mapped) > 1 else "".join(mapped))

    def _uid(self, value: str) -> str:
        registered = value.startswith("1.2.840.10008.")
        return value if not value or registered else self.pseudonymiser.uid(value)

    def _shift(self, source: Dataset, element: Element, vr: str, out: Dataset) -> None:
        shift = self.pseudonymiser.shift_da if vr == "DA" else self.pseudonymiser.shift_dt
        values = [shift(str(value), days=self.days) for value in each(source[element.tag].value)]
        out.add_new(element.tag, vr, values if len(values) > 1 else "".join(values))

    def _clean(self, source: Dataset, element: Element, vr: str, out: Dataset) -> None:
        tag = int(element.tag)
        text = " ".join(str(value) for value in each(source[element.tag].value))
        cleaned = clean(text, limit=_LIMITS.get(vr, 1024)) or REQUIRED_LABELS.get(tag, "")
        row = rows_by_tag().get(tag)
        if cleaned or (row is not None and "X" not in row.basic):
            out.add_new(element.tag, vr, cleaned)


def _is_local_code(item: Dataset) -> bool:
    """Tell whether an item is a code of a scheme that is not public: its texts may be anything."""
    if _CODE_MEANING not in item and not any(tag in item for tag in _CODE_VALUES):
        return False
    return str(item.get("CodingSchemeDesignator") or "") not in STANDARD_SCHEMES


def _has_shape(element: Element, vr: str) -> bool:
    shape = SHAPES.get(vr)
    if shape is None or not element.value:
        return True
    if isinstance(element, RawDataElement):
        return shape.match(element.value) is not None
    text = "\\".join(str(value) for value in each(element.value))
    return shape.match(text.encode("utf-8", "replace")) is not None


def _settled(element: RawDataElement, tag: int) -> bool:
    """Tell whether the encoded bytes can be written as they are: whole, little endian, of one possible VR."""
    vr = element.VR
    known = dictionary_vr(tag) if vr in (None, "UN") and not ambiguous_vrs(tag) else vr
    if known in (None, "UN") or not element.value or not element.is_little_endian:
        return False
    return len(element.value) % UNITS.get(known, 2) == 0


def _capped_age(age: str) -> str:
    """Return the age with everyone over 89 years as 90 (45 CFR 164.514(b)(2)(i)(C))."""
    return "090Y" if age.endswith("Y") and int(age[:-1]) > 89 else age
