"""From a rule's tree to CEL for the binding, with every type checked and every read written down.

The binding has strict numbers, shows undefined names only while running, and lets a macro end at the
first error. So numbers become doubles, macros are written so that a row that decides is found (see
``Calls.quantified``), and items are read from maps, where an absent key is an error that ``||`` and
``&&`` absorb.
"""

from collections.abc import Callable

from edc.rules.calls import Calls
from edc.rules.kinds import BOOL, NUMBER, TEXT, Kind, Namespace, list_of
from edc.rules.syntax import Call, Index, ListOf, Literal, Name, Node, Operation, Select
from edc.rules.terms import Translation, Typed, advice, fault, zh_name


def translate(tree: Node, namespace: Namespace) -> Translation:
    """Check a rule's tree against the names and return its CEL; raise RuleSyntaxError at the first fault."""
    translator = Translator(namespace)
    typed = translator.value(tree)
    translator.result.code, translator.result.kind = typed.code, typed.kind
    return translator.result


class Translator(Calls):
    """Translates operators and lists, and hands every other node to its method."""

    def reference(self, node: Node) -> Typed:
        handler: dict[type, Callable[..., Typed]] = {
            Literal: self.literal,
            Name: self.name,
            Select: self.select,
            Index: self.index,
            Call: self.call,
            Operation: self.operation,
            ListOf: self.list_of,
        }
        return handler[type(node)](node)

    def index(self, node: Index) -> Typed:
        raise fault(
            node, "不可按位置取值，用 first() 或 last()", "Lists have no positions: use first() or last()."
        )

    def list_of(self, node: ListOf) -> Typed:
        items = [self.value(each) for each in node.items]
        element: Kind | None = None
        for each, typed in zip(node.items, items, strict=True):
            if element and not typed.kind.fits(element):
                raise fault(each, "列表各项须同类", "All of a list must be of one kind.")
            element = element.joined(typed.kind) if element else typed.kind
        return Typed(f"[{', '.join(each.code for each in items)}]", list_of(element))

    def operation(self, node: Operation) -> Typed:
        if node.operator == "?":
            return self.choice(node)
        operands = [self.value(each) for each in node.operands]
        if len(operands) == 1:
            wanted = BOOL if node.operator == "!" else NUMBER
            self.must_fit(node.operands[0], operands[0].kind, wanted)
            return Typed(f"{node.operator}({operands[0].code})", wanted)
        left, right = operands
        kind = self.binary_kind(node, left.kind, right.kind)
        if node.operator == "%":
            self.result.functions.add("mod")
            return Typed(f"mod({left.code}, {right.code})", kind)
        return Typed(f"({left.code} {node.operator} {right.code})", kind)

    def binary_kind(self, node: Operation, left: Kind, right: Kind) -> Kind:
        operator = node.operator
        if operator in ("||", "&&"):
            for operand, kind in zip(node.operands, (left, right), strict=True):
                self.must_fit(operand, kind, BOOL)
            return BOOL
        if operator == "in":
            return self.membership(node, left, right)
        if operator in ("==", "!=", "<", "<=", ">", ">="):
            return self.comparison(node, left, right)
        if operator == "+" and left.base == "text" == right.base:
            return TEXT
        if "date" in (left.base, right.base):
            raise fault(
                node,
                "日期不可加减，用 days() 或 add_days()",
                "Dates are not added or subtracted: use days() or add_days().",
            )
        for operand, kind in zip(node.operands, (left, right), strict=True):
            self.must_fit(operand, kind, NUMBER)
        return NUMBER

    def comparison(self, node: Operation, left: Kind, right: Kind) -> Kind:
        if not left.fits(right) or "list" in (left.base, right.base) or "record" in (left.base, right.base):
            zh = f"{zh_name(left)}与{zh_name(right)}不可比较"
            raise fault(
                node, zh, f"A {left.base} cannot be compared with a {right.base}.{advice(left, right)}"
            )
        if node.operator not in ("==", "!=") and not {left.base, right.base} & {"number", "date", "any"}:
            raise fault(
                node,
                "大小只可用于数字或日期；编码先用 number()",
                "Only numbers and dates have an order: use number() on a code.",
            )
        self.codes_meet(node, left, right)
        return BOOL

    def codes_meet(self, node: Operation, left: Kind, right: Kind) -> None:
        """Refuse a comparison of two sets of codes that can never be equal."""
        if left.codes is None or right.codes is None or left.base != "text":
            return
        literals = [o.value for o in node.operands if isinstance(o, Literal)]
        if not left.codes & right.codes:
            shown = ", ".join(
                sorted(left.codes if literals and literals[0] not in left.codes else right.codes)[:12]
            )
            what = literals[0] if literals else "…"
            raise fault(
                node,
                f"编码表中没有 {what}；可用：{shown}",
                f"{what} is not a code here; the codes are {shown}.",
            )

    def membership(self, node: Operation, left: Kind, right: Kind) -> Kind:
        self.must_fit(node.operands[1], right, list_of(None))
        if right.element and not left.fits(right.element):
            zh = f"{zh_name(left)}不会在{zh_name(right.element)}的列表中"
            raise fault(node, zh, f"A {left.base} is never in a list of {right.element.base}s.")
        self.members_are_codes(node, left, right.element)
        return BOOL

    def members_are_codes(self, node: Operation, left: Kind, element: Kind | None) -> None:
        wanted, found = node.operands[1], left.codes
        literals = (
            [each for each in wanted.items if isinstance(each, Literal)] if isinstance(wanted, ListOf) else []
        )
        if isinstance(node.operands[0], Literal):
            literals, found = [node.operands[0]], element.codes if element else None
        for literal in literals:
            if found is not None and literal.value not in found:
                shown = ", ".join(sorted(found)[:12])
                raise fault(
                    literal,
                    f"编码表中没有 {literal.value}；可用：{shown}",
                    f"{literal.value} is not a code here; the codes are {shown}.",
                )

    def choice(self, node: Operation) -> Typed:
        condition, yes, no = (self.value(each) for each in node.operands)
        self.must_fit(node.operands[0], condition.kind, BOOL)
        self.must_fit(node.operands[2], no.kind, yes.kind)
        return Typed(f"({condition.code} ? {yes.code} : {no.code})", yes.kind.joined(no.kind))
