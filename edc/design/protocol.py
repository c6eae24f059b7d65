"""The parts of a protocol around the forms: sites, schedule, criteria, edit checks, imaging and outcomes."""

from dataclasses import dataclass, field

from edc.design.items import Text


@dataclass(frozen=True)
class Decision:
    """An oddity of the registration, the default shipped and who must confirm it."""

    oddity: str
    default: Text
    text: Text | None = None
    decided_by: str | None = None


@dataclass(frozen=True)
class Period:
    """ISO dates; ``end`` is None when open."""

    start: str
    end: str | None = None


@dataclass(frozen=True)
class Registration:
    """How (prospective or retrospective) and when the study was registered."""

    status: str
    date: str


@dataclass(frozen=True)
class Ethics:
    """Number and date of the ethics approval."""

    number: str
    date: str


@dataclass(frozen=True)
class Arm:
    """A group with its registered target; ``cohort`` is the code that puts a subject in it."""

    oid: str
    name: Text
    target_n: int | None = None
    cohort: str | None = None


@dataclass(frozen=True)
class Institution:
    """A hospital under its key, with every name it is known by."""

    key: str
    name: Text
    aliases: tuple[str, ...] = ()
    country: str = "CN"
    province: Text | None = None
    city: Text | None = None
    level: str | None = None
    note: Text | None = None


@dataclass(frozen=True)
class SiteDef:
    """An institution in this study, named as registered; ``enrols`` is False for a coordinating centre."""

    oid: str
    institution: str
    name: Text
    principal: bool = False
    enrols: bool = True


@dataclass(frozen=True)
class Window:
    """Days before and after the planned day that are still on time."""

    before: int
    after: int


@dataclass(frozen=True)
class EventForm:
    """A form in an event; ``entry`` (double or single) overrides the study's."""

    form: str
    mandatory: bool
    entry: str | None = None


@dataclass(frozen=True)
class EventDef:
    """A visit; a scheduled one lies ``day`` days from its anchor (enrolment, index,
    consent, an event's OID or a date item's OID).
    """

    oid: str
    name: Text
    kind: str
    forms: tuple[EventForm, ...]
    anchor: str | None = None
    day: int | None = None
    window: Window | None = None
    repeats: bool = False
    repeat_every_days: int | None = None
    max_repeats: int | None = None
    note: Text | None = None
    decision: Decision | None = None

    @property
    def rule_name(self) -> str:
        """The event's name in rules: its OID with ``_`` for each dot."""
        return self.oid.replace(".", "_")


@dataclass(frozen=True)
class EligibilityRule:
    """A criterion; ``rule`` TRUE means its sentence holds, None means that a person answers it."""

    oid: str
    category: str
    text: Text
    rule: str | None = None
    applies_when: str | None = None
    provisional: bool = False
    decision: Decision | None = None


@dataclass(frozen=True)
class RuleDef:
    """An edit check: ``check`` must hold wherever ``when`` holds;
    one with ``platform`` is held by the program itself.
    """

    oid: str
    severity: str
    message: Text
    form: str | None = None
    items: tuple[str, ...] = ()
    check: str | None = None
    when: str | None = None
    platform: str | None = None
    registered: str | None = None
    decision: Decision | None = None


@dataclass(frozen=True)
class CaseRecord:
    """A form record of a made-up subject: canonical values by item name, ``rows`` of its repeating group."""

    form: str
    values: dict[str, str | int | list[str]] = field(default_factory=dict)
    rows: tuple[dict[str, str | int | list[str]], ...] = ()
    event: str = "SE.BASELINE"
    day: str = "2024-01-10"
    sequence: int = 1


@dataclass(frozen=True)
class RuleCase:
    """What a rule must say of made-up records.

    For an edit check ``filled`` is the record it is asked on and ``says`` holds, flags, not asked or not
    evaluable; for a criterion true, false, not evaluable or not applicable. ``today`` is an ISO date.
    One with a ``note`` is no case: it says why no case can show something of the rule.
    """

    rule: str
    says: str = ""
    filled: CaseRecord | None = None
    others: tuple[CaseRecord, ...] = ()
    today: str = "2026-11-21"
    note: Text | None = None


@dataclass(frozen=True)
class ImagingWindow:
    """Acquisition date minus the anchor, in days, both ends included."""

    anchor: str
    from_day: int
    to_day: int


@dataclass(frozen=True)
class ImagingProtocol:
    """What one acquisition must be:
    phases or sequences, slice thickness in mm, field strength in tesla, time window.
    """

    oid: str
    name: Text
    form: str
    event: str
    modality: str
    required: bool
    phases: tuple[str, ...] = ()
    sequences: tuple[str, ...] = ()
    min_sequences: int | None = None
    slice_thickness_max_mm: float | dict[str, float] | None = None
    field_strength_min_t: float | None = None
    field_strength_exact_t: float | None = None
    window: ImagingWindow | None = None
    alternative_of: str | None = None
    decision: Decision | None = None
    note: Text | None = None


@dataclass(frozen=True)
class OutcomeDef:
    """A registered outcome, primary or secondary."""

    oid: str
    kind: str
    name: Text
    definition: Text | None = None
    timepoint: Text | None = None
    method: Text | None = None
    decision: Decision | None = None


@dataclass(frozen=True)
class SourcePlan:
    """Which record is the master where several stand side by side: ``edc`` (entered here first), ``paper`` or
    ``his`` (the hospital's systems), by default, by form and by item; the closest one holds.

    ``said`` is what the protocol says of it, or that it says nothing.
    """

    default: str
    forms: dict[str, str] = field(default_factory=dict)
    items: dict[str, str] = field(default_factory=dict)
    said: Text | None = None


@dataclass(frozen=True)
class EntryPlan:
    """How forms are entered, by default and by form: ``double``, ``single``, ``items`` or ``sampled``.

    ``items`` lists by form the items entered twice where the mode is items; the form's critical ones where
    none are listed. ``rate`` and by form ``rates`` is the percentage of copies drawn for a second pass where
    the mode is sampled. The limits, in percent, are those of the plan of double entry; ``recheck`` asks the
    second person once to check what differs.
    """

    default: str
    forms: dict[str, str] = field(default_factory=dict)
    items: dict[str, tuple[str, ...]] = field(default_factory=dict)
    rate: int | None = None
    rates: dict[str, int] = field(default_factory=dict)
    limit: float = 0.5
    critical_limit: float = 0.1
    recheck: bool = False
