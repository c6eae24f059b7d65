"""The compiled design of one study:
what `edc` stores as an immutable version and every rule is evaluated against.
"""

import hashlib
import json
from dataclasses import dataclass, field
from functools import cached_property

from edc.design.codec import decode, encode
from edc.design.items import CodeList, FormDef, ItemDef, Text
from edc.design.protocol import (
    Arm,
    Decision,
    EligibilityRule,
    EntryPlan,
    Ethics,
    EventDef,
    EventForm,
    ImagingProtocol,
    Institution,
    OutcomeDef,
    Period,
    Registration,
    RuleCase,
    RuleDef,
    SiteDef,
    SourcePlan,
)


@dataclass(frozen=True)
class StudyDesign:
    """One study, complete: only the items, codelists and institutions that this study uses.

    The accessors raise KeyError for an OID that the design lacks.
    """

    oid: str
    code: str
    subject_prefix: str
    short_title: Text
    title: Text
    registration: Registration
    ethics: Ethics
    recruiting: Period
    arms: tuple[Arm, ...]
    index_item: str
    consent_item: str
    entry: EntryPlan
    forms: tuple[FormDef, ...]
    codelists: tuple[CodeList, ...]
    sites: tuple[SiteDef, ...]
    institutions: tuple[Institution, ...]
    events: tuple[EventDef, ...]
    eligibility: tuple[EligibilityRule, ...]
    rules: tuple[RuleDef, ...]
    imaging: tuple[ImagingProtocol, ...]
    outcomes: tuple[OutcomeDef, ...]
    design: Text | None = None
    objective: Text | None = None
    sponsor: Text | None = None
    sponsor_institution: str | None = None
    source: SourcePlan | None = None
    execution: Period | None = None
    decisions: tuple[Decision, ...] = ()
    stratification: tuple[str, ...] = ()
    coded: dict[str, str] = field(default_factory=dict)
    settings: dict[str, str | float | bool] = field(default_factory=dict)
    cases: tuple[RuleCase, ...] = ()

    def to_json(self) -> str:
        """Return canonical JSON: sorted keys, no blanks, UTF-8 text, defaults left out."""
        return json.dumps(
            encode(self), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
        )

    @classmethod
    def from_json(cls, text: str) -> "StudyDesign":
        """Return the design whose ``to_json`` is this text."""
        return decode(cls, json.loads(text))

    @cached_property
    def sha256(self) -> str:
        """Hex digest of the canonical JSON."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    def form(self, oid: str) -> FormDef:
        return self._forms[oid]

    def form_of_item(self, oid: str) -> FormDef:
        return self._items[oid][0]

    def item(self, oid: str) -> ItemDef:
        return self._items[oid][1]

    def source_of(self, form_oid: str, item: ItemDef | None = None) -> str | None:
        """Return the master record of a form or of an item in it: edc, paper or his.

        None where the study declares none, and for a derived item, which has no other record.
        """
        if self.source is None or (item is not None and item.type == "derived"):
            return None
        by_form = self.source.forms.get(form_oid, self.source.default)
        return self.source.items.get(item.oid, by_form) if item else by_form

    def codelist(self, oid: str) -> CodeList:
        return self._codelists[oid]

    def codelist_of(self, item: ItemDef) -> CodeList | None:
        """Return the codelist of an item, None where it has none."""
        return self._codelists[item.codelist] if item.codelist else None

    def event(self, oid: str) -> EventDef:
        return self._events[oid]

    def has_event(self, oid: str) -> bool:
        """Tell whether the schedule has the event: one with data may be gone from a later version."""
        return oid in self._events

    def site(self, oid: str) -> SiteDef:
        return self._sites[oid]

    def rules_for(self, form_oid: str) -> tuple[RuleDef, ...]:
        """Return the edit checks that are asked on this form, in the order of the files."""
        return tuple(rule for rule in self.rules if rule.form == form_oid and rule.check)

    def forms_of_event(self, event_oid: str) -> tuple[tuple[EventForm, FormDef], ...]:
        """Return the forms planned in an event with their definitions, in order."""
        return tuple((planned, self.form(planned.form)) for planned in self.event(event_oid).forms)

    def events_of_form(self, form_oid: str) -> tuple[EventDef, ...]:
        return tuple(event for event in self.events if any(f.form == form_oid for f in event.forms))

    def entry_mode(self, form_oid: str, event_oid: str | None = None) -> str:
        """Return ``double``, ``single``, ``items`` or ``sampled``: the event's word, else the form's, else
        the study's.
        """
        planned = self.event(event_oid).forms if event_oid else ()
        of_event = next((each.entry for each in planned if each.form == form_oid and each.entry), None)
        return of_event or self.entry.forms.get(form_oid, self.entry.default)

    def items_twice(self, form_oid: str) -> tuple[str, ...]:
        """Return the items of a form that are entered twice where its entry is by items."""
        critical = tuple(item.oid for item in self.form(form_oid).items if item.critical and item.is_typed_in)
        return self.entry.items.get(form_oid) or critical

    def entry_percent(self, form_oid: str) -> int:
        """Return the percentage of a form's copies that its design draws for a second pass."""
        return self.entry.rates.get(form_oid, 100 if self.entry.rate is None else self.entry.rate)

    @cached_property
    def _forms(self) -> dict[str, FormDef]:
        return {form.oid: form for form in self.forms}

    @cached_property
    def _items(self) -> dict[str, tuple[FormDef, ItemDef]]:
        return {item.oid: (form, item) for form in self.forms for item in form.items}

    @cached_property
    def _codelists(self) -> dict[str, CodeList]:
        return {codelist.oid: codelist for codelist in self.codelists}

    @cached_property
    def _events(self) -> dict[str, EventDef]:
        return {event.oid: event for event in self.events}

    @cached_property
    def _sites(self) -> dict[str, SiteDef]:
        return {site.oid: site for site in self.sites}
