"""A first mapping for a table, from its headings: what the names say for sure, the rest left open."""

from edc.design.study import StudyDesign
from edc.exchange.mapping import ItemColumn, Mapping
from edc.exchange.names import Names, key_of

# The headings that exports of this and other systems use for the place of a value.
_HEADINGS = {
    "subject": ("subject_key", "subjectkey", "subject", "subjid", "record_id", "受试者编号", "筛选号"),
    "site": ("site_oid", "site", "siteid", "redcap_data_access_group", "中心", "中心编号"),
    "event": ("event_oid", "event", "studyeventoid", "visit", "redcap_event_name", "访视"),
    "event_repeat": ("event_repeat", "event_repeat_key", "studyeventrepeatkey", "访视序号"),
    "event_date": ("event_date", "held_on", "visit_date", "visitdt", "svstdtc", "访视日期"),
    "form": ("form_oid", "form", "formoid", "redcap_repeat_instrument", "表单"),
    "form_repeat": ("form_repeat", "form_repeat_key", "formrepeatkey", "表单序号"),
    "row": ("row_key", "row", "itemgrouprepeatkey", "行", "行号"),
    "item": ("item_oid", "item", "itemoid", "项目"),
    "value": ("raw", "value", "raw_value", "值", "原始值"),
    "unit": ("unit", "单位"),
    "missing": ("missing", "missing_code", "缺失原因"),
}  # fmt: skip


def suggested_mapping(headings: tuple[str, ...], design: StudyDesign) -> Mapping:
    """Return a mapping with every heading that can mean one thing only."""
    by_key = {key_of(heading): heading for heading in headings if heading}
    columns = {
        place: next(by_key[name] for name in names if name in by_key)
        for place, names in _HEADINGS.items()
        if any(name in by_key for name in names)
    }
    if "item" in columns and "value" in columns:
        return Mapping("long", columns)
    for place in ("item", "value", "unit", "missing"):
        columns.pop(place, None)
    names = Names(design, Mapping())
    taken = set(columns.values())
    items: dict[str, ItemColumn] = {}
    for heading in headings:
        found = names.item(heading) if heading and heading not in taken else None
        if found and found not in {each.item for each in items.values()}:
            items[heading] = ItemColumn(found)
    return Mapping("wide", columns, items)
