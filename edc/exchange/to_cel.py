"""Parsed expressions of other systems as CEL rules of this one, with the meaning of empty fields kept.

In REDCap an empty field equals "" and 0, and every comparison with <> holds for it; here a rule that reads
an empty item is not evaluable. Each comparison is written so that both mean the same.
"""

from collections.abc import Callable
from dataclasses import dataclass

from edc.exchange.expressions import Binary, Call, Field, Node, NotUnderstood, Number, Quoted, Unary

_DAYS = {"y": "365.2425", "M": "30.44", "d": "1"}
_NO_DIGITS = Number("0")
_UNLIKE = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}


@dataclass(frozen=True)
class Known:
    """A field as the rules call it, with its type here: number, text, code, yes_no, multi, date, file."""

    rule: str
    kind: str


# Finds a field by name and event; raises NotUnderstood where there is none.
Find = Callable[[Field], Known]


def condition(node: Node, find: Find) -> str:
    """Return the CEL of a true-or-false expression; raise NotUnderstood."""
    return _Writer(find).truth(node)


def negation(node: Node, find: Find) -> str:
    """Return the CEL of the opposite of a true-or-false expression; raise NotUnderstood."""
    return _Writer(find).truth(node, opposite=True)


def calculation(node: Node, find: Find) -> str:
    """Return the CEL of an expression that gives a number; raise NotUnderstood."""
    return _Writer(find).number(node)


