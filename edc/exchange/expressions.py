"""The expression languages of REDCap (branching logic, calculations) and OpenEDC, parsed into one tree."""

import re
from collections.abc import Iterable
from dataclasses import dataclass


class NotUnderstood(Exception):
    """The expression cannot be parsed or translated; the text says why, in English."""


@dataclass(frozen=True)
class Number:
    text: str


@dataclass(frozen=True)
class Quoted:
    text: str


@dataclass(frozen=True)
class Field:
    """A field, of another event where one is named; ``code``: the box of that code."""

    name: str
    event: str = ""
    code: str = ""


@dataclass(frozen=True)
class Binary:
    operator: str
    left: "Node"
    right: "Node"


@dataclass(frozen=True)
class Unary:
    operator: str
    operand: "Node"


@dataclass(frozen=True)
class Call:
    name: str
    arguments: tuple["Node", ...]


Node = Number | Quoted | Field | Binary | Unary | Call
_REDCAP_FIELD = r"\[[A-Za-z0-9_-]+\](?:\[[A-Za-z0-9_]+(?:\([^()\[\]]+\))?\])?|\[[A-Za-z0-9_]+\([^()\[\]]+\)\]"
_REST = (
    r"|(?P<number>\d+(?:\.\d*)?|\.\d+)|(?P<quoted>\"[^\"]*\"|'[^']*')"
    r"|(?P<operator><=|>=|<>|!=|==|&&|\|\||[-+*/^=<>!(),])|(?P<word>[A-Za-z_]\w*)|(?P<blank>\s+)"
)
_SAME = {"=": "==", "<>": "!=", "&&": "and", "||": "or", "!": "not"}
_LEVELS = (("or",), ("and",), ("==", "!=", "<", "<=", ">", ">="), ("+", "-"), ("*", "/"))


def parse_redcap(text: str) -> Node:
    """Return the tree of a REDCap expression; raise NotUnderstood."""
    return _Parser(_tokens(text, f"(?P<field>{_REDCAP_FIELD})"), _redcap_field).whole()


def parse_openedc(text: str, items: Iterable[str]) -> Node:
    """Return the tree of an OpenEDC expression, in which items stand by their OIDs; raise NotUnderstood."""
    names = "|".join(re.escape(each) for each in sorted(items, key=len, reverse=True)) or r"(?!)"
    return _Parser(_tokens(text, rf"(?P<field>(?:{names})(?![\w-]))"), lambda found: Field(found)).whole()


def _redcap_field(text: str) -> Field:
    parts = re.findall(r"\[([^\]]+)\]", text)
    name, _, code = parts[-1].partition("(")
    return Field(name, parts[0] if len(parts) == 2 else "", code.removesuffix(")"))


def _tokens(text: str, field: str) -> list[tuple[str, str]]:
    pattern = re.compile(field + _REST)
    found, place = [], 0
    while place < len(text):
        match = pattern.match(text, place)
        if match is None:
            raise NotUnderstood(f"not understood from “{text[place : place + 20]}”")
        place = match.end()
        kind = str(match.lastgroup)
        if kind != "blank":
            word = match.group()
            lowered = word.lower()
            is_operator = kind == "word" and lowered in ("and", "or", "not")
            found.append(
                ("operator", _SAME.get(word, lowered)) if is_operator or kind == "operator" else (kind, word)
            )
    return found


class _Parser:
    """Recursive descent; every binary operator is left-associative."""

    def __init__(self, tokens: list[tuple[str, str]], field: object) -> None:
        self.tokens, self.place, self.field = tokens, 0, field

    def whole(self) -> Node:
        node = self.level(0)
        if self.place != len(self.tokens):
            raise NotUnderstood(f"unexpected “{self.tokens[self.place][1]}”")
        return node

    def peek(self) -> tuple[str, str]:
        return self.tokens[self.place] if self.place < len(self.tokens) else ("end", "")

    def take(self) -> tuple[str, str]:
        token = self.peek()
        self.place += 1
        return token

    def expect(self, operator: str) -> None:
        if self.take() != ("operator", operator):
            raise NotUnderstood(f"“{operator}” is missing")

    def level(self, depth: int) -> Node:
        if depth == len(_LEVELS):
            return self.power()
        node = self.level(depth + 1)
        while self.peek()[0] == "operator" and self.peek()[1] in _LEVELS[depth]:
            operator = self.take()[1]
            node = Binary(operator, node, self.level(depth + 1))
        return node

    def power(self) -> Node:
        node = self.unary()
        while self.peek() == ("operator", "^"):
            self.take()
            node = Binary("^", node, self.unary())
        return node

    def unary(self) -> Node:
        if self.peek() in (("operator", "-"), ("operator", "not"), ("operator", "+")):
            operator = self.take()[1]
            operand = self.unary()
            return operand if operator == "+" else Unary(operator, operand)
        return self.atom()

    def atom(self) -> Node:
        kind, text = self.take()
        if kind == "number":
            return Number(text)
        if kind == "quoted":
            return Quoted(text[1:-1])
        if kind == "field":
            return self.field(text)  # type: ignore[operator]
        if kind == "word":
            return self.call(text)
        if (kind, text) == ("operator", "("):
            node = self.level(0)
            self.expect(")")
            return node
        raise NotUnderstood(f"unexpected “{text}”" if text else "the expression ends too early")

    def call(self, name: str) -> Node:
        if self.peek() != ("operator", "("):
            raise NotUnderstood(f"“{name}” is not known")
        self.take()
        arguments: list[Node] = []
        while self.peek() != ("operator", ")"):
            arguments.append(self.level(0))
            if self.peek() == ("operator", ","):
                self.take()
            elif self.peek() != ("operator", ")"):
                raise NotUnderstood(f"the arguments of {name} do not end")
        self.take()
        return Call(name.lower(), tuple(arguments))
