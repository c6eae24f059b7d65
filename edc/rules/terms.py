"""What a translated piece of a rule is, and how a wrong one is told."""

from dataclasses import dataclass, field

from edc.rules.kinds import ANY, Kind
from edc.rules.syntax import Node, RuleSyntaxError

PARTIAL_SUFFIX = "__partial"
OWN = "own__"
# Among the values of a form's final record: that there is one, whatever it holds.
RECORDED = "recorded__"
NAMES_ZH = {
    "number": "数字",
    "text": "文字",
    "date": "日期",
    "bool": "真假",
    "list": "列表",
    "record": "行",
    "any": "任意",
}


@dataclass(frozen=True, order=True)
class Read:
    """One input of a rule. ``scope``: own, latest, at, rows or form.rows; ``event`` only for ``at``.

    ``needed`` is False where the rule only asks whether the value is present.
    """

    scope: str
    form: str
    item: str
    event: str = ""
    needed: bool = True


@dataclass(frozen=True)
class Typed:
    """A piece of CEL and the kind of its value; ``read`` where it is a bare reference to an item."""

    code: str
    kind: Kind
    read: Read | None = None


@dataclass
class Translation:
    """The CEL of a rule, the kind of its result, its reads and the functions it calls."""

    code: str = ""
    kind: Kind = ANY
    reads: set[Read] = field(default_factory=set)
    functions: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)


class UnknownName(RuleSyntaxError):
    """A rule names an item or form that the study does not have."""


def fault(node: Node, zh: str, en: str) -> RuleSyntaxError:
    return RuleSyntaxError(node.column, zh, en)


def zh_name(kind: Kind) -> str:
    return NAMES_ZH[kind.base]


def advice(kind: Kind, wanted: Kind) -> str:
    pair = {kind.base, wanted.base}
    if pair == {"number", "text"}:
        return " Use number() on a code."
    return ' Write a day as date("2019-01-01").' if pair == {"date", "text"} else ""
