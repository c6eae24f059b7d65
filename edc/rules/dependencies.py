"""Which rules read which items: the graph that says what a changed value can touch."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from edc.design.study import StudyDesign
from edc.rules.book import FormRules, RuleBook, rule_book
from edc.rules.kinds import ROW_FIELDS
from edc.rules.language import Rule

# (form OID, item OID); an empty item OID stands for which records and rows of the form there are, and for
# the visits they belong to.
Source = tuple[str, str]
# (kind, form OID, OID): kind show, require or derive (OID of the item), check (OID of the check), or
# eligibility (form "", OID of the criterion).
RuleName = tuple[str, str, str]
RECORDS = ""


@dataclass(frozen=True)
class Graph:
    """The readers of each source: those in the same record, and those in any record of the subject.

    ``pointing`` holds the edit checks that point at an item, under no item those of the form.
    """

    inside: Mapping[Source, frozenset[RuleName]]
    across: Mapping[Source, frozenset[RuleName]]
    pointing: Mapping[Source, frozenset[str]]

    def readers(self, source: Source) -> frozenset[RuleName]:
        """Return every rule that reads the source."""
        return self.inside.get(source, frozenset()) | self.across.get(source, frozenset())


def readers(design: StudyDesign) -> Mapping[Source, frozenset[RuleName]]:
    """Map (form OID, item OID) to the rules that read the item."""
    graph = graph_of(rule_book(design))
    sources = {source for source in (*graph.inside, *graph.across) if source[1] != RECORDS}
    return {source: graph.readers(source) for source in sources}


def graph_of(book: RuleBook) -> Graph:
    """Return the graph of a compiled design, made once for each."""
    held = book.__dict__.get("_graph")
    if held is None:
        held = _made(book)
        book.__dict__["_graph"] = held
    return held


def _made(book: RuleBook) -> Graph:
    inside: dict[Source, set[RuleName]] = {}
    across: dict[Source, set[RuleName]] = {}
    for name, rule in _rules(book):
        for read in rule.inputs:
            is_inside = read.scope in ("own", "form.rows")
            table = inside if is_inside else across
            table.setdefault(_source(book, read.form, read.item), set()).add(name)
            if read.scope in ("rows", "form.rows"):
                # A row without the item makes the rule not evaluable, so new rows count too.
                table.setdefault((f"FO.{read.form}", RECORDS), set()).add(name)
    return Graph(_frozen(inside), _frozen(across), _pointing(book))


def _frozen(table: Mapping[Source, set[RuleName]]) -> dict[Source, frozenset[RuleName]]:
    return {source: frozenset(names) for source, names in table.items()}


def _pointing(book: RuleBook) -> dict[Source, frozenset[str]]:
    found: dict[Source, set[str]] = {}
    for oid, rules in book.forms.items():
        for check in rules.checks:
            for item in (RECORDS, *(rules.form.items_by_name[name].oid for name in check.rule.items)):
                found.setdefault((oid, item), set()).add(check.rule.oid)
    return {source: frozenset(oids) for source, oids in found.items()}


def _source(book: RuleBook, form: str, item: str) -> Source:
    oid = f"FO.{form}"
    known = book.design.form(oid).items_by_name
    if item in known:
        return oid, known[item].oid
    return oid, RECORDS if item in ROW_FIELDS else item


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
