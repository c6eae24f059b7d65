"""A study design as another system has it, before it is brought into this one's format."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Logic:
    """A condition or calculation in the other system's language; ``negated``: it says when not."""

    language: str
    text: str
    negated: bool = False
    name: str = ""


@dataclass(frozen=True)
class Range:
    """One bound: ``comparator`` LT LE GT GE EQ NE IN NOTIN, the values, and whether it is hard."""

    comparator: str
    values: tuple[str, ...]
    hard: bool


@dataclass
class ForeignItem:
    """One question; ``labels`` by language, empty for an unknown one. ``boxes``: a field for each code."""

    oid: str
    name: str
    kind: str
    labels: dict[str, str] = field(default_factory=dict)
    hint: str = ""
    codelist: str | None = None
    units: list[str] = field(default_factory=list)
    ranges: list[Range] = field(default_factory=list)
    required: bool = False
    show: Logic | None = None
    value: Logic | None = None
    identifying: bool = False
    long: bool = False
    boxes: dict[str, str] = field(default_factory=dict)
    aliases: list[str] = field(default_factory=list)


@dataclass
class ForeignGroup:
    oid: str
    labels: dict[str, str]
    repeating: bool = False
    items: list[ForeignItem] = field(default_factory=list)
    show: Logic | None = None


@dataclass
class ForeignForm:
    oid: str
    labels: dict[str, str]
    repeating: bool = False
    groups: list[ForeignGroup] = field(default_factory=list)


@dataclass
class ForeignEvent:
    oid: str
    labels: dict[str, str]
    forms: list[tuple[str, bool]] = field(default_factory=list)
    kind: str = "common"
    repeating: bool = False
    day: int | None = None
    before: int = 0
    after: int = 0
    other_names: list[str] = field(default_factory=list)


@dataclass
class ForeignStudy:
    """The whole; ``lost`` names what was read and cannot be carried, ``seen`` counts what the file holds."""

    oid: str
    labels: dict[str, str]
    source: str
    date: str = ""
    description: str = ""
    forms: list[ForeignForm] = field(default_factory=list)
    events: list[ForeignEvent] = field(default_factory=list)
    codelists: dict[str, list[tuple[str, dict[str, str]]]] = field(default_factory=dict)
    codelist_labels: dict[str, dict[str, str]] = field(default_factory=dict)
    sites: list[str] = field(default_factory=list)
    seen: dict[str, int] = field(default_factory=dict)
    lost: list["Lost"] = field(default_factory=list)

    def lose(self, what: str, zh: str, en: str) -> None:
        """Note that something could not be carried, or was carried otherwise, and why."""
        self.lost.append(Lost(what, zh, en))


@dataclass(frozen=True)
class Lost:
    """One line of the account: what, and why, in Chinese and English."""

    what: str
    zh: str
    en: str
