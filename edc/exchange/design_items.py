"""The items of a ForeignStudy in this format: types, codelists, bounds, and their logic as CEL."""

from collections.abc import Callable
from typing import Any

from edc.exchange.expressions import Field, Node, NotUnderstood, parse_openedc, parse_redcap
from edc.exchange.foreign import ForeignForm, ForeignGroup, ForeignItem, ForeignStudy, Logic, Range
from edc.exchange.naming import Unused, plain_name, text_of
from edc.exchange.to_cel import Known, calculation, condition, negation

_KINDS = {
    **dict.fromkeys(("text", "string", "uri"), "text"),
    **dict.fromkeys(("float", "double", "decimal"), "float"),
    **dict.fromkeys(("partialdate", "incompletedate"), "partial_date"),
    "integer": "integer",
    "date": "date",
    "datetime": "datetime",
    "boolean": "yes_no",
    "file": "file",
    "checkbox": "multi",
}
_BOOLEAN = {"0", "1", "true", "false", "Y", "N"}
_NUMBERS = ("integer", "float")
_DATES = ("date", "partial_date", "datetime")
_RULE_KINDS = {
    "integer": "number", "float": "number", "code": "code", "yes_no": "yes_no", "multi": "multi",
    "date": "date",
}  # fmt: skip


