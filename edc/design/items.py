"""Forms, item groups, items and codelists, in the words of CDISC ODM."""

from dataclasses import dataclass
from functools import cached_property

NUMERIC_TYPES = frozenset({"integer", "float"})
DATE_TYPES = frozenset({"date", "partial_date", "datetime"})


@dataclass(frozen=True)
class Text:
    """A text for people in Chinese and English; ``text["zh"]`` and ``text.zh`` are the same."""

    zh: str
    en: str

    def __getitem__(self, language: str) -> str:
        if language not in ("zh", "en"):
            raise KeyError(language)
        return self.zh if language == "zh" else self.en

    def in_language(self, code: str) -> str:
        """Return the text for a language code such as ``zh-hans`` or ``en-gb``;
        Chinese unless English is asked.
        """
        return self.en if code.lower().startswith("en") else self.zh

    def as_dict(self) -> dict[str, str]:
        return {"zh": self.zh, "en": self.en}


@dataclass(frozen=True)
class UnitFactor:
    """Another accepted unit: value in the standard unit = value * factor + offset."""

    unit: str
    factor: float
    offset: float = 0.0


@dataclass(frozen=True)
class Limits:
    """Bounds, both included: numbers in the standard unit, or ISO dates, or ``today``."""

    min: float | str | None = None
    max: float | str | None = None


@dataclass(frozen=True)
class Formula:
    """Name and version of what computes a derived item, stored with each result."""

    name: str
    version: str


@dataclass(frozen=True)
class FilledBy:
    """Who fills a derived item that has no formula: imaging, reads, segmentation, platform or export."""

    source: str
    how: Text


@dataclass(frozen=True)
class Code:
    """One entry of a codelist; a retired one is readable and not offered; ``synonyms`` also find it."""

    code: str
    zh: str
    en: str
    retired: bool = False
    synonyms: tuple[str, ...] = ()

    @property
    def label(self) -> Text:
        return Text(self.zh, self.en)


@dataclass(frozen=True)
class CodeList:
    """A closed list of codes, or the name of the external source of its codes."""

    oid: str
    name: Text
    items: tuple[Code, ...] = ()
    external: str | None = None

    @cached_property
    def codes(self) -> frozenset[str]:
        return frozenset(each.code for each in self.items)

    def code(self, code: str) -> Code | None:
        return next((each for each in self.items if each.code == code), None)

    @property
    def offered(self) -> tuple[Code, ...]:
        return tuple(each for each in self.items if not each.retired)


@dataclass(frozen=True)
class ItemDef:
    """One question of a form; the rules in it are CEL source text, checked when the design is read."""

    oid: str
    name: str
    label: Text
    type: str
    hint: Text | None = None
    value_type: str | None = None
    unit: str | None = None
    units: tuple[UnitFactor, ...] = ()
    fixed_unit: bool = False
    codelist: str | None = None
    required: str = "optional"
    required_when: str | None = None
    show_when: str | None = None
    value: str | None = None
    formula: Formula | None = None
    filled_by: FilledBy | None = None
    decimals: int | None = None
    hard: Limits | None = None
    soft: Limits | None = None
    pattern: str | None = None
    max_length: int | None = None
    read_only: bool = False
    critical: bool = False
    standard: str | None = None
    identifying: str = "none"
    registered_check: str | None = None

    @property
    def answer_type(self) -> str:
        """The type of the value: that of the result for a derived item."""
        return self.value_type or self.type

    @property
    def is_number(self) -> bool:
        return self.answer_type in NUMERIC_TYPES

    @property
    def is_date(self) -> bool:
        return self.answer_type in DATE_TYPES

    @property
    def is_typed_in(self) -> bool:
        """Whether a person enters the value."""
        return self.type != "derived" and not self.read_only

    @property
    def offered_units(self) -> tuple[str, ...]:
        """The units a person may choose, the standard unit first; empty for a pure number."""
        others = () if self.fixed_unit else tuple(each.unit for each in self.units)
        return ((self.unit,) if self.unit else ()) + others


@dataclass(frozen=True)
class ItemGroupDef:
    """Items asked together; a repeating group has rows with keys ``1``, ``2``,
    … that are never used again.
    """

    oid: str
    name: Text
    repeating: bool
    items: tuple[ItemDef, ...]


@dataclass(frozen=True)
class FormDef:
    """A case report form; ``repeats`` is none (once a subject),
    event (once an event) or form (several in one event).
    """

    oid: str
    name: Text
    domain: str
    repeats: str
    item_groups: tuple[ItemGroupDef, ...]
    note: Text | None = None

    @property
    def short_name(self) -> str:
        """The form's name in rules: its OID without ``FO.``."""
        return self.oid.removeprefix("FO.")

    @cached_property
    def items(self) -> tuple[ItemDef, ...]:
        return tuple(item for group in self.item_groups for item in group.items)

    @cached_property
    def items_by_name(self) -> dict[str, ItemDef]:
        return {item.name: item for item in self.items}

    @cached_property
    def items_by_oid(self) -> dict[str, ItemDef]:
        return {item.oid: item for item in self.items}

    @cached_property
    def group_of(self) -> dict[str, ItemGroupDef]:
        """Item name to the group that holds it."""
        return {item.name: group for group in self.item_groups for item in group.items}

    @cached_property
    def repeating_names(self) -> frozenset[str]:
        return frozenset(i.name for group in self.item_groups if group.repeating for i in group.items)
