"""Small faults put into rules, to see whether their cases notice."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from edc.rules.syntax import Call, Index, ListOf, Literal, Name, Node, Operation, Select

_FLIPPED = {
    "<": ("<=", ">="), "<=": ("<", ">"), ">": (">=", "<="), ">=": (">", "<"), "==": ("!=",), "!=": ("==",),
    "&&": ("||",), "||": ("&&",),
}  # fmt: skip
_QUANTIFIERS = {"exists": "all", "all": "exists"}
_EDGE = {("<", "<="), ("<=", "<"), (">", ">="), (">=", ">")}


@dataclass(frozen=True)
class Mutant:
    """A rule with one fault; ``edge`` where only a case on the very boundary can notice."""

    tree: Node
    change: str
    edge: bool = False


def mutants(tree: Node) -> Iterator[Mutant]:
    """Yield the tree with one fault each: flipped operators, constants off by one step, parts negated."""
    yield from _inside(tree)
    if not (isinstance(tree, Operation) and tree.operator == "!"):
        yield Mutant(Operation("!", (tree,), tree.column), f"!({written(tree)})")


def _inside(node: Node) -> Iterator[Mutant]:
    yield from _here(node)
    for field, index, child in _children(node):
        for mutant in _inside(child):
            yield replace(mutant, tree=_with_child(node, field, index, mutant.tree))


def _here(node: Node) -> Iterator[Mutant]:
    if isinstance(node, Operation):
        yield from _other_operators(node)
    elif isinstance(node, Literal):
        yield from _other_constants(node)
    elif isinstance(node, Call):
        yield from _other_calls(node)


def _other_operators(node: Operation) -> Iterator[Mutant]:
    for operator in _FLIPPED.get(node.operator, ()):
        made = replace(node, operator=operator)
        edge = (node.operator, operator) in _EDGE
        yield Mutant(made, f"{written(node)} → {written(made)}", edge)
    if node.operator in ("!", "in"):
        made_tree = node.operands[0] if node.operator == "!" else Operation("!", (node,), node.column)
        yield Mutant(made_tree, f"{written(node)} → {written(made_tree)}")


def _other_constants(node: Literal) -> Iterator[Mutant]:
    if isinstance(node.value, bool) or not isinstance(node.value, float):
        return
    step = Decimal(1).scaleb(min(0, int(_decimal(node.value).as_tuple().exponent)))
    for value in (_decimal(node.value) - step, _decimal(node.value) + step):
        made = replace(node, value=float(value))
        if value >= 0:
            yield Mutant(made, f"{written(node)} → {written(made)}", edge=True)


def _decimal(value: float) -> Decimal:
    return Decimal(f"{value:g}")


def _other_calls(node: Call) -> Iterator[Mutant]:
    if node.function in _QUANTIFIERS:
        made = replace(node, function=_QUANTIFIERS[node.function])
        yield Mutant(made, f".{node.function}() → .{made.function}()")
    if node.function == "present":
        yield Mutant(Operation("!", (node,), node.column), f"{written(node)} → !{written(node)}")
    day = node.arguments[0] if node.function == "date" and node.arguments else None
    if isinstance(day, Literal):
        for days in (-1, 1):
            moved = date.fromisoformat(str(day.value)) + timedelta(days=days)
            made = replace(node, arguments=(replace(day, value=moved.isoformat()),))
            yield Mutant(made, f"{written(node)} → {written(made)}", edge=True)


def _children(node: Node) -> Iterator[tuple[str, int | None, Node]]:
    if isinstance(node, Operation):
        yield from (("operands", index, each) for index, each in enumerate(node.operands))
    elif isinstance(node, ListOf):
        yield from (("items", index, each) for index, each in enumerate(node.items))
    elif isinstance(node, Call):
        if node.target is not None:
            yield "target", None, node.target
        if node.function != "date":
            yield from (("arguments", index, each) for index, each in enumerate(node.arguments))
    elif isinstance(node, Select):
        yield "target", None, node.target


def _with_child(node: Node, field: str, index: int | None, child: Node) -> Node:
    changes: dict[str, Any] = {field: child}
    if index is not None:
        held = list(getattr(node, field))
        held[index] = child
        changes = {field: tuple(held)}
    return replace(node, **changes)


def written(node: Node) -> str:
    """Write a tree as a rule."""
    if isinstance(node, Literal):
        return _literal(node)
    if isinstance(node, Name):
        return node.name
    if isinstance(node, Select):
        return f"{written(node.target)}.{node.field}"
    if isinstance(node, Index):
        return f"{written(node.target)}[{written(node.index)}]"
    if isinstance(node, ListOf):
        return f"[{', '.join(map(written, node.items))}]"
    if isinstance(node, Call):
        called = f"{node.function}({', '.join(map(written, node.arguments))})"
        return f"{written(node.target)}.{called}" if node.target else called
    return _operation(node)


def _literal(node: Literal) -> str:
    if isinstance(node.value, bool):
        return str(node.value).lower()
    return f"{node.value:g}" if isinstance(node.value, float) else f'"{node.value}"'


def _operation(node: Operation) -> str:
    parts = [f"({written(each)})" if isinstance(each, Operation) else written(each) for each in node.operands]
    if len(parts) == 1:
        return f"{node.operator}{parts[0]}"
    if node.operator == "?":
        return f"{parts[0]} ? {parts[1]} : {parts[2]}"
    return f"{parts[0]} {node.operator} {parts[1]}"
