"""The syntax tree of a rule: the subset of CEL that designs may use.

The CEL binding compiles and runs rules but shows no tree; the tree is needed to know what a rule reads, to
check its types and to
write it so that the binding's strict numbers fit. Map literals, ``null``, bytes and unsigned numbers are
not in the subset.
"""

import re
from dataclasses import dataclass

_TOKEN = re.compile(
    r"(?P<space>\s+|//[^\n]*)"
    r"|(?P<number>(?:\d+\.\d+|\.\d+|\d+)(?:[eE][+-]?\d+)?)"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<text>'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\")"
    r"|(?P<sign>\|\||&&|==|!=|<=|>=|[-+*/%<>!?:.,()\[\]])"
)
_ESCAPES = {"n": "\n", "t": "\t", "\\": "\\", "'": "'", '"': '"'}
_REFUSED_NAMES = {"null": "present(X)", "undefined": "present(X)"}
_LEVELS = (("||",), ("&&",), ("==", "!=", "<", "<=", ">", ">=", "in"), ("+", "-"), ("*", "/", "%"))


class RuleSyntaxError(Exception):
    """A rule that cannot be read or is wrongly typed; ``column`` counts from 1."""

    def __init__(self, column: int, zh: str, en: str) -> None:
        self.column, self.zh, self.en = column, zh, en
        super().__init__(f"column {column}: {en}")


@dataclass(frozen=True)
class Literal:
    """A number (float), text or truth value."""

    value: float | str | bool
    column: int


@dataclass(frozen=True)
class Name:
    """A bare identifier."""

    name: str
    column: int


@dataclass(frozen=True)
class Select:
    """``target.field``."""

    target: "Node"
    field: str
    column: int


@dataclass(frozen=True)
class Index:
    """``target[index]``."""

    target: "Node"
    index: "Node"
    column: int


@dataclass(frozen=True)
class Call:
    """``function(arguments)``, or ``target.function(arguments)``."""

    function: str
    target: "Node | None"
    arguments: tuple["Node", ...]
    column: int


@dataclass(frozen=True)
class Operation:
    """A unary (one operand), binary (two) or conditional (three, operator ``?``) operation."""

    operator: str
    operands: tuple["Node", ...]
    column: int


@dataclass(frozen=True)
class ListOf:
    """``[a, b, …]``."""

    items: tuple["Node", ...]
    column: int


Node = Literal | Name | Select | Index | Call | Operation | ListOf


@dataclass(frozen=True)
class Token:
    """A lexical token; ``kind`` is number, name, text, sign or end."""

    kind: str
    text: str
    column: int


def tokens(source: str) -> list[Token]:
    """Split a rule into tokens, the last of kind ``end``."""
    found: list[Token] = []
    position = 0
    while position < len(source):
        match = _TOKEN.match(source, position)
        if match is None:
            raise RuleSyntaxError(
                position + 1, f"不认识的字符 {source[position]!r}", f"Unknown character {source[position]!r}."
            )
        if match.lastgroup != "space":
            found.append(Token(str(match.lastgroup), match.group(), position + 1))
        position = match.end()
    return [*found, Token("end", "", len(source) + 1)]


def parse(source: str) -> Node:
    """Return the tree of a rule; raise RuleSyntaxError where it is not in the language."""
    try:
        return _Parser(tokens(source)).whole()
    except RecursionError:
        raise RuleSyntaxError(1, "规则嵌套过深，拆分", "The rule is nested too deep: split it.") from None


class _Parser:
    def __init__(self, found: list[Token]) -> None:
        self.tokens, self.position = found, 0

    @property
    def next(self) -> Token:
        return self.tokens[self.position]

    def take(self) -> Token:
        token = self.next
        self.position += 1
        return token

    def accept(self, *texts: str) -> Token | None:
        is_word = self.next.kind == "sign" or self.next.text == "in"
        return self.take() if is_word and self.next.text in texts else None

    def expect(self, text: str) -> Token:
        token = self.accept(text)
        if token is None:
            raise self.unexpected(f"“{text}”", f"'{text}'")
        return token

    def unexpected(self, zh: str, en: str) -> RuleSyntaxError:
        here = self.next.text or "end"
        return RuleSyntaxError(
            self.next.column, f"此处应为{zh}，却是 {here!r}", f"Expected {en}, found {here!r}."
        )

    def whole(self) -> Node:
        node = self.conditional()
        if self.next.kind != "end":
            raise self.unexpected("规则结尾", "the end of the rule")
        return node

    def conditional(self) -> Node:
        condition = self.binary(0)
        question = self.accept("?")
        if question is None:
            return condition
        yes = self.conditional()
        self.expect(":")
        return Operation("?", (condition, yes, self.conditional()), question.column)

    def binary(self, level: int) -> Node:
        if level == len(_LEVELS):
            return self.unary()
        left = self.binary(level + 1)
        while operator := self.accept(*_LEVELS[level]):
            left = Operation(operator.text, (left, self.binary(level + 1)), operator.column)
        return left

    def unary(self) -> Node:
        operator = self.accept("!", "-")
        return Operation(operator.text, (self.unary(),), operator.column) if operator else self.member()

    def member(self) -> Node:
        node = self.primary()
        while sign := self.accept(".", "["):
            node = self.selected(node) if sign.text == "." else self.indexed(node, sign)
        return node

    def selected(self, target: Node) -> Node:
        if self.next.kind != "name":
            raise self.unexpected("名称", "a name")
        name = self.take()
        if self.accept("("):
            return Call(name.text, target, self.listed(")"), name.column)
        return Select(target, name.text, name.column)

    def indexed(self, target: Node, sign: Token) -> Node:
        index = self.conditional()
        self.expect("]")
        return Index(target, index, sign.column)

    def primary(self) -> Node:
        token = self.next
        if self.accept("("):
            node = self.conditional()
            self.expect(")")
            return node
        if self.accept("["):
            return ListOf(self.listed("]"), token.column)
        if token.kind in ("number", "text", "name") and token.text != "in":
            return self.atom(self.take())
        raise self.unexpected("值", "a value")

    def atom(self, token: Token) -> Node:
        if token.kind == "number":
            return Literal(float(token.text), token.column)
        if token.kind == "text":
            return Literal(_unquoted(token), token.column)
        if token.text in ("true", "false"):
            return Literal(token.text == "true", token.column)
        if token.text in _REFUSED_NAMES:
            raise RuleSyntaxError(
                token.column, "不用 null，写 present(X)", "There is no null: write present(X)."
            )
        if self.accept("("):
            return Call(token.text, None, self.listed(")"), token.column)
        return Name(token.text, token.column)

    def listed(self, closing: str) -> tuple[Node, ...]:
        items: list[Node] = []
        while not self.accept(closing):
            if items:
                self.expect(",")
            items.append(self.conditional())
        return tuple(items)


def _unquoted(token: Token) -> str:
    def replace(match: re.Match[str]) -> str:
        if match.group(1) not in _ESCAPES:
            raise RuleSyntaxError(
                token.column, f"不认识的转义 {match.group()}", f"Unknown escape {match.group()}."
            )
        return _ESCAPES[match.group(1)]

    return re.sub(r"\\(.)", replace, token.text[1:-1])
