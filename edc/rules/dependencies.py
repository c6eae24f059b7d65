"""Which rules read which items."""

from collections.abc import Iterable, Iterator, Mapping

from edc.design.study import StudyDesign
from edc.rules.book import FormRules, RuleBook, rule_book
from edc.rules.language import Rule

Source = tuple[str, str]
RuleName = tuple[str, str, str]


def readers(design: StudyDesign) -> Mapping[Source, frozenset[RuleName]]:
    """Map (form OID, item OID) to the rules that read it.

    A rule is (kind, form OID, OID): kind show, require, derive (OID of the item), check (OID of the
    check), or eligibility (form ``""``, OID of the criterion).
    """
    found: dict[Source, set[RuleName]] = {}
    for name, rule in _rules(rule_book(design)):
        for form, item in rule.reads:
            source = (f"FO.{form}", _item_oid(design, form, item))
            found.setdefault(source, set()).add(name)
    return {source: frozenset(names) for source, names in found.items()}


def forms_reading(design: StudyDesign, form_oid: str) -> frozenset[str]:
    """Return the OIDs of the other forms with a rule that reads an item of this form."""
    using = (names for (form, _), names in readers(design).items() if form == form_oid)
    return frozenset(name[1] for names in using for name in names if name[1] not in ("", form_oid))


def _item_oid(design: StudyDesign, form: str, item: str) -> str:
    known = design.form(f"FO.{form}").items_by_name
    return known[item].oid if item in known else item


def _rules(book: RuleBook) -> Iterator[tuple[RuleName, Rule]]:
    for oid, rules in book.forms.items():
        yield from _form_rules(oid, rules)
    for each in book.criteria:
        for rule in _given(each.rule, each.applies):
            yield ("eligibility", "", each.criterion.oid), rule


def _form_rules(oid: str, rules: FormRules) -> Iterator[tuple[RuleName, Rule]]:
    for kind, by_name in (("show", rules.show), ("require", rules.require), ("derive", rules.derive)):
        for name, rule in by_name.items():
            yield (kind, oid, rules.form.items_by_name[name].oid), rule
    for check in rules.checks:
        for rule in _given(check.check, check.when):
            yield ("check", oid, check.rule.oid), rule


def _given(*rules: Rule | None) -> Iterable[Rule]:
    return [rule for rule in rules if rule is not None]