class ItemWriter:
    """Writes the items of the forms one by one; what they share grows with them."""

    def __init__(
        self,
        study: ForeignStudy,
        form_names: dict[str, str],
        event_names: dict[str, str],
        without: frozenset[tuple[str, str]],
    ) -> None:
        self.study, self.form_names, self.event_names, self.without = study, form_names, event_names, without
        self.codelists: dict[str, Any] = {}
        self.rules: list[dict[str, Any]] = []
        self.names: dict[str, str] = {}
        self.values: dict[str, dict[str, str]] = {}
        self.checkboxes: dict[str, list[str]] = {}
        self.dates: list[tuple[str, str]] = []
        self._list_names: dict[str, str] = {}
        self._unused_lists = Unused()
        self.places: dict[tuple[str, str, str], tuple[str, str]] = {}
        self.by_oid: dict[str, list[tuple[str, str, str]]] = {}
        self._paths: dict[str, str] = {}  # OpenEDC may write an item as group-item
        for form in study.forms:
            self._name(form)

    def _name(self, form: ForeignForm) -> None:
        """Give every item of a form its name; rules may read any of them."""
        given, short = Unused(), self.form_names[form.oid]
        for group in form.groups:
            for item in group.items:
                wanted = item.name if plain_name(item.name) == item.name.upper() else item.oid
                name = given.name(wanted.removeprefix("IT.").removeprefix("I_"), 36)
                oid = f"IT.{short}.{name}"
                self.places[form.oid, group.oid, item.oid] = (name, oid)
                self.names[f"{form.oid}/{group.oid}/{item.oid}"] = oid
                self.by_oid.setdefault(item.oid, []).append((form.oid, name, self._type(item)))
                self._paths[f"{group.oid}-{item.oid}"] = item.oid
                for field, code in item.boxes.items():
                    self.checkboxes[field] = [oid, code]

    def group(self, form: ForeignForm, group: ForeignGroup) -> list[dict[str, Any]]:
        """Return the items of a group as the format writes them."""
        if group.show:
            self.study.lose(
                group.oid,
                "项目组的条件没有搬运",
                f"The group's condition {group.show.name} is not carried: {group.show.text[:80]}",
            )
        return [self._item(form, group, item) for item in group.items]

    def _type(self, item: ForeignItem) -> str:
        kind = _KINDS.get(item.kind, "text")
        codes = [code for code, _labels in self.study.codelists.get(item.codelist or "", [])]
        if kind == "yes_no":
            return "yes_no" if not codes or {*codes} <= _BOOLEAN else "code"
        if kind == "multi" or not codes:
            return "multi" if kind == "multi" and codes else "text" if kind == "multi" else kind
        return "code"

    def _item(self, form: ForeignForm, group: ForeignGroup, item: ForeignItem) -> dict[str, Any]:
        name, oid = self.places[form.oid, group.oid, item.oid]
        kind = self._type(item)
        made: dict[str, Any] = {"oid": oid, "name": name, "label": text_of(item.labels, name), "type": kind}
        if kind == "text":
            made["type"] = self._text_type(item)
        if item.hint:
            made["hint"] = text_of({"": item.hint}, name)
        if kind in ("code", "multi"):
            made["codelist"] = self._codelist(item, oid)
        if kind in ("date",):
            self.dates.append((oid, f"{item.oid} {' '.join(item.labels.values())}".lower()))
        self._add_units(made, item, kind)
        self._add_ranges(made, form, item, kind)
        if item.required:
            made["required"] = "always"
        if item.identifying:
            made["identifying"] = "direct"
        if item.aliases:
            made["standard"] = "/".join(dict.fromkeys(filter(None, item.aliases)))[:80] or name
        self._add_logic(made, form, item)
        return made

    def _text_type(self, item: ForeignItem) -> str:
        if item.kind not in _KINDS:
            self.study.lose(item.oid, f"类型 {item.kind} 成为文本", f"The type {item.kind} becomes text.")
        return "long_text" if item.long else "text"

    def _codelist(self, item: ForeignItem, item_oid: str) -> str:
        source = item.codelist or ""
        if source not in self._list_names:
            short = source.removeprefix("CL.").removesuffix(".choices")
            name = f"CL.{self._unused_lists.name(short)}"
            self._list_names[source] = name
            codes, seen = [], set()
            for code, labels in self.study.codelists[source]:
                if code in seen:
                    self.study.lose(source, f"代码 {code} 重复", f"The code {code} stands twice.")
                    continue
                seen.add(code)
                codes.append({"code": code[:40], **text_of(labels, code)})
                if len(code) > 40:
                    self.study.lose(
                        source, f"代码过长，截断：{code}", f"A code is too long and was cut: {code}"
                    )
            self.codelists[name] = {
                "name": text_of(self.study.codelist_labels.get(source, {}), short),
                "items": codes,
            }
        long = {code: code[:40] for code, _labels in self.study.codelists[source] if len(code) > 40}
        if long:
            self.values[item_oid] = long
        return self._list_names[source]

    def _add_units(self, made: dict[str, Any], item: ForeignItem, kind: str) -> None:
        units = [unit for unit in dict.fromkeys(item.units) if unit]
        if not units:
            return
        if kind not in _NUMBERS:
            self.study.lose(
                item.oid,
                f"非数字项目的单位 {units[0]} 没有搬运",
                f"The unit {units[0]} of an item that is no number is not carried.",
            )
            return
        made["unit"] = units[0]
        if len(units) > 1:
            others = ", ".join(units[1:])
            self.study.lose(
                item.oid,
                f"其他单位没有换算系数：{others}",
                f"Other units without a factor are not carried: {others}.",
            )

    def _add_ranges(self, made: dict[str, Any], form: ForeignForm, item: ForeignItem, kind: str) -> None:
        for each in item.ranges:
            bound = _bound(each, kind)
            if bound is not None:
                made.setdefault("hard" if each.hard else "soft", {})[bound[0]] = bound[1]
            elif not self._range_rule(made, form, each, kind):
                shown = f"{each.comparator} {' '.join(each.values)}"
                self.study.lose(
                    item.oid, f"范围检查没有搬运：{shown}", f"A range check is not carried: {shown}."
                )

    def _range_rule(self, made: dict[str, Any], form: ForeignForm, each: Range, kind: str) -> bool:
        """Write what is no closed bound of a number as an edit check."""
        sign = {"GT": ">", "LT": "<", "EQ": "==", "NE": "!="}.get(each.comparator)
        if sign is None or kind not in _NUMBERS or len(each.values) != 1 or _number(each.values[0]) is None:
            return False
        label = made["label"]
        self.rules.append(
            {
                "oid": f"RC.{made['oid'][3:]}.{each.comparator}",
                "severity": "soft",
                "form": f"FO.{self.form_names[form.oid]}",
                "items": [made["name"]],
                "check": f"{made['name']} {sign} {float(each.values[0])!r}",
                "message": {
                    "zh": f"{label['zh']}：应 {sign} {each.values[0]}",
                    "en": f"{label['en']}: should be {sign} {each.values[0]}",
                },
            }
        )
        return True

    def _add_logic(self, made: dict[str, Any], form: ForeignForm, item: ForeignItem) -> None:
        if item.show:
            rule = self._translated(
                item, item.show, form, negation if item.show.negated else condition, "show_when", made
            )
            if rule:
                made["show_when"] = rule
        if item.value and made["type"] in (*_NUMBERS, "text"):
            rule = self._translated(item, item.value, form, calculation, "value", made)
            if rule:
                formula = {"name": made["name"], "version": "imported"}
                made |= {"type": "derived", "value_type": "float", "value": rule, "formula": formula}
                for key in ("required", "hint"):
                    made.pop(key, None)
        elif item.value:
            self.study.lose(
                item.oid,
                "此类型的计算没有搬运",
                f"A calculation of this type is not carried: {item.value.text[:80]}",
            )

    def _translated(
        self,
        item: ForeignItem,
        logic: Logic,
        form: ForeignForm,
        write: Callable[[Node, Callable[[Field], Known]], str],
        key: str,
        made: dict[str, Any],
    ) -> str | None:
        shown = " ".join(logic.text.split())[:160] or logic.name
        try:
            if (made["oid"], key) in self.without:
                raise NotUnderstood("the rule reader refuses it")
            return write(self._parsed(logic), lambda found: self._known(found, form))
        except NotUnderstood as why:
            zh = f"{'显示条件' if key == 'show_when' else '计算'}没有搬运（{why}）：{shown}"
            en = f"{'A condition' if key == 'show_when' else 'A calculation'} is not carried ({why}): {shown}"
            self.study.lose(item.oid, zh, en)
            return None

    def _parsed(self, logic: Logic) -> Node:
        if logic.language == "REDCap":
            return parse_redcap(logic.text)
        if logic.language == "OpenEDC":
            return parse_openedc(logic.text, [*self.by_oid, *self._paths])
        raise NotUnderstood(f"expressions of {logic.language or 'an unnamed language'} are not read")

    def _known(self, found: Field, form: ForeignForm) -> Known:
        """Return how a rule of the form reads a field: of its own form by the bare name."""
        places = self.by_oid.get(self._paths.get(found.name, found.name), [])
        if not places:
            raise NotUnderstood(f"there is no field {found.name}")
        own = next((each for each in places if each[0] == form.oid), None)
        form_oid, name, kind = own or places[0]
        known = _RULE_KINDS.get(kind, "text")
        if found.event:
            event = next(
                (each for each in self.study.events if found.event in (each.oid, *each.other_names)), None
            )
            if event is None:
                raise NotUnderstood(f"there is no event {found.event}")
            return Known(f"at.SE_{self.event_names[event.oid]}.{self.form_names[form_oid]}.{name}", known)
        return Known(name if own else f"{self.form_names[form_oid]}.{name}", known)

    @property
    def used_lists(self) -> frozenset[str]:
        """The codelists of the file that an item of the design has."""
        return frozenset(self._list_names)

    def date_like(self, *words: str) -> str | None:
        """Return a date item whose name or label holds one of the words."""
        return next((oid for word in words for oid, text in self.dates if word in text), None)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _bound(each: Range, kind: str) -> tuple[str, Any] | None:
    """Return min or max for a bound that the format has; None for any other check."""
    if len(each.values) != 1:
        return None
    side = {"GE": "min", "LE": "max", "GT": "min", "LT": "max"}.get(each.comparator)
    value = _number(each.values[0])
    if kind in _NUMBERS and value is not None and side:
        if each.comparator in ("GE", "LE"):
            return side, value
        if kind == "integer" and value.is_integer():
            return side, value + (1 if side == "min" else -1)
    if kind in _DATES and each.comparator in ("GE", "LE") and side:
        text = each.values[0]
        is_day = len(text) == 10 and text[4] == text[7] == "-"
        if is_day or text.lower() in ("today", "now", "[today]"):
            return side, text if is_day else "today"
    return None
