"""Which inputs a rule cannot do without: where one is absent the rule has no answer."""

from edc.rules.names import path_of
from edc.rules.syntax import Call, Index, ListOf, Node, Operation

# Scope (own, latest, at), event, form and item of an input.
Input = tuple[str, str, str, str]
_ASKING = frozenset({"present", "has", "coalesce", "recorded"})
_MACROS = frozenset({"exists", "all", "exists_one", "filter", "map"})
_NO_FORM = frozenset({"rows", "form", "settings"})


def essential(node: Node, own: str | None) -> frozenset[Input]:
    """Return the inputs without which the tree is not evaluable; ``own`` is the form the rule stands on.

    Both sides of ``&&`` and ``||`` must need an input, since one side alone may decide; a condition needs
    its own, and what both its answers need.
    """
    if isinstance(node, Operation):
        return _of_operation(node, own)
    if isinstance(node, Call):
        return _of_call(node, own)
    if isinstance(node, ListOf):
        return _union(node.items, own)
    if isinstance(node, Index):
        return essential(node.target, own) | essential(node.index, own)
    return _of_name(node, own)


def _of_operation(node: Operation, own: str | None) -> frozenset[Input]:
    if node.operator in ("&&", "||"):
        left, right = node.operands
        return essential(left, own) & essential(right, own)
    if node.operator == "?":
        condition, yes, no = node.operands
        return essential(condition, own) | (essential(yes, own) & essential(no, own))
    return _union(node.operands, own)


def _of_call(node: Call, own: str | None) -> frozenset[Input]:
    if node.function in _ASKING and node.target is None:
        return frozenset()
    target = essential(node.target, own) if node.target is not None else frozenset[Input]()
    return target if node.function in _MACROS else target | _union(node.arguments, own)


def _union(nodes: tuple[Node, ...], own: str | None) -> frozenset[Input]:
    return frozenset(each for node in nodes for each in essential(node, own))


def _of_name(node: Node, own: str | None) -> frozenset[Input]:
    path = path_of(node)
    if len(path) == 1 and own:
        return frozenset({("own", "", own, path[0])})
    if len(path) == 2 and path[0] not in _NO_FORM:
        return frozenset({("latest", "", path[0], path[1])})
    if len(path) == 4 and path[0] == "at":
        return frozenset({("at", path[1], path[2], path[3])})
    return frozenset()
