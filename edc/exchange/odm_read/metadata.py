"""The study design of an ODM file, 1.x or 2.0, REDCap's included, as a ForeignStudy; lenient.

What the schemas forbid and other systems write all the same is read: forms without events, codelists of
type boolean, empty names. An item group that is a form in ODM 2.0 becomes a form.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from edc.exchange.faults import FileFault
from edc.exchange.foreign import (
    ForeignEvent,
    ForeignForm,
    ForeignGroup,
    ForeignItem,
    ForeignStudy,
    Logic,
    Range,
)
from edc.exchange.odm_read import redcap
from edc.exchange.safe_files import local, read_xml

REDCAP = "{https://projectredcap.org}"
_SEEN = (
    "StudyEventDef", "FormDef", "ItemGroupDef", "ItemDef", "CodeList", "CodeListItem", "EnumeratedItem",
    "ConditionDef", "MethodDef", "RangeCheck", "MeasurementUnit", "SubjectData", "ItemData",
)  # fmt: skip


def read_odm_study(path: Path) -> ForeignStudy | None:
    """Return the design in the file; None where it holds clinical data alone. Raises FileFault."""
    root, seen = None, dict.fromkeys(_SEEN, 0)
    for event, element in read_xml(path):
        name = local(element)
        if event == "start":
            root = element if root is None else root
            if name in seen:
                seen[name] += 1
        elif name == "SubjectData":
            element.clear()
    if root is None or local(root) != "ODM":
        raise FileFault("根元素不是 ODM", "The file is not ODM: its root must be ODM.")
    studies = [each for each in root.iter("{*}Study") if _first(each, "MetaDataVersion") is not None]
    if not studies:
        return None
    return _Reader(studies[0], root, seen).study()


def _first(element: Any, name: str) -> Any:
    return next(_all(element, name), None)


def _all(element: Any, name: str) -> Iterator[Any]:
    return (child for child in element if isinstance(child.tag, str) and local(child) == name)


def _texts(element: Any, *names: str) -> dict[str, str]:
    """Return the translated texts of the first of the named children that has any, by language."""
    for name in names:
        for child in _all(element, name):
            found = {
                (each.get("{http://www.w3.org/XML/1998/namespace}lang") or "").lower(): " ".join(
                    (each.text or "").split()
                )
                for each in _all(child, "TranslatedText")
            }
            found = {language: text for language, text in found.items() if text}
            if found:
                return found
            if (child.text or "").strip():
                return {"": " ".join(child.text.split())}
    return {}


class _Reader:
    def __init__(self, study: Any, root: Any, seen: dict[str, int]) -> None:
        self.root, self.element, self.seen = root, study, seen
        versions = list(_all(study, "MetaDataVersion"))
        self.version = versions[-1]
        self.versions = len(versions)
        self.is_redcap = root.get("SourceSystem") == "REDCap" or REDCAP[1:-1] in (root.nsmap or {}).values()
        self.is_openedc = root.get("SourceSystem") == "OpenEDC"
        self.items = {each.get("OID"): each for each in _all(self.version, "ItemDef")}
        self.groups = {each.get("OID"): each for each in _all(self.version, "ItemGroupDef")}
        self.forms = {each.get("OID"): each for each in _all(self.version, "FormDef")}
        self.conditions = {each.get("OID"): each for each in _all(self.version, "ConditionDef")}
        self.methods = {each.get("OID"): each for each in _all(self.version, "MethodDef")}
        self.units = self._units()
        self.lists = {each.get("OID"): each for each in _all(self.version, "CodeList")}

    def study(self) -> ForeignStudy:
        source = " ".join(filter(None, (self.root.get("SourceSystem"), self.root.get("SourceSystemVersion"))))
        found = ForeignStudy(
            oid=self.element.get("OID") or "STUDY",
            labels=self._study_name(),
            source=source or f"ODM {self.root.get('ODMVersion') or ''}".strip(),
            date=(self.root.get("CreationDateTime") or "")[:10],
            seen=self.seen,
        )
        self.found = found
        if self.versions > 1:
            found.lose(
                "MetaDataVersion",
                f"{self.versions} 个版本，取最后一个",
                f"{self.versions} versions: the last is taken.",
            )
        self._codelists()
        in_two = not self.forms
        self.form_of_group = self._forms_of_two() if in_two else {}
        found.forms = [
            self._form(each) for each in (self.forms.values() if not in_two else self._two_forms())
        ]
        found.events = [self._event(each) for each in self._ordered_events()]
        used = {each.oid for form in found.forms for group in form.groups for each in group.items}
        unused = [oid for oid in self.items if oid not in used and "___" not in oid]
        if unused:
            shown = ", ".join(unused[:5])
            found.lose(
                shown,
                f"{len(unused)} 个项目不在任何表单中",
                f"{len(unused)} items are in no form and are not carried.",
            )
        if self.is_redcap:
            redcap.complete(found, self.element, self.version)
        return found

    def _study_name(self) -> dict[str, str]:
        about = _first(self.element, "GlobalVariables")
        if about is not None:
            name = _first(about, "StudyName")
            return {"": " ".join((name.text or "").split())} if name is not None and name.text else {}
        return {"": self.element.get("StudyName") or ""}

    def _units(self) -> dict[str, str]:
        found = {}
        for unit in self.element.iter("{*}MeasurementUnit"):
            texts = _texts(unit, "Symbol")
            found[unit.get("OID")] = (
                texts.get("en") or next(iter(texts.values()), "") or unit.get("Name") or ""
            )
        return found

    def _codelists(self) -> None:
        for oid, element in self.lists.items():
            codes = [
                (each.get("CodedValue") or "", _texts(each, "Decode") or {"": each.get("CodedValue") or ""})
                for each in element
                if isinstance(each.tag, str) and local(each) in ("CodeListItem", "EnumeratedItem")
            ]
            self.found.codelists[oid] = [each for each in codes if each[0]]
            self.found.codelist_labels[oid] = _texts(element, "Description") or {
                "": element.get("Name") or oid
            }
            if _first(element, "ExternalCodeList") is not None:
                self.found.lose(
                    oid,
                    "外部代码表没有代码，项目成为文本",
                    "An external codelist brings no codes: its items become text.",
                )

    def _two_forms(self) -> list[Any]:
        """Return the item groups that are forms in ODM 2.0: typed so, else those that events name."""
        typed = [each for each in self.groups.values() if each.get("Type") == "Form"]
        if typed:
            return typed
        named = {
            ref.get("ItemGroupOID")
            for event in _all(self.version, "StudyEventDef")
            for ref in _all(event, "ItemGroupRef")
        }
        return [each for oid, each in self.groups.items() if oid in named] or list(self.groups.values())

    def _forms_of_two(self) -> dict[str, str]:
        """Return by item group the form that holds it."""
        return {
            ref.get("ItemGroupOID"): form.get("OID")
            for form in self._two_forms()
            for ref in _all(form, "ItemGroupRef")
        }

    def _form(self, element: Any) -> ForeignForm:
        form = ForeignForm(
            element.get("OID"), self._labels(element), (element.get("Repeating") or "No") not in ("No", "")
        )
        if local(element) == "ItemGroupDef" and any(True for _ in _all(element, "ItemRef")):
            form.groups.append(self._group(element, None))
        for ref in _all(element, "ItemGroupRef"):
            group = self.groups.get(ref.get("ItemGroupOID"))
            if group is None:
                self.found.lose(
                    ref.get("ItemGroupOID") or "",
                    "没有这个项目组的定义",
                    "The item group is not defined in the file.",
                )
                continue
            form.groups += self._groups(group, ref)
        return form

    def _groups(self, element: Any, ref: Any) -> Iterator[ForeignGroup]:
        """Yield an item group, then those inside it: sections do not nest here."""
        if any(True for _ in _all(element, "ItemRef")):
            yield self._group(element, ref)
        for inner in _all(element, "ItemGroupRef"):
            group = self.groups.get(inner.get("ItemGroupOID"))
            if group is not None and group is not element:
                yield from self._groups(group, inner)

    def _group(self, element: Any, ref: Any) -> ForeignGroup:
        repeating = (element.get("Repeating") or "No") not in ("No", "")
        group = ForeignGroup(element.get("OID"), self._labels(element), repeating)
        group.show = self._exception(ref) if ref is not None else None
        for item_ref in _all(element, "ItemRef"):
            item = self.items.get(item_ref.get("ItemOID"))
            if item is not None:
                group.items.append(self._item(item, item_ref))
            elif item_ref.get("ItemOID") != "redcap_data_access_group":
                self.found.lose(
                    item_ref.get("ItemOID") or "",
                    "没有这个项目的定义",
                    "The item is not defined in the file.",
                )
        return group

    def _labels(self, element: Any) -> dict[str, str]:
        return _texts(element, "Description") or {"": element.get("Name") or element.get("OID") or ""}

    def _item(self, element: Any, ref: Any) -> ForeignItem:
        codelist = _first(element, "CodeListRef")
        item = ForeignItem(
            oid=element.get("OID"),
            name=element.get("SDSVarName") or element.get("Name") or element.get("OID"),
            kind=(element.get("DataType") or "text").lower(),
            labels=_texts(element, "Question", "Description")
            or {"": element.get("Name") or element.get("OID")},
            hint=next(iter(_texts(element, "CRFCompletionInstructions", "Definition").values()), ""),
            codelist=codelist.get("CodeListOID") if codelist is not None else None,
            units=[
                self.units.get(each.get("MeasurementUnitOID"), "")
                for each in _all(element, "MeasurementUnitRef")
            ],
            ranges=[self._range(each) for each in _all(element, "RangeCheck")],
            required=ref.get("Mandatory") == "Yes",
            show=self._exception(ref),
            value=self._method(ref),
            long=(element.get("Length") or "0").isdecimal()
            and int(element.get("Length") or "0") > 200
            and not self.is_redcap,
            aliases=[
                each.get("Name") or ""
                for each in _all(element, "Alias")
                if "CDASH" in (each.get("Context") or "").upper()
            ],
        )
        if self.is_redcap:
            redcap.enrich(item, element, self.lists.get(item.codelist or ""), self.found)
        return item

    def _range(self, element: Any) -> Range:
        values = tuple((each.text or "").strip() for each in _all(element, "CheckValue"))
        return Range(element.get("Comparator") or "", values, (element.get("SoftHard") or "Soft") == "Hard")

    def _exception(self, ref: Any) -> Logic | None:
        oid = ref.get("CollectionExceptionConditionOID")
        if not oid:
            return None
        element = self.conditions.get(oid)
        return Logic(*(self._formal(element) if element is not None else ("", "")), negated=True, name=oid)

    def _method(self, ref: Any) -> Logic | None:
        oid = ref.get("MethodOID")
        if not oid:
            return None
        element = self.methods.get(oid)
        return Logic(*(self._formal(element) if element is not None else ("", "")), name=oid)

    def _formal(self, element: Any) -> tuple[str, str]:
        formal = _first(element, "FormalExpression")
        if formal is None:
            return "", ""
        code = _first(formal, "Code")
        text = (code if code is not None else formal).text or ""
        return formal.get("Context") or ("OpenEDC" if self.is_openedc else ""), text.strip()

    def _ordered_events(self) -> list[Any]:
        """Return the events in the protocol's order, then those that it does not name."""
        defined = {each.get("OID"): each for each in _all(self.version, "StudyEventDef")}
        refs = [ref for ref in self.version.iter("{*}StudyEventRef")]
        order = [
            ref.get("StudyEventOID") for ref in sorted(refs, key=lambda ref: _integer(ref.get("OrderNumber")))
        ]
        return [defined[oid] for oid in dict.fromkeys([*order, *defined]) if oid in defined]

    def _event(self, element: Any) -> ForeignEvent:
        event = ForeignEvent(
            element.get("OID"), self._labels(element), kind=(element.get("Type") or "Common").lower(),
            repeating=(element.get("Repeating") or "No") not in ("No", ""),
        )  # fmt: skip
        known = {each.oid for each in self.found.forms}
        for ref in (*_all(element, "FormRef"), *_all(element, "ItemGroupRef")):
            oid = ref.get("FormOID") or ref.get("ItemGroupOID")
            if oid not in known and oid in self.form_of_group:
                oid = self.form_of_group[oid]
            if ref.get("CollectionExceptionConditionOID"):
                self.found.lose(
                    f"{event.oid} {oid}",
                    "表单的条件不可搬运，表单总是列出",
                    "A form's condition cannot be carried: the form is always planned.",
                )
            event.forms.append((oid, ref.get("Mandatory") == "Yes"))
        if self.is_redcap:
            redcap.time_of(event, element)
        return event


def _integer(text: str | None) -> int:
    return int(text) if text and text.isdecimal() else 10**6
