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
from imaging.deid.values import UNITS, ambiguous_vrs, dictionary_vr, dummy, each, fits
from imaging.deid.vocabulary import clean

CHARACTER_SET, PATIENT_AGE = 0x00080005, 0x00101010
_CODE_VALUES: Final = frozenset({0x00080100, 0x00080119, 0x00080120, 0x00080102, 0x00080103})
_CODE_MEANING: Final = 0x00080104
_DECODED_VRS: Final = frozenset({"LO", "SH", "UC", "UT", "ST", "LT", "PN"})
_LIMITS: Final = {"SH": 16, "CS": 16, "LO": 64}


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
        self.handlers: dict[Action, Callable[[Dataset, int, str, Dataset], None]] = {
            Action.REMOVE: lambda source, tag, vr, out: None,
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
        for tag in list(source.keys()):
            if tag.is_private:
                self._private(source, tag, out)
            else:
                self._standard(source, int(tag), out, local_code)
        return out

    def _standard(self, source: Dataset, tag: int, out: Dataset, local_code: bool) -> None:
        vr = dictionary_vr(tag)
        action = self._action(tag, vr, local_code)
        if action not in (Action.REMOVE, Action.EMPTY, Action.DUMMY) and not fits(
            source.get_item(tag), tag, vr
        ):
            action = Action.REMOVE
        if tag in self.fixed:
            out.add_new(tag, vr, self.fixed[tag])
        else:
            self.handlers[action](source, tag, vr, out)
        self.report.actions[f"{tag:08x}", action.value] += 1
        self.report.kept += tag in out

    def _action(self, tag: int, vr: str, local_code: bool) -> Action:
        if tag == CHARACTER_SET or has_no_place(tag >> 16):
            return Action.REMOVE
        if local_code and tag == _CODE_MEANING:
            return Action.CLEAN_TEXT
        if local_code and tag in _CODE_VALUES:
            return Action.DUMMY
        return self.actions.get(tag) or unlisted(tag, vr)

    def _private(self, source: Dataset, tag: int, out: Dataset) -> None:
        """Carry a private attribute that the standard calls safe, with its creator; count every other one."""
        group, element = tag >> 16, tag & 0xFFFF
        if (group, element & 0xFF) not in SAFE_SLOTS or "safe_private" not in self.profile.options:
            self.report.removed_private += 1
            return
        creator_tag = group << 16 | element >> 8
        creator = (
            str(source[creator_tag].value).strip() if element >= 0x1000 and creator_tag in source else ""
        )
        vr = SAFE_PRIVATE.get((creator, group, element & 0xFF))
        if vr is None or not fits(source.get_item(tag), tag, vr):
            self.report.removed_private += 1
            return
        out.add_new(creator_tag, "LO", creator)
        self._carry(source, tag, vr, out)

    def _empty(self, source: Dataset, tag: int, vr: str, out: Dataset) -> None:
        out.add_new(tag, vr, Sequence() if vr == "SQ" else None)

    def _dummy(self, source: Dataset, tag: int, vr: str, out: Dataset) -> None:
        if vr == "SQ":
            items = source[tag].value if fits(source.get_item(tag), tag, vr) else []
            out.add_new(tag, vr, Sequence(self._dummy_item(item) for item in list(items)[:1]))
        elif vr == "UI":
            self._map_uid(source, tag, vr, out)
        else:
            out.add_new(tag, vr, dummy(vr))

    def _dummy_item(self, item: Dataset) -> Dataset:
        """Return an item of the same attributes with nothing of their values, registered UIDs excepted."""
        out = Dataset()
        for tag in list(item.keys()):
            vr = dictionary_vr(int(tag))
            if not tag.is_private and vr != "UN" and int(tag) != CHARACTER_SET:
                self._dummy(item, int(tag), vr, out)
        return out

    def _keep(self, source: Dataset, tag: int, vr: str, out: Dataset) -> None:
        if vr == "SQ":
            out.add_new(tag, vr, Sequence(self.copy(item) for item in source[tag].value or []))
        elif vr in _DECODED_VRS:
            if not self._names_patient(source, tag):
                out.add_new(tag, vr, source[tag].value)
        else:
            self._carry(source, tag, vr, out)

    def _carry(self, source: Dataset, tag: int, vr: str, out: Dataset) -> None:
        """Copy an element without decoding it, when its bytes are already what will be written."""
        element = source.get_item(tag)
        if not _has_shape(element, vr) or (vr == "CS" and self._names_patient(source, tag)):
            return
        if tag == PATIENT_AGE:
            out.add_new(tag, vr, _capped_age(str(source[tag].value or "")))
        elif isinstance(element, RawDataElement) and _settled(element, tag):
            out[tag] = element._replace(VR=vr if element.VR in (None, "UN") else element.VR)
        else:
            kept = source[tag]
            out[tag] = DataElement(tag, kept.VR, kept.value)

    def _names_patient(self, source: Dataset, tag: int) -> bool:
        return any(self.identifies(str(value)) for value in each(source[tag].value))

    def _map_uid(self, source: Dataset, tag: int, vr: str, out: Dataset) -> None:
        if vr == "SQ":
            self._keep(source, tag, vr, out)
            return
        if vr != "UI" or not fits(source.get_item(tag), tag, vr):
            return
        mapped = [self._uid(str(value)) for value in each(source[tag].value)]
        out.add_new(tag, vr, mapped if len(mapped) > 1 else "".join(mapped))

    def _uid(self, value: str) -> str:
        registered = value.startswith("1.2.840.10008.")
        return value if not value or registered else self.pseudonymiser.uid(value)

    def _shift(self, source: Dataset, tag: int, vr: str, out: Dataset) -> None:
        shift = self.pseudonymiser.shift_da if vr == "DA" else self.pseudonymiser.shift_dt
        values = [shift(str(value), days=self.days) for value in each(source[tag].value)]
        out.add_new(tag, vr, values if len(values) > 1 else "".join(values))

    def _clean(self, source: Dataset, tag: int, vr: str, out: Dataset) -> None:
        text = " ".join(str(value) for value in each(source[tag].value))
        cleaned = clean(text, limit=_LIMITS.get(vr, 1024)) or REQUIRED_LABELS.get(tag, "")
        row = rows_by_tag().get(tag)
        if cleaned or (row is not None and "X" not in row.basic):
            out.add_new(tag, vr, cleaned)


def _is_local_code(item: Dataset) -> bool:
    """Tell whether an item is a code of a scheme that is not public: its texts may be anything."""
    if _CODE_MEANING not in item and not any(tag in item for tag in _CODE_VALUES):
        return False
    return str(item.get("CodingSchemeDesignator") or "") not in STANDARD_SCHEMES


def _has_shape(element: DataElement | RawDataElement, vr: str) -> bool:
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
