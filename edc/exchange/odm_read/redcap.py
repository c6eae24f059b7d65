"""What REDCap adds to ODM in its own namespace: field types, logic, checkboxes, repeating instruments."""

from typing import Any

from edc.exchange.foreign import ForeignEvent, ForeignItem, ForeignStudy, Logic, Range

SPACE = "{https://projectredcap.org}"
_KINDS = {"calc": "float", "yesno": "boolean", "truefalse": "boolean", "file": "file", "slider": "slider"}


def _get(element: Any, name: str) -> str:
    return str(element.get(f"{SPACE}{name}") or "")


def enrich(item: ForeignItem, element: Any, codelist: Any, study: ForeignStudy) -> None:
    """Add to an item what REDCap says of its field."""
    kind = _get(element, "FieldType")
    item.kind = _KINDS.get(kind, item.kind)
    item.long = kind == "textarea"
    item.hint = _get(element, "FieldNote")
    item.identifying = _get(element, "Identifier") == "y"
    item.required = item.required or _get(element, "RequiredField") == "y"
    validation = _get(element, "TextValidationType")
    if validation in ("email", "phone", "zipcode", "time", "mrn_10d", "alpha_only"):
        study.lose(
            item.oid,
            f"REDCap 的文本校验“{validation}”没有搬运",
            f"REDCap's text validation “{validation}” is not carried.",
        )
    if validation.startswith("datetime"):
        item.kind = "datetime"
    if _get(element, "BranchingLogic"):
        item.show = Logic("REDCap", _get(element, "BranchingLogic"))
    if _get(element, "Calculation"):
        item.value = Logic("REDCap", _get(element, "Calculation"))
    if kind == "slider":
        item.kind, item.ranges = "integer", [Range("GE", ("0",), True), Range("LE", ("100",), True)]
    if kind == "checkbox":
        variable = _get(element, "Variable")
        item.boxes = {item.oid: item.oid.removeprefix(f"{variable}___")}
        item.oid = item.name = variable
        item.kind, item.codelist = "checkbox", f"{variable}.choices"
        _checkbox_codes(item, codelist, study)


def _checkbox_codes(item: ForeignItem, codelist: Any, study: ForeignStudy) -> None:
    """Make the codelist of a checkbox question from REDCap's list of choices, `0, Monday|1, Tuesday`."""
    choices = _get(codelist, "CheckboxChoices") if codelist is not None else ""
    codes = choices_of(choices)
    assert item.codelist is not None
    study.codelists.setdefault(item.codelist, codes)
    study.codelist_labels.setdefault(item.codelist, item.labels)
    # A field's name holds the code in small letters, its other characters as underscores.
    by_name = {field_code(code): code for code, _labels in codes}
    item.boxes = {field: by_name.get(name, name) for field, name in item.boxes.items()}


def field_code(code: str) -> str:
    """Return a code as REDCap writes it in the name of a checkbox field."""
    return "".join(each if each.isalnum() else "_" for each in code.lower())


def choices_of(text: str) -> list[tuple[str, dict[str, str]]]:
    """Return the codes of REDCap's `1, Yes | 2, No`."""
    found = []
    for part in text.split("|"):
        code, _, label = part.partition(",")
        if code.strip():
            found.append((code.strip(), {"": label.strip() or code.strip()}))
    return found


def time_of(event: ForeignEvent, element: Any) -> None:
    """Read the day of a longitudinal event from its offsets."""
    event.other_names = [name for name in (_get(element, "UniqueEventName"),) if name]
    day = _get(element, "DayOffset")
    if day.lstrip("-").isdecimal():
        event.kind, event.day = "scheduled", int(day)
        before, after = (_get(element, name) for name in ("OffsetMin", "OffsetMax"))
        event.before = int(before) if before.isdecimal() else 0
        event.after = int(after) if after.isdecimal() else 0


def complete(study: ForeignStudy, element: Any, version: Any) -> None:
    """Take out what only REDCap needs, merge checkboxes, and read repeating instruments and groups."""
    record = _get(version, "RecordIdField") or _first_item(study)
    statuses = 0
    for form in study.forms:
        for group in form.groups:
            kept = [each for each in group.items if each.oid != record and not each.oid.endswith("_complete")]
            statuses += sum(each.oid.endswith("_complete") for each in group.items)
            group.items = merged_boxes(kept)
        form.groups = [group for group in form.groups if group.items]
    study.lose(record, "是受试者编号，不是项目", "It is the subject key, not an item.")
    if statuses:
        study.lose(
            "*_complete",
            f"{statuses} 个表单状态字段：状态由系统掌握",
            f"{statuses} form status fields: the platform keeps states.",
        )
    _repeats(study, element)
    study.sites = [_plain(each, "group_name") for each in element.iter(f"{SPACE}DataAccessGroups")]
    _settings(study, element)


def _plain(element: Any, name: str) -> str:
    return str(element.get(name) or element.get(f"{SPACE}{name}") or "")


def _first_item(study: ForeignStudy) -> str:
    return next((item.oid for form in study.forms for group in form.groups for item in group.items), "")


def merged_boxes(items: list[ForeignItem]) -> list[ForeignItem]:
    """Return the items with the fields of one checkbox question made one item."""
    found: dict[str, ForeignItem] = {}
    for item in items:
        if item.kind == "checkbox" and item.oid in found:
            found[item.oid].boxes |= item.boxes
        else:
            found[item.oid] = item
    return list(found.values())


def _repeats(study: ForeignStudy, element: Any) -> None:
    named = {_get(each, "RepeatInstrument") for each in element.iter(f"{SPACE}RepeatingInstrument")}
    for form in study.forms:
        form.repeating = form.repeating or form.oid.removeprefix("Form.") in named
    events = {_get(each, "UniqueEventName") for each in element.iter(f"{SPACE}RepeatingEvent")}
    for event in study.events:
        event.repeating = event.repeating or bool(events & set(event.other_names))


def _settings(study: ForeignStudy, element: Any) -> None:
    for name, zh, en in (
        ("SurveysEnabled", "问卷", "Surveys"),
        ("RandomizationEnabled", "随机化", "Randomisation"),
        ("SchedulingEnabled", "排期", "Scheduling"),
    ):
        if any((each.text or "0").strip() == "1" for each in element.iter(f"{SPACE}{name}")):
            study.lose(name, f"{zh}设置没有搬运", f"{en} settings are not carried.")
