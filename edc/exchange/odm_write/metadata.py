"""The study and its design as ODM 1.3.2: units, events, forms, items, codelists, conditions, methods."""

from collections.abc import Mapping, Sequence

from edc.design.items import CodeList, FormDef, ItemDef, ItemGroupDef, Limits
from edc.design.protocol import EventDef, RuleDef
from edc.design.study import StudyDesign
from edc.exchange.odm_write import names
from edc.exchange.odm_write.xml_text import XmlFile
from edc.exchange.tables import YES_NO

DATA_TYPES = {
    "integer": "integer", "float": "float", "date": "date", "partial_date": "partialDate",
    "datetime": "datetime", "text": "text", "long_text": "text", "code": "text", "multi": "text",
    "yes_no": "text", "file": "text",
}  # fmt: skip
EVENT_TYPES = {"scheduled": "Scheduled", "unscheduled": "Unscheduled", "common": "Common"}
YES_NO_LIST = "CL.TANDEM.YES_NO"
CEL = "CEL (Common Expression Language)"


def write_study(xml: XmlFile, designs: Mapping[int, StudyDesign]) -> None:
    """Write the Study with one MetaDataVersion for each design version, oldest first; `designs` by number."""
    newest = designs[max(designs)]
    with xml.inside("Study", OID=newest.oid):
        with xml.inside("GlobalVariables"):
            xml.leaf("StudyName", newest.short_title.zh)
            xml.leaf("StudyDescription", f"{newest.title.zh} / {newest.title.en}")
            xml.leaf("ProtocolName", newest.oid)
        with xml.inside("BasicDefinitions"):
            for unit in _units(list(designs.values())):
                with xml.inside("MeasurementUnit", OID=names.unit_oid(unit), Name=unit):
                    xml.words("Symbol", unit, unit)
        for number, design in sorted(designs.items()):
            _write_version(xml, number, design)


def _units(designs: Sequence[StudyDesign]) -> list[str]:
    items = (item for design in designs for form in design.forms for item in form.items)
    return sorted({unit for item in items for unit in _units_of(item)})


def _units_of(item: ItemDef) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*([item.unit] if item.unit else []), *(each.unit for each in item.units)]))


def _write_version(xml: XmlFile, number: int, design: StudyDesign) -> None:
    name = f"{design.code} v{number}"
    about = f"sha256 {design.sha256}"
    with xml.inside("MetaDataVersion", OID=names.metadata_oid(number), Name=name, Description=about):
        with xml.inside("Protocol"):
            for place, event in enumerate(design.events, start=1):
                xml.empty("StudyEventRef", StudyEventOID=event.oid, OrderNumber=str(place), Mandatory="No")
        for event in design.events:
            _write_event(xml, event)
        for form in design.forms:
            _write_form(xml, form)
        for form, group in ((each, group) for each in design.forms for group in each.item_groups):
            _write_group(xml, form, group)
        for form, item in ((each, item) for each in design.forms for item in each.items):
            _write_item(xml, design, form, item)
        for codelist in design.codelists:
            _write_codelist(xml, codelist)
        _write_own_codelists(xml)
        _write_conditions(xml, design)
        _write_methods(xml, design)


def _write_event(xml: XmlFile, event: EventDef) -> None:
    repeating = "Yes" if event.repeats or event.kind == "unscheduled" else "No"
    kind = EVENT_TYPES[event.kind]
    with xml.inside("StudyEventDef", OID=event.oid, Name=event.name.en, Repeating=repeating, Type=kind):
        xml.words("Description", event.name.zh, event.name.en)
        for place, planned in enumerate(event.forms, start=1):
            mandatory = "Yes" if planned.mandatory else "No"
            xml.empty("FormRef", FormOID=planned.form, OrderNumber=str(place), Mandatory=mandatory)


def _write_form(xml: XmlFile, form: FormDef) -> None:
    repeating = "Yes" if form.repeats == "form" else "No"
    with xml.inside("FormDef", OID=form.oid, Name=form.name.en, Repeating=repeating):
        xml.words("Description", form.name.zh, form.name.en)
        for place, group in enumerate(form.item_groups, start=1):
            xml.empty("ItemGroupRef", ItemGroupOID=group.oid, OrderNumber=str(place), Mandatory="No")


def _write_group(xml: XmlFile, form: FormDef, group: ItemGroupDef) -> None:
    repeating = "Yes" if group.repeating else "No"
    about = {"OID": group.oid, "Name": group.name.en, "Repeating": repeating, "Domain": form.domain}
    with xml.inside("ItemGroupDef", **about):
        xml.words("Description", group.name.zh, group.name.en)
        for place, item in enumerate(group.items, start=1):
            xml.empty(
                "ItemRef",
                ItemOID=item.oid,
                OrderNumber=str(place),
                Mandatory="Yes" if item.required == "always" else "No",
                CollectionExceptionConditionOID=names.condition_oid(item.oid) if item.show_when else None,
                MethodOID=names.method_oid(item.oid) if item.type == "derived" else None,
            )