class _Writer:
    def __init__(self, find: Find) -> None:
        self.find = find

    def truth(self, node: Node, *, opposite: bool = False) -> str:
        if isinstance(node, Unary) and node.operator == "not":
            return self.truth(node.operand, opposite=not opposite)
        if isinstance(node, Binary) and node.operator in ("and", "or"):
            both = (node.operator == "and") != opposite
            left, right = (self.truth(each, opposite=opposite) for each in (node.left, node.right))
            return f"({left} && {right})" if both else f"({left} || {right})"
        if isinstance(node, Binary) and node.operator in _UNLIKE:
            return self.comparison(node, _UNLIKE[node.operator] if opposite else node.operator)
        if (
            isinstance(node, Call)
            and node.name in ("isblankormissingcode", "isnumber")
            and len(node.arguments) == 1
        ):
            blank = (node.name == "isblankormissingcode") != opposite
            return self.presence(node.arguments[0], "==" if blank else "!=")
        raise NotUnderstood("it is neither a comparison nor made of comparisons")

    def comparison(self, node: Binary, operator: str) -> str:
        left, right = node.left, node.right
        if isinstance(left, Number | Quoted) and not isinstance(right, Number | Quoted):
            mirrored = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}.get(operator, operator)
            return self.comparison(Binary(mirrored, right, left), mirrored)
        if isinstance(right, Quoted) and not right.text:
            return self.presence(left, operator)
        if isinstance(left, Field):
            known = self.find(left)
            if left.code or known.kind == "multi":
                return self.box(left, known, right, operator)
            if known.kind in ("code", "yes_no", "text", "file") and isinstance(right, Number | Quoted):
                return self.literal(known, right.text, operator)
            if known.kind == "date" and isinstance(right, Quoted):
                return self.guarded(known.rule, f"{known.rule} {operator} {self.day(right)}", operator)
        return self.plain(left, right, operator)

    def plain(self, left: Node, right: Node, operator: str) -> str:
        if self.is_date(left) and self.is_date(right):
            return f"{self.day(left)} {operator} {self.day(right)}"
        kinds = {self.find(each).kind for each in (left, right) if isinstance(each, Field)}
        if kinds and kinds <= {"code", "text", "yes_no"} and operator in ("==", "!="):
            sides = [self.find(each).rule for each in (left, right) if isinstance(each, Field)]
            if len(sides) == 2:
                return f"{sides[0]} {operator} {sides[1]}"
        text = f"{self.number(left)} {operator} {self.number(right)}"
        return self.guarded(self.find(left).rule, text, operator) if isinstance(left, Field) else text

    def guarded(self, rule: str, text: str, operator: str) -> str:
        return f"(!present({rule}) || {text})" if operator == "!=" else text

    def literal(self, known: Known, text: str, operator: str) -> str:
        if operator not in ("==", "!="):
            return f"number({known.rule}) {operator} {_number(text)}"
        if known.kind == "yes_no":
            text = {"1": "Y", "0": "N", "true": "Y", "false": "N"}.get(text.lower(), text)
            if text not in ("Y", "N"):
                raise NotUnderstood(f"a yes-or-no field is compared with {text}")
        return self.guarded(known.rule, f"{known.rule} {operator} {_quoted(text)}", operator)

    def presence(self, node: Node, operator: str) -> str:
        if not isinstance(node, Field) or operator not in ("==", "!="):
            raise NotUnderstood("only a field can be asked whether it is empty")
        known = self.find(node)
        return f"{'!' if operator == '==' else ''}present({known.rule})"

    def box(self, node: Field, known: Known, right: Node, operator: str) -> str:
        if not node.code or not isinstance(right, Number | Quoted) or right.text not in ("0", "1"):
            raise NotUnderstood("a box is compared with something else than 0 or 1")
        ticked = (right.text == "1") == (operator == "==")
        if operator not in ("==", "!="):
            raise NotUnderstood("boxes have no order")
        held = f"(present({known.rule}) && {_quoted(node.code)} in {known.rule})"
        return held if ticked else f"!{held}"

    def is_date(self, node: Node) -> bool:
        if isinstance(node, Field):
            return self.find(node).kind == "date"
        return isinstance(node, Quoted)

    def day(self, node: Node) -> str:
        if isinstance(node, Field):
            known = self.find(node)
            if known.kind != "date":
                raise NotUnderstood(f"{node.name} is no date")
            return known.rule
        if isinstance(node, Quoted) and node.text.lower() in ("today", "now"):
            return "today"
        if isinstance(node, Quoted) and len(node.text) == 10 and node.text[4] == node.text[7] == "-":
            return f"date({_quoted(node.text)})"
        raise NotUnderstood("a date is expected")

    def number(self, node: Node) -> str:
        if isinstance(node, Number):
            return _number(node.text)
        if isinstance(node, Quoted):
            return _number(node.text)
        if isinstance(node, Field):
            return self.field_number(node)
        if isinstance(node, Unary) and node.operator == "-":
            return f"(-{self.number(node.operand)})"
        if isinstance(node, Binary) and node.operator == "^":
            return f"pow({self.number(node.left)}, {self.number(node.right)})"
        if isinstance(node, Binary) and node.operator in "+-*/":
            return f"({self.number(node.left)} {node.operator} {self.number(node.right)})"
        if isinstance(node, Call):
            return self.call(node)
        raise NotUnderstood("a number is expected where the expression says true or false")

    def field_number(self, node: Field) -> str:
        known = self.find(node)
        if node.code:
            return f"(present({known.rule}) && {_quoted(node.code)} in {known.rule} ? 1.0 : 0.0)"
        if known.kind == "number":
            return known.rule
        if known.kind == "code":
            return f"number({known.rule})"
        if known.kind == "yes_no":
            return f'({known.rule} == "Y" ? 1.0 : 0.0)'
        raise NotUnderstood(f"{node.name} is no number")

    def call(self, node: Call) -> str:
        writer = getattr(self, f"_{node.name}", None)
        if writer is None:
            raise NotUnderstood(f"the function {node.name} has no counterpart")
        try:
            return writer(*node.arguments)
        except TypeError:
            raise NotUnderstood(f"{node.name} has other arguments than expected") from None

    def _round(self, value: Node, digits: Node = _NO_DIGITS) -> str:
        return f"round({self.number(value)}, {self.number(digits)})"

    def _rounddown(self, value: Node, digits: Node = _NO_DIGITS) -> str:
        return self._cut("floor", value, digits)

    def _roundup(self, value: Node, digits: Node = _NO_DIGITS) -> str:
        return self._cut("ceil", value, digits)

    def _cut(self, function: str, value: Node, digits: Node) -> str:
        places = self.number(digits)
        if places in ("0", "0.0"):
            return f"{function}({self.number(value)})"
        return f"{function}({self.number(value)} * pow(10.0, {places})) / pow(10.0, {places})"

    def _sqrt(self, value: Node) -> str:
        return f"sqrt({self.number(value)})"

    def _abs(self, value: Node) -> str:
        return f"abs({self.number(value)})"

    def _log(self, value: Node) -> str:
        return f"ln({self.number(value)})"

    def _exponential(self, value: Node) -> str:
        return f"exp({self.number(value)})"

    def _sum(self, *values: Node) -> str:
        return f"sum([{', '.join(self._or_zero(each) for each in values)}])"

    def _or_zero(self, node: Node) -> str:
        """REDCap's sum leaves empty fields out."""
        text = self.number(node)
        return (
            f"coalesce({text}, 0.0)" if isinstance(node, Field) and self.find(node).kind == "number" else text
        )

    def _mean(self, *values: Node) -> str:
        return f"mean([{', '.join(self.number(each) for each in values)}])"

    def _min(self, *values: Node) -> str:
        return f"min([{', '.join(self.number(each) for each in values)}])"

    def _max(self, *values: Node) -> str:
        return f"max([{', '.join(self.number(each) for each in values)}])"

    def _if(self, asked: Node, yes: Node, no: Node) -> str:
        return f"({self.truth(asked)} ? {self.number(yes)} : {self.number(no)})"

    def _datediff(self, first: Node, second: Node, unit: Node, *more: Node) -> str:
        """Return the distance of two days; REDCap's is never negative unless its last argument is true."""
        name = unit.text if isinstance(unit, Quoted) else ""
        if name not in _DAYS:
            raise NotUnderstood(
                f"datediff in {name or 'this unit'} has no counterpart: dates have no hours here"
            )
        between = f"days({self.day(second)}, {self.day(first)})"
        signed = any(
            isinstance(each, Quoted | Call) and getattr(each, "text", "").lower() == "true" for each in more
        )
        distance = between if signed else f"abs({between})"
        return distance if name == "d" else f"({distance} / {_DAYS[name]})"


def _number(text: str) -> str:
    try:
        value = float(text)
    except ValueError:
        raise NotUnderstood(f"“{text}” is no number") from None
    return repr(value)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
