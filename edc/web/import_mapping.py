"""The page on which each column of a file gets its meaning: shown from a mapping, read back from the form."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from django.http import QueryDict
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from edc.design.study import StudyDesign
from edc.errors import InvalidInput
from edc.exchange.mapping import Mapping
from edc.exchange.names import Names
from edc.exchange.table_read import Table

ROLES: dict[str, Promise] = {
    "subject": gettext_lazy("Subject key"),
    "site": gettext_lazy("Site"),
    "event": gettext_lazy("Visit"),
    "event_repeat": gettext_lazy("Number of the visit"),
    "event_date": gettext_lazy("Day of the visit"),
    "form": gettext_lazy("Form"),
    "form_repeat": gettext_lazy("Number of the form"),
    "row": gettext_lazy("Row key"),
    "item": gettext_lazy("Item (long table)"),
    "value": gettext_lazy("Value (long table)"),
    "unit": gettext_lazy("Unit (long table)"),
    "missing": gettext_lazy("Missing code (long table)"),
}
OPTIONS: dict[str, dict[str, Promise]] = {
    "target": {
        "transfer": gettext_lazy("Electronically transferred: the form is complete"),
        "first_pass": gettext_lazy("First pass of double-entry forms; another person enters the second"),
    },
    "blanks": {
        "keep": gettext_lazy("Overwrites nothing"),
        "clear": gettext_lazy("Clears the value held"),
    },
    "subjects": {
        "known": gettext_lazy("Is rejected"),
        "same_key": gettext_lazy("Is added under its own screening number"),
        "new_key": gettext_lazy("Is added under the next screening number"),
    },
}
EXAMPLES = 3
LONGEST_NAMES = 20_000


@dataclass(frozen=True)
class Column:
    """A column as the page shows it: its heading, what stands in it first, and what it means now."""

    number: int
    heading: str
    examples: str
    role: str
    item: str
    unit: str


def columns_of(table: Table, mapping: Mapping) -> list[Column]:
    """Return the columns of a table under a mapping."""
    first = [line.cells for line in islice(table.lines(), EXAMPLES)]
    roles = {heading: role for role, heading in mapping.columns.items()}
    return [
        Column(
            number,
            heading,
            " · ".join(text for cells in first if (text := cells.get(heading, "").strip()))[:80],
            roles.get(heading, ""),
            mapping.items[heading].item if heading in mapping.items else "",
            mapping.items[heading].unit if heading in mapping.items else "",
        )
        for number, heading in enumerate(table.headings)
        if heading
    ]


def item_choices(design: StudyDesign) -> Iterator[tuple[str, str]]:
    """Yield each item that can be imported, with its form and label, for the list under the field."""
    language = translation.get_language() or ""
    for form in design.forms:
        for item in form.items:
            label = f"{form.name.in_language(language)} · {item.label.in_language(language)}"
            yield item.oid, label


def read_posted(posted: QueryDict, table: Table | None, design: StudyDesign, base: Mapping) -> dict:
    """Return the mapping that was posted as plain data; raise InvalidInput naming each wrong field."""
    content = base.to_dict()
    for name, choices in OPTIONS.items():
        content[name] = posted.get(name) if posted.get(name) in choices else next(iter(choices))
    for name in ("events", "item_names"):
        content[name] = _pairs(posted.get(name, ""), name)
    if table is None:
        return content
    names = Names(design, Mapping())
    content |= {"columns": {}, "items": {}, "fixed_event": posted.get("fixed_event", "")}
    for number, heading in enumerate(table.headings):
        role, item = posted.get(f"role-{number}", ""), posted.get(f"item-{number}", "").strip()
        if role in ROLES:
            _refuse_second(content["columns"], role, number)
            content["columns"][role] = heading
        elif item:
            oid = names.item(item)
            if oid is None:
                raise _wrong(f"item-{number}", _("There is no such item: choose one of the list."))
            content["items"][heading] = {"item": oid, "unit": posted.get(f"unit-{number}", "").strip()}
    content["shape"] = "long" if "item" in content["columns"] else "wide"
    return content


def _refuse_second(columns: dict[str, str], role: str, number: int) -> None:
    if role in columns:
        raise _wrong(f"role-{number}", _("Two columns have this meaning: keep one."))


def _pairs(text: str, field: str) -> dict[str, str]:
    """Read lines of `name in the file = name in the study`."""
    if len(text) > LONGEST_NAMES:
        raise _wrong(field, _("Shorten this to %(count)d characters at most.") % {"count": LONGEST_NAMES})
    found = {}
    for line in text.splitlines():
        if not line.strip():
            continue
        name, sign, meaning = line.rpartition("=")
        if not sign or not name.strip() or not meaning.strip():
            raise _wrong(field, _("Write one pair a line: name in the file = name in the study."))
        found[name.strip()] = meaning.strip()
    return found


def _wrong(field: str, message: str) -> InvalidInput:
    return InvalidInput(_("Some fields need correction."), fields={field: message})


def pairs_text(pairs: dict[str, str]) -> str:
    """Return pairs as the lines that `read_posted` reads."""
    return "\n".join(f"{name} = {meaning}" for name, meaning in pairs.items())
