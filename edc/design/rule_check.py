"""The rules of a design: parsed, type-checked against its items, and free of cycles."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from edc.design.errors import DesignError
from edc.design.items import FormDef
from edc.design.library import Entry, Library
from edc.design.study import StudyDesign
from edc.design.study_files import StudyFiles
from edc.design.used_forms import UsedForms, UsedItem
from edc.rules.book import DerivationCycle, in_order
from edc.rules.kinds import BOOL, Kind, Namespace, kind_of_item, namespace_of
from edc.rules.language import Rule, compile_rule
from edc.rules.syntax import RuleSyntaxError
from edc.rules.terms import UnknownName

_ITEM_RULES = ("show_when", "required_when", "value")


@dataclass
class _Checker:
    names: Namespace
    errors: list[DesignError]

    def compiled(self, text: str, form: str | None, place: Entry) -> Rule | None:
        try:
            return compile_rule(text, namespace=self.names.on_form(form))
        except RuleSyntaxError as fault:
            self.tell(place, fault)
        return None

    def condition(self, text: str, form: str | None, place: Entry) -> None:
        rule = self.compiled(text, form, place)
        if rule and not rule.kind.fits(BOOL):
            en = f"The rule must be true or false, it gives a {rule.kind.base}."
            self.errors.append(place.error((), "规则的结果须为真或假", en))

    def tell(self, place: Entry, fault: RuleSyntaxError) -> None:
        zh, en = f"第 {fault.column} 字符：{fault.zh}", f"Character {fault.column}: {fault.en}"
        self.errors.append(place.error((), zh, en))


def check_rules(
    design: StudyDesign, files: StudyFiles, used: UsedForms, held: Library
) -> tuple[StudyDesign, list[DesignError]]:
    """Return the design with the edit checks that concern it, and the faults of all its rules.

    A shared edit check stays out of a study that it does not name, or that lacks a form or item the check
    reads.
    """
    broken = frozenset(oid.removeprefix("FO.") for oid in held.broken | used.missing if oid.startswith("FO."))
    checker = _Checker(replace(namespace_of(design), broken=broken), [])
    _check_items(checker, design, used)
    for entry in files.eligibility:
        for key in ("rule", "applies_when"):
            if entry.data.get(key):
                checker.condition(entry.data[key], None, _inside(entry, key))
    shared = [entry for entry in held.rules if _concerns(entry, design, checker.names)]
    for entry in [*shared, *files.rules]:
        _check_edit_check(checker, entry, design)
    kept = {(entry.source.name, entry.place) for entry in [*shared, *files.rules]}
    everything = zip([*held.rules, *files.rules], design.rules, strict=True)
    rules = [rule for entry, rule in everything if (entry.source.name, entry.place) in kept]
    return replace(design, rules=tuple(rules)), [*checker.errors, *_repeated(shared, files.rules)]


def _inside(entry: Entry, key: str) -> Entry:
    return Entry(entry.data[key], entry.source, (*entry.place, key))


def _concerns(entry: Entry, design: StudyDesign, names: Namespace) -> bool:
    """Whether a shared check applies: unknown names keep it out, other faults are for the caller to tell."""
    data = entry.data
    if design.oid not in data.get("studies", [design.oid]):
        return False
    if "check" not in data:
        return True
    form = data["form"].removeprefix("FO.")
    known = names.forms.get(form)
    if known is None or any(name not in known for name in data["items"]):
        return form in names.broken
    for key in ("check", "when"):
        try:
            compile_rule(data.get(key, "true"), namespace=names.on_form(form))
        except UnknownName:
            return False
        except RuleSyntaxError:
            return True
    return True


def _check_edit_check(checker: _Checker, entry: Entry, design: StudyDesign) -> None:
    data = entry.data
    form = data.get("form", "").removeprefix("FO.")
    if form not in checker.names.forms:
        return
    for index, name in enumerate(data["items"]):
        if name not in checker.names.forms[form]:
            zh, en = f"{form} 没有项目 {name}", f"{form} has no item {name}."
            checker.errors.append(entry.error(("items", index), zh, en))
    for key in ("check", "when"):
        if key in data:
            checker.condition(data[key], form, _inside(entry, key))


def _repeated(shared: list[Entry], own: list[Entry]) -> Iterator[DesignError]:
    oids = {entry.data["oid"] for entry in shared}
    for entry in own:
        oid = entry.data["oid"]
        if oid in oids:
            zh, en = f"{oid} 已在 library/rules.yaml 中", f"{oid} is already in library/rules.yaml."
            yield entry.error(("oid",), zh, en)


def _check_items(checker: _Checker, design: StudyDesign, used: UsedForms) -> None:
    forms = {form.oid: form for form in design.forms}
    derived: dict[str, dict[str, Rule]] = {}
    for item in used.items:
        for key in _ITEM_RULES:
            if item.data.get(key) and item.form in forms:
                rule = _check_item(checker, item, key)
                if key == "value" and rule:
                    _check_result(checker, item, rule, design)
                    derived.setdefault(item.form, {})[item.data["name"]] = rule
    for oid, rules in derived.items():
        _check_cycle(checker, forms[oid], rules, used)


def _place(item: UsedItem, key: str) -> Entry:
    return item.changes.get(key) or Entry(item.data[key], item.entry.source, (*item.entry.place, key))


def _check_item(checker: _Checker, item: UsedItem, key: str) -> Rule | None:
    form, place = item.form.removeprefix("FO."), _place(item, key)
    if key != "value":
        checker.condition(item.data[key], form, place)
        return None
    return checker.compiled(item.data[key], form, place)


def _check_result(checker: _Checker, item: UsedItem, rule: Rule, design: StudyDesign) -> None:
    definition = design.item(item.data["oid"])
    codelist = next((each for each in design.codelists if each.oid == definition.codelist), None)
    wanted = kind_of_item(definition, codelist.codes if codelist and codelist.items else None)
    place = _place(item, "value")
    is_yes_no = wanted.codes is not None and rule.kind.fits(BOOL) and definition.answer_type == "yes_no"
    if not rule.kind.fits(wanted) and not is_yes_no:
        zh, en = (
            "公式结果与 value_type 不符",
            f"The formula gives a {rule.kind.base}, value_type asks for a {wanted.base}.",
        )
        checker.errors.append(place.error((), zh, en))
    unknown = sorted(_codes(rule.kind) - wanted.codes) if wanted.codes is not None else []
    if unknown:
        shown = ", ".join(unknown)
        checker.errors.append(place.error((), f"编码表中没有：{shown}", f"Not in the codelist: {shown}."))


def _codes(kind: Kind) -> frozenset[str]:
    return kind.codes or frozenset()


def _check_cycle(checker: _Checker, form: FormDef, rules: dict[str, Rule], used: UsedForms) -> None:
    try:
        in_order(form, rules)
    except DerivationCycle as cycle:
        first = next(i for i in used.items if i.form == form.oid and i.data["name"] == cycle.names[0])
        path = " → ".join(cycle.names)
        checker.errors.append(
            _place(first, "value").error(
                (), f"推导项目互相依赖：{path}", f"Derived items need each other: {path}."
            )
        )
