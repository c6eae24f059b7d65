"""REDCap's data dictionary (CSV) as a ForeignStudy: every instrument a form, every section a group."""

import re
from html import unescape
from pathlib import Path

from edc.exchange.faults import FileFault
from edc.exchange.foreign import ForeignForm, ForeignGroup, ForeignItem, ForeignStudy, Logic, Range
from edc.exchange.odm_read.redcap import choices_of, field_code
from edc.exchange.table_read import Line, open_table

_FIELD, _FORM, _SECTION = "Variable / Field Name", "Form Name", "Section Header"
_TYPE, _LABEL, _CHOICES = "Field Type", "Field Label", "Choices, Calculations, OR Slider Labels"
_NOTE, _CHECK = "Field Note", "Text Validation Type OR Show Slider Number"
_MIN, _MAX = "Text Validation Min", "Text Validation Max"
_IDENTIFIER, _LOGIC, _REQUIRED = "Identifier?", "Branching Logic (Show field only if...)", "Required Field?"
_NEEDED = (_FIELD, _FORM, _TYPE, _LABEL, _CHOICES)
_KINDS = {"notes": "text", "calc": "float", "yesno": "boolean", "truefalse": "boolean", "file": "file"}
_TAGS = re.compile(r"<[^>]+>")


def read_dictionary(path: Path) -> ForeignStudy:
    """Return the design of a data dictionary; raise FileFault where it is none."""
    table = open_table(path, "csv")
    headings = {name.strip('"'): name for name in table.headings}
    missing = [name for name in _NEEDED if name not in headings]
    if missing:
        raise FileFault(
            f"不是 REDCap 数据字典：没有列“{missing[0]}”",
            f"Not a REDCap data dictionary: the column “{missing[0]}” is missing.",
            "line 1",
        )
    study = ForeignStudy(path.stem, {"": path.stem}, "REDCap data dictionary", seen={"ItemDef": 0})
    for number, line in enumerate(table.lines()):
        study.seen["ItemDef"] += 1
        _add(study, line, is_record=number == 0)
    study.seen["FormDef"] = len(study.forms)
    return study


def _text(line: Line, name: str) -> str:
    return line.cells.get(name, "").strip()


def _add(study: ForeignStudy, line: Line, *, is_record: bool) -> None:
    name, kind = _text(line, _FIELD), _text(line, _TYPE)
    form = _form(study, _text(line, _FORM))
    if is_record:
        study.lose(name, "是受试者编号，不是项目", "It is the subject key, not an item.")
        return
    if kind == "descriptive":
        study.lose(name, "说明文字没有搬运", "A descriptive text is not carried.")
        return
    section = _plain(_text(line, _SECTION))
    if section or not form.groups:
        form.groups.append(ForeignGroup(f"{form.oid}.{name}", {"": section or form.labels[""]}))
    form.groups[-1].items.append(_item(study, line, name, kind))


def _form(study: ForeignStudy, name: str) -> ForeignForm:
    if not study.forms or study.forms[-1].oid != name:
        study.forms.append(ForeignForm(name, {"": name.replace("_", " ").capitalize()}))
    return study.forms[-1]


def _plain(text: str) -> str:
    return " ".join(unescape(_TAGS.sub(" ", text)).split())


def _item(study: ForeignStudy, line: Line, name: str, kind: str) -> ForeignItem:
    validation = _text(line, _CHECK)
    item = ForeignItem(
        oid=name,
        name=name,
        kind=_KINDS.get(kind, "text"),
        labels={"": _plain(_text(line, _LABEL)) or name},
        hint=_plain(_text(line, _NOTE)),
        required=_text(line, _REQUIRED) == "y",
        identifying=_text(line, _IDENTIFIER) == "y",
        long=kind == "notes",
    )
    if _text(line, _LOGIC):
        item.show = Logic("REDCap", _text(line, _LOGIC))
    if kind == "text":
        _validate(study, item, validation)
    elif kind in ("radio", "dropdown", "checkbox"):
        _choices(study, item, _text(line, _CHOICES), several=kind == "checkbox")
    elif kind == "calc":
        item.value = Logic("REDCap", _text(line, _CHOICES))
    elif kind == "slider":
        item.kind, item.ranges = "integer", [Range("GE", ("0",), True), Range("LE", ("100",), True)]
    elif kind not in _KINDS:
        study.lose(name, f"REDCap 字段类型“{kind}”成为文本", f"REDCap's field type “{kind}” becomes text.")
    item.ranges += _ranges(line)
    return item


def _validate(study: ForeignStudy, item: ForeignItem, validation: str) -> None:
    if validation.startswith("datetime"):
        item.kind = "datetime"
    elif validation.startswith("date"):
        item.kind = "date"
    elif validation in ("integer", "int"):
        item.kind = "integer"
    elif validation.startswith(("number", "float")):
        item.kind = "float"
    elif validation:
        study.lose(
            item.oid, f"文本校验“{validation}”没有搬运", f"The text validation “{validation}” is not carried."
        )


def _choices(study: ForeignStudy, item: ForeignItem, text: str, *, several: bool) -> None:
    item.codelist = f"{item.oid}.choices"
    study.codelists[item.codelist] = choices_of(text)
    study.codelist_labels[item.codelist] = item.labels
    if several:
        item.kind = "checkbox"
        item.boxes = {
            f"{item.oid}___{field_code(code)}": code for code, _labels in study.codelists[item.codelist]
        }


def _ranges(line: Line) -> list[Range]:
    """REDCap's bounds are soft: it lets the value pass."""
    bounds = (("GE", _text(line, _MIN)), ("LE", _text(line, _MAX)))
    return [Range(comparator, (text,), False) for comparator, text in bounds if text]
