"""Finding what a file means by a name: items, events, forms and sites by OID, name or label."""

from collections.abc import Iterable
from functools import lru_cache

from edc.design.items import CodeList, ItemDef
from edc.design.study import StudyDesign
from edc.design.written import narrowed
from edc.exchange.mapping import Mapping
from edc.exchange.odm_write.names import location_oid


def key_of(text: str) -> str:
    """Return the form in which names are compared: narrow, without case and outer blanks."""
    return narrowed(text).casefold()


class Names:
    """The names by which a file may call the parts of a design; an ambiguous name finds nothing."""

    def __init__(self, design: StudyDesign, mapping: Mapping) -> None:
        self.design, self.mapping = design, mapping
        self._items = _unique(_item_names(design))
        self._events = _unique(
            (name, each.oid) for each in design.events for name in _of(each.oid, each.name)
        )
        self._forms = _unique(
            (name, each.oid) for each in design.forms for name in (*_of(each.oid, each.name), each.oid[3:])
        )
        self._sites = _unique(
            (name, each.oid)
            for each in design.sites
            for name in (*_of(each.oid, each.name), location_oid(each.oid))
        )
        self._item_cached = lru_cache(maxsize=None)(self._item)
        self.event = lru_cache(maxsize=None)(self._event)

    def item(self, name: str, form: str = "", group: str = "") -> str | None:
        """Return the item's OID; a name that several forms use is told apart by form and group."""
        path = f"{form}/{group}/{name}"
        return self._item_cached(path if path in self.mapping.item_names else name)

    def _item(self, name: str) -> str | None:
        return self._items.get(key_of(self.mapping.item_names.get(name, name)))

    def _event(self, name: str) -> str | None:
        return self._events.get(key_of(self.mapping.events.get(name, name)))

    def form(self, name: str) -> str | None:
        return self._forms.get(key_of(self.mapping.forms.get(name, name)))

    def site(self, name: str) -> str | None:
        return self._sites.get(key_of(self.mapping.sites.get(name, name)))


def _of(oid: str, text: object) -> tuple[str, str, str]:
    return oid, text.zh, text.en  # type: ignore[attr-defined]


def _item_names(design: StudyDesign) -> Iterable[tuple[str, str]]:
    for form in design.forms:
        for item in form.items:
            short = form.oid[3:]
            yield from (
                (name, item.oid) for name in (item.oid, f"{short}.{item.name}", f"{short}_{item.name}")
            )
            yield from ((name, item.oid) for name in (item.name, item.label.zh, item.label.en))


def _unique(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    twice: set[str] = set()
    for name, oid in pairs:
        key = key_of(name)
        if key and found.setdefault(key, oid) != oid:
            twice.add(key)
    return {key: oid for key, oid in found.items() if key not in twice}


def code_for(item: ItemDef, codelist: CodeList | None, text: str) -> str:
    """Return the code whose code or label the text is; the text itself where there is none or several."""
    if codelist is None or text in codelist.codes:
        return text
    key = key_of(text)
    alike = {each.code for each in codelist.items if key in (key_of(each.zh), key_of(each.en))}
    return alike.pop() if len(alike) == 1 else text