def _write_item(xml: XmlFile, design: StudyDesign, form: FormDef, item: ItemDef) -> None:
    kind = DATA_TYPES[item.answer_type]
    about = {"OID": item.oid, "Name": item.name, "DataType": kind, "SDSVarName": _sas_name(item)}
    about["Origin"] = design.source_of(form.oid, item)
    length = {"text": item.max_length or 4000, "integer": 18, "float": 30}.get(kind)
    digits = str(item.decimals if item.decimals is not None else 12) if kind == "float" else None
    with xml.inside("ItemDef", **about, Length=str(length) if length else None, SignificantDigits=digits):
        if item.hint:
            xml.words("Description", item.hint.zh, item.hint.en)
        xml.words("Question", item.label.zh, item.label.en)
        for unit in _units_of(item):
            xml.empty("MeasurementUnitRef", MeasurementUnitOID=names.unit_oid(unit))
        _write_limits(xml, item, item.hard, "Hard")
        _write_limits(xml, item, item.soft, "Soft")
        for rule in design.rules_for(form.oid):
            if item.name in rule.items:
                _write_check(xml, rule)
        if item.codelist or item.answer_type == "yes_no":
            xml.empty("CodeListRef", CodeListOID=item.codelist or YES_NO_LIST)
        xml.empty("Alias", Context="tandem.type", Name=item.type)
        if item.standard:
            xml.empty("Alias", Context="CDASH/SDTM", Name=item.standard)


def _sas_name(item: ItemDef) -> str | None:
    return item.name if len(item.name) <= 8 else None


def _write_limits(xml: XmlFile, item: ItemDef, limits: Limits | None, level: str) -> None:
    bounds = (("GE", limits.min), ("LE", limits.max)) if limits else ()
    for comparator, bound in bounds:
        if bound is None or bound == "today":  # a day that moves is no CheckValue
            continue
        with xml.inside("RangeCheck", Comparator=comparator, SoftHard=level):
            xml.leaf("CheckValue", format(bound, "g") if isinstance(bound, float) else str(bound))
            if item.unit:
                xml.empty("MeasurementUnitRef", MeasurementUnitOID=names.unit_oid(item.unit))


def _write_check(xml: XmlFile, rule: RuleDef) -> None:
    text = f"!({rule.when}) || ({rule.check})" if rule.when else str(rule.check)
    # An edit check asks a query and keeps nothing out, so to ODM each of them is soft.
    with xml.inside("RangeCheck", SoftHard="Soft"):
        xml.leaf("FormalExpression", text, Context=CEL)
        xml.words("ErrorMessage", rule.message.zh, rule.message.en)


def _write_codelist(xml: XmlFile, codelist: CodeList) -> None:
    with xml.inside("CodeList", OID=codelist.oid, Name=codelist.name.en, DataType="text"):
        xml.words("Description", codelist.name.zh, codelist.name.en)
        for place, code in enumerate(codelist.items, start=1):
            _write_code(xml, place, (code.code, code.zh, code.en), retired=code.retired)
        if not codelist.items:
            xml.empty("ExternalCodeList", Dictionary=f"tandem.{codelist.external}", Version="1")


def _write_code(xml: XmlFile, place: int, option: tuple[str, str, str], *, retired: bool = False) -> None:
    code, zh, en = option
    with xml.inside("CodeListItem", CodedValue=code, OrderNumber=str(place)):
        xml.words("Decode", zh, en)
        if retired:
            xml.empty("Alias", Context="tandem.retired", Name="Yes")


def _write_own_codelists(xml: XmlFile) -> None:
    own = (
        (YES_NO_LIST, "Yes or no", YES_NO),
        (names.MISSING_LIST, "Missing codes", names.MISSING_CODES),
        (names.NOTE_LIST, "What an annotation is about", names.NOTES),
        (names.STATUS_LIST, "Status of a form", names.STATUSES),
    )
    for oid, name, options in own:
        with xml.inside("CodeList", OID=oid, Name=name, DataType="text"):
            for place, option in enumerate(options, start=1):
                _write_code(xml, place, option)


def _write_conditions(xml: XmlFile, design: StudyDesign) -> None:
    for form in design.forms:
        for item in form.items:
            if not item.show_when:
                continue
            oid = names.condition_oid(item.oid)
            with xml.inside("ConditionDef", OID=oid, Name=f"{item.name} is not collected"):
                xml.words("Description", f"不采集：{item.label.zh}", f"Not collected: {item.label.en}")
                xml.leaf("FormalExpression", f"!({item.show_when})", Context=CEL)


def _write_methods(xml: XmlFile, design: StudyDesign) -> None:
    for form in design.forms:
        for item in form.items:
            if item.type != "derived":
                continue
            name = (
                f"{item.formula.name} {item.formula.version}" if item.formula else f"{item.name} is filled in"
            )
            with xml.inside("MethodDef", OID=names.method_oid(item.oid), Name=name, Type="Computation"):
                how = item.filled_by.how if item.filled_by else item.label
                xml.words("Description", how.zh, how.en)
                if item.value:
                    xml.leaf("FormalExpression", item.value, Context=CEL)
