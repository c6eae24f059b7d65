"""The kinds of value in a rule, and what names a rule may use."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from edc.design.items import ItemDef
from edc.design.study import StudyDesign


@dataclass(frozen=True)
class Kind:
    """A kind of value: number, text, date, partial, bool, list, record or any.

    ``codes`` holds the possible values of a text where they are known, ``element`` the kind in a list,
    ``form`` the form whose rows a record is, ``of_own_form`` that they are those of the record being
    filled.
    """

    name: str
    codes: frozenset[str] | None = None
    element: "Kind | None" = None
    form: str | None = None
    of_own_form: bool = False

    @property
    def base(self) -> str:
        """The name with which values are compared: a partial date that is complete is a date."""
        return "date" if self.name == "partial" else self.name

    def fits(self, wanted: "Kind") -> bool:
        """Whether a value of this kind may stand where ``wanted`` is asked; codes are not looked at."""
        if "any" in (self.base, wanted.base):
            return True
        if self.base == "list" == wanted.base:
            return self.element is None or wanted.element is None or self.element.fits(wanted.element)
        return self.base == wanted.base

    def joined(self, other: "Kind") -> "Kind":
        """Return the kind of a value that is one or the other; the two must fit."""
        if self.base == "any":
            return other
        if self.base == "text" == other.base:
            both = self.codes is not None and other.codes is not None
            return replace(
                TEXT, codes=(self.codes or frozenset()) | (other.codes or frozenset()) if both else None
            )
        if self.base == "list" and self.element is None:
            return other
        return DATE if self.base == "date" else self


NUMBER, TEXT, DATE, PARTIAL = Kind("number"), Kind("text"), Kind("date"), Kind("partial")
BOOL, ANY = Kind("bool"), Kind("any")
YES_NO = Kind("text", codes=frozenset({"Y", "N"}))
ROW_FIELDS = {"EVENT": TEXT, "EVENT_DATE": DATE, "RECORD": NUMBER}
_BY_TYPE = {
    "integer": NUMBER,
    "float": NUMBER,
    "date": DATE,
    "datetime": DATE,
    "partial_date": PARTIAL,
    "yes_no": YES_NO,
}


def list_of(element: Kind | None) -> Kind:
    return Kind("list", element=element)


def kind_of_item(item: ItemDef, codes: frozenset[str] | None) -> Kind:
    """Return the kind of an item's value.

    ``codes`` are those of its codelist, None for an open or external one.
    """
    if item.answer_type == "multi":
        return list_of(replace(TEXT, codes=codes))
    kind = _BY_TYPE.get(item.answer_type, TEXT)
    return replace(TEXT, codes=codes) if kind is TEXT and codes else kind


@dataclass(frozen=True)
class Namespace:
    """The names that rules of a study may use.

    ``forms`` maps the form's short name to its items' kinds, ``repeating`` to the names in repeating
    groups, ``events`` an event's rule name to the short names of its forms. ``own`` is the form a rule
    stands on, None for eligibility. ``broken`` names forms with faults of their own: anything may be read
    from them.
    """

    forms: Mapping[str, Mapping[str, Kind]]
    repeating: Mapping[str, frozenset[str]] = field(default_factory=dict)
    events: Mapping[str, frozenset[str]] = field(default_factory=dict)
    settings: Mapping[str, str | float | bool] = field(default_factory=dict)
    own: str | None = None
    broken: frozenset[str] = frozenset()

    def on_form(self, short_name: str | None) -> "Namespace":
        """Return the same names seen from a rule on a form."""
        return replace(self, own=short_name)


def namespace_of(design: StudyDesign) -> Namespace:
    """Return the names of a design for rules without own form; ``on_form`` gives those of a form's rules."""
    codes = {each.oid: each.codes if each.items else None for each in design.codelists}
    forms = {
        form.short_name: {
            item.name: kind_of_item(item, codes.get(item.codelist or "")) for item in form.items
        }
        for form in design.forms
    }
    repeating = {form.short_name: form.repeating_names for form in design.forms}
    events = {
        event.rule_name: frozenset(planned.form.removeprefix("FO.") for planned in event.forms)
        for event in design.events
    }
    return Namespace(forms=forms, repeating=repeating, events=events, settings=design.settings)
