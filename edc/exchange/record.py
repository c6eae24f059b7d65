"""One subject's data as a snapshot holds them and every writer reads them; JSON both ways.

The JSON is canonical (sorted keys, no blanks), so equal data have equal bytes. Values and drafts that were
not reconciled are never in it: the caller leaves them out.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Value:
    """A final value: `value` and `raw` in the unit entered, `standard` in the item's standard unit."""

    item_oid: str
    row_key: str
    value: Any
    missing: str
    raw: str
    unit: str
    standard: Any
    derived: bool
    formula: str
    stream: str
    updated_at: str

    @property
    def path(self) -> str:
        return f"{self.item_oid}[{self.row_key}]" if self.row_key else self.item_oid


@dataclass(frozen=True, slots=True)
class Pass:
    """A sealed record of one stream: entry-1, entry-2, adjudicated, import."""

    stream: str
    revision: int
    observer: str
    sealed_at: str
    reason: str
    items: dict[str, dict]
    rows: dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Resolved:
    """A disagreement of the two passes, and the value that a third person named."""

    path: str
    kind: str
    first: Any
    second: Any
    choice: str
    entry: Any
    reason: str
    resolver: str
    resolved_at: str


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature with the hash of what was signed; broken where the content changed afterwards."""

    signer: str
    name: str
    role: str
    meaning: str
    signed_at: str
    content_sha256: str
    broken_at: str = ""
    broken_reason: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of a query's thread."""

    author: str
    text: str
    state_after: str
    written_at: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A query with its thread."""

    number: int
    path: str
    origin: str
    rule_oid: str
    state: str
    text_zh: str
    text_en: str
    raised_by: str
    raised_at: str
    turns: tuple[Turn, ...] = ()


@dataclass(frozen=True, slots=True)
class Coded:
    """The approved term of a value. `classes` are level, code, zh and en above it, widest first."""

    path: str
    dictionary: str
    version: str
    level: str
    code: str
    zh: str
    en: str
    classes: tuple[tuple[str, str, str, str], ...]
    coder: str
    approver: str
    approved_at: str


@dataclass(frozen=True, slots=True)
class Form:
    """A form of a visit, pinned to a design version; without values as long as it is not complete."""

    number: int
    oid: str
    repeat_key: int
    status: str
    entry_mode: str
    design: int
    content_sha256: str
    values: tuple[Value, ...] = ()
    passes: tuple[Pass, ...] = ()
    resolved: tuple[Resolved, ...] = ()
    signed: tuple[Signed, ...] = ()
    queries: tuple[Asked, ...] = ()
    coded: tuple[Coded, ...] = ()

    @property
    def is_final(self) -> bool:
        """Whether the form has its one record; a final form may still hold no value."""
        return self.status in FINAL


@dataclass(frozen=True, slots=True)
class Event:
    """A visit with its forms."""

    oid: str
    repeat_key: int
    planned: str
    held: str
    status: str
    missed_reason: str
    forms: tuple[Form, ...] = ()

    @property
    def date(self) -> str:
        """When it took place, else when it was planned; empty without either."""
        return self.held or self.planned


@dataclass(frozen=True, slots=True)
class Allocated:
    """The place of a list of allocations that a subject got; `arm` is empty of a blinded list."""

    list_sha256: str
    blinded: bool
    stratum: str
    sequence: int
    arm: str
    by: str
    at: str
    stratum_from_data: bool | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """What one person of the committee decided on a report."""

    causality: str
    expectedness: str
    action: str
    comment: str
    by: str
    at: str


@dataclass(frozen=True, slots=True)
class Reported:
    """One report of a serious adverse event, with the deadline that it answers; number 1 is the first."""

    number: int
    final: bool
    due_at: str
    late: bool
    by: str
    at: str
    decisions: tuple[Decided, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """A serious adverse event from the moment the site knew; `row_key` is None where no form tells of it."""

    number: str
    form_number: int
    row_key: str | None
    state: str
    by_hand: bool
    aware_at: str
    opened_at: str
    due_at: str
    closed_reason: str
    reports: tuple[Reported, ...] = ()


@dataclass(frozen=True, slots=True)
class Subject:
    """A subject with everything the snapshot holds of it."""

    key: str
    site: str
    status: str
    cohort: str
    synthetic: bool
    enrolled_at: str
    events: tuple[Event, ...] = ()
    allocation: Allocated | None = None
    cases: tuple[Case, ...] | None = ()
    shift_days: int = field(default=0, compare=False)

    def forms(self) -> Iterator[tuple[Event, Form]]:
        return ((event, form) for event in self.events for form in event.forms)

    def with_forms(self, events: tuple[Event, ...]) -> "Subject":
        return replace(self, events=events)


FINAL = frozenset({"complete", "verified", "signed", "locked"})


def to_json(subject: Subject) -> bytes:
    """Return the canonical JSON of a subject, UTF-8."""
    content = asdict(subject)
    del content["shift_days"]
    for event in content["events"]:
        for form in event["forms"]:
            form["values"] = [list(each.values()) for each in form["values"]]
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def from_json(content: bytes) -> Subject:
    """Return the subject whose `to_json` this is."""
    held = json.loads(content)
    events = tuple(_event(each) for each in held.pop("events"))
    allocation, cases = held.pop("allocation", None), held.pop("cases", None)
    return Subject(
        **held,
        events=events,
        allocation=Allocated(**allocation) if allocation else None,
        cases=None if cases is None else tuple(_case(each) for each in cases),
    )


def _event(held: dict) -> Event:
    forms = tuple(_form(each) for each in held.pop("forms"))
    return Event(**held, forms=forms)


def _form(held: dict) -> Form:
    return Form(
        **held
        | {
            "values": tuple(Value(*each) for each in held["values"]),
            "passes": tuple(Pass(**each) for each in held["passes"]),
            "resolved": tuple(Resolved(**each) for each in held["resolved"]),
            "signed": tuple(Signed(**each) for each in held["signed"]),
            "queries": tuple(_asked(each) for each in held["queries"]),
            "coded": tuple(_coded(each) for each in held.get("coded", ())),
        }
    )


def _asked(held: dict) -> Asked:
    turns = tuple(Turn(**each) for each in held.pop("turns"))
    return Asked(**held, turns=turns)


def _coded(held: dict) -> Coded:
    classes = tuple((each[0], each[1], each[2], each[3]) for each in held.pop("classes"))
    return Coded(**held, classes=classes)


def _case(held: dict) -> Case:
    reports = tuple(
        Reported(**each | {"decisions": tuple(Decided(**said) for said in each["decisions"])})
        for each in held.pop("reports")
    )
    return Case(**held, reports=reports)


def sha256_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
