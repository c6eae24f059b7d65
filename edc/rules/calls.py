"""Function calls, methods and macros in a rule."""

import difflib
from datetime import date

from edc.rules import functions
from edc.rules.kinds import ANY, BOOL, DATE, NUMBER, TEXT, Kind, list_of
from edc.rules.names import Names
from edc.rules.syntax import Call, ListOf, Literal, Name, Node, Operation, Select
from edc.rules.terms import PARTIAL_SUFFIX, RECORDED, Read, Typed, fault

_MACROS = frozenset({"exists", "all", "exists_one", "filter", "map"})
_TEXT_METHODS = frozenset({"contains", "startsWith", "endsWith", "matches"})


class Calls(Names):
    """Translates calls."""

    def call(self, node: Call) -> Typed:
        if node.target is not None:
            return self.method(node, self.value(node.target))
        special = {
            "present": self.present,
            "has": self.present,
            "recorded": self.recorded,
            "coalesce": self.coalesce,
            "date": self.date,
        }
        if node.function in special:
            return special[node.function](node)
        if node.function in functions.PARTIAL_FUNCTIONS:
            return self.partial(node)
        if node.function in functions.LIST_FUNCTIONS:
            return self.of_list(node)
        return self.plain(node)

    def plain(self, node: Call) -> Typed:
        known = functions.FUNCTIONS.get(node.function)
        if known is None:
            near = difflib.get_close_matches(node.function, functions.IMPLEMENTATIONS, n=1)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise fault(node, f"没有函数 {node.function}", f"There is no function {node.function}.{hint}")
        self.arity(node, len(known.arguments))
        arguments = [self.value(each) for each in node.arguments]
        for each, typed, wanted in zip(node.arguments, arguments, known.arguments, strict=True):
            self.must_fit(each, typed.kind, wanted)
        self.result.functions.add(node.function)
        return Typed(f"{node.function}({', '.join(each.code for each in arguments)})", known.result)

    def arity(self, node: Call, number: int) -> None:
        if len(node.arguments) != number:
            en = f"{node.function} takes {number} arguments, not {len(node.arguments)}."
            raise fault(node, f"{node.function} 须有 {number} 个参数，现有 {len(node.arguments)} 个", en)

    def present(self, node: Call) -> Typed:
        self.arity(node, 1)
        typed = self.asked(node.arguments[0])
        return Typed(f"has({typed.code})", BOOL)

    def recorded(self, node: Call) -> Typed:
        """Translate ``recorded(FORM.ITEM)``: present, absent from a form that is final, or not evaluable."""
        self.arity(node, 1)
        typed = self.reference(node.arguments[0])
        if typed.read is None or typed.read.scope not in ("latest", "at"):
            raise fault(node, "此处须写 表单.项目", "Write FORM.ITEM of another form here.")
        self.result.reads.add(typed.read)
        suffix = PARTIAL_SUFFIX if typed.kind.name == "partial" else ""
        form = typed.code.rpartition(".")[0]
        return Typed(f"(has({typed.code}{suffix}) || {form}.{RECORDED})", BOOL)

    def asked(self, node: Node) -> Typed:
        """Translate a reference whose absence is a lawful answer."""
        typed = self.reference(node)
        if typed.read is None and not (
            isinstance(node, Select) and typed.kind.name in ("any", "date", "text", "number")
        ):
            raise fault(node, "此处须为项目名", "An item is needed here.")
        if typed.read:
            read = typed.read
            self.result.reads.add(Read(read.scope, read.form, read.item, read.event, needed=False))
        suffix = PARTIAL_SUFFIX if typed.kind.name == "partial" else ""
        return Typed(typed.code + suffix, typed.kind, typed.read)

    def coalesce(self, node: Call) -> Typed:
        if len(node.arguments) < 2:
            self.arity(node, 2)
        *asked, final = node.arguments
        result = self.value(final)
        for each in reversed(asked):
            self.asked(each)
            typed = self.reference(each)
            self.must_fit(each, typed.kind, result.kind)
            code = f"(has({typed.code}) ? {typed.code} : {result.code})"
            result = Typed(code, result.kind.joined(typed.kind))
        return result

    def date(self, node: Call) -> Typed:
        self.arity(node, 1)
        written = self.constant(node.arguments[0])
        try:
            day = date.fromisoformat(written)
        except ValueError:
            zh = '须写成 date("2019-01-01") 或 date(settings.名称)'
            raise fault(node, zh, 'Write a day: date("2019-01-01") or date(settings.NAME).') from None
        return Typed(f'timestamp("{day.isoformat()}T00:00:00Z")', DATE)

    def constant(self, node: Node) -> str:
        """Return a text that is known when the rule is compiled: a literal or a setting; else empty."""
        if isinstance(node, Select) and isinstance(node.target, Name) and node.target.name == "settings":
            return str(self.names.settings.get(node.field, ""))
        return node.value if isinstance(node, Literal) and isinstance(node.value, str) else ""

    def partial(self, node: Call) -> Typed:
        self.arity(node, 1)
        typed = self.value(node.arguments[0])
        if typed.read is None or typed.kind.name not in ("partial", "any"):
            raise fault(node, "须为不完整日期项目", "A partial date item is needed here.")
        self.result.functions.add(node.function)
        return Typed(f"{node.function}({typed.code}{PARTIAL_SUFFIX})", DATE)

    def of_list(self, node: Call) -> Typed:
        arguments = node.arguments
        several = node.function in ("min", "max") and len(arguments) > 1
        argument = ListOf(arguments, node.column) if several else None
        if argument is None:
            self.arity(node, 1)
        typed = self.value(argument or arguments[0])
        self.must_fit(argument or arguments[0], typed.kind, list_of(None))
        self.result.functions.add(node.function)
        return Typed(f"{node.function}({typed.code})", self.list_result(node, typed.kind))

    def list_result(self, node: Call, kind: Kind) -> Kind:
        element = kind.element or ANY
        if node.function == "count":
            return NUMBER
        if node.function == "distinct":
            self.scalars_only(node, element)
            return kind
        if node.function in ("sum", "mean"):
            self.must_fit(node, element, NUMBER)
            return NUMBER
        if node.function in ("min", "max") and element.base not in ("number", "date", "any"):
            raise fault(node, "只可用于数字或日期", "Only for numbers or dates.")
        return DATE if element.base == "date" else element

    def scalars_only(self, node: Call, element: Kind) -> None:
        if element.base in ("record", "list"):
            raise fault(node, "只可用于值的列表", "Only for a list of values.")

    def method(self, node: Call, target: Typed) -> Typed:
        if node.function in _MACROS:
            return self.macro(node, target)
        if node.function == "size" and not node.arguments:
            return Typed(f"double({target.code}.size())", NUMBER)
        if node.function in _TEXT_METHODS:
            self.must_fit(node, target.kind, TEXT)
            self.arity(node, 1)
            argument = self.value(node.arguments[0])
            self.must_fit(node.arguments[0], argument.kind, TEXT)
            return Typed(f"{target.code}.{node.function}({argument.code})", BOOL)
        raise fault(node, f"没有方法 .{node.function}()", f"There is no method .{node.function}().")

    def macro(self, node: Call, target: Typed) -> Typed:
        self.arity(node, 2)
        self.must_fit(node, target.kind, list_of(None))
        variable, body = node.arguments
        if not isinstance(variable, Name) or variable.name in self.scope:
            raise fault(node, "第一个参数须为新的变量名", "The first argument must be a new name.")
        self.scope[variable.name] = target.kind.element or ANY
        typed = self.macro_body(node, target, variable.name, body)
        del self.scope[variable.name]
        return typed

    def macro_body(self, node: Call, target: Typed, variable: str, body: Node) -> Typed:
        if node.function in ("exists", "all"):
            return self.quantified(node, target, variable, body)
        typed = self.value(body)
        if node.function == "map":
            return Typed(f"{target.code}.map({variable}, {typed.code})", list_of(typed.kind))
        self.must_fit(body, typed.kind, BOOL)
        kind = target.kind if node.function == "filter" else BOOL
        return Typed(f"{target.code}.{node.function}({variable}, {typed.code})", kind)

    def quantified(self, node: Call, target: Typed, variable: str, body: Node) -> Typed:
        """Write ``exists`` so that a row that decides is found behind a row that lacks a value.

        ``all`` by its opposite.

        The binding stops at the first row with an error, so rows with all values of a part are searched
        first.
        """
        universal = node.function == "all"
        parts = _flat(body, "&&" if universal else "||")
        codes, guarded = [], []
        for part in parts:
            before = len(self.row_codes)
            typed = self.value(part)
            self.must_fit(part, typed.kind, BOOL)
            code = f"!({typed.code})" if universal else typed.code
            needed = [each for each in self.row_codes[before:] if each.startswith(f"{variable}.")]
            codes.append(code)
            guards = " && ".join(f"has({each})" for each in dict.fromkeys(needed))
            if guards:
                guarded.append(f"{target.code}.exists({variable}, {guards} && {code})")
        whole = f"{target.code}.exists({variable}, {' || '.join(codes)})"
        found = " || ".join([*guarded, whole])
        return Typed(f"!({found})" if universal else f"({found})", BOOL)


def _flat(node: Node, operator: str) -> list[Node]:
    """Return the parts that an operator joins, at the top of a tree."""
    if isinstance(node, Operation) and node.operator == operator:
        return [part for operand in node.operands for part in _flat(operand, operator)]
    return [node]
