"""What a profile leaves of a subject's data: pseudonyms, shifted dates, dropped items; every act counted.

`full` changes nothing. `limited` gives the subject a pseudonym, drops direct identifiers, moves dates by the
subject's own days and drops free text in which the scan finds something. `public` drops quasi-identifiers
(but sex, and age below 90) and all free text too, and names sites by a recoded number. Both drop who did
what, and of an allocation by a blinded list everything.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Final

from edc.exchange import keyed
from edc.exchange.free_text import findings
from edc.exchange.identifiers import DATE, DIRECT, FREE_TEXT, QUASI
from edc.exchange.record import Allocated, Case, Coded, Decided, Event, Form, Reported, Subject, Value

FULL, LIMITED, PUBLIC = "full", "limited", "public"
TOP_AGE: Final = 90
DROPPED_MISSING: Final = "missing code dropped"
KEPT_QUASI: Final = frozenset({"SEX"})


@dataclass
class Log:
    """How often each act was done, by (item OID or key, act); what a reader of the package may know."""

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)

    def note(self, what: str, act: str) -> None:
        self.counts[(what, act)] += 1

    def dropped(self, item_oid: str) -> tuple[int, int]:
        """Return how many values and how many missing codes of an item were left out."""
        acts = {act: count for (what, act), count in self.counts.items() if what == item_oid}
        values = sum(count for act, count in acts.items() if act.startswith("dropped"))
        return values, acts.get(DROPPED_MISSING, 0)

    def lines(self) -> list[tuple[str, str, int]]:
        return [(what, act, count) for (what, act), count in sorted(self.counts.items())]


@dataclass(frozen=True)
class Disclosure:
    """A profile bound to a study's secret; `sites` maps real site OIDs to what is shown of them."""

    profile: str
    study_oid: str
    secret: bytes = field(repr=False)
    classes: Mapping[str, str]
    sites: Mapping[str, str]
    log: Log

    @property
    def keeps_people(self) -> bool:
        """Whether passes, queries, signatures and reasons, which name people, stay in."""
        return self.profile == FULL

    def of(self, subject: Subject) -> Subject:
        """Return what the profile leaves of a subject."""
        if self.profile == FULL:
            return subject
        days = keyed.shift_days(self.secret, self.study_oid, subject.key)
        key = keyed.pseudonym(self.secret, self.study_oid, self.profile, subject.key)
        self.log.note("SUBJECT", "pseudonym")
        site = self.sites[subject.site]
        if site != subject.site:
            self.log.note("SITE", "recoded")
        return replace(
            subject,
            key=key,
            site=site,
            enrolled_at=moved(subject.enrolled_at[:10], days),
            events=tuple(self._event(event, days) for event in subject.events),
            allocation=self._allocation(subject.allocation, days),
            cases=self._cases(subject.cases, days),
        )

    def _allocation(self, held: Allocated | None, days: int) -> Allocated | None:
        """Keep arm, stratum and day of an open list, publicly arm and day; of a blinded list nothing.

        List and sequence lead whoever has the file to the subject, and a stratum may name the site.
        """
        if held is None or held.blinded:
            return None
        stratum = "" if self.profile == PUBLIC else held.stratum
        return replace(held, list_sha256="", sequence=0, stratum=stratum, by="", at=moved(held.at[:10], days))

    def _cases(self, held: tuple[Case, ...] | None, days: int) -> tuple[Case, ...] | None:
        if held is None:
            return None
        return tuple(self._case(each, number, days) for number, each in enumerate(held, start=1))

    def _case(self, held: Case, number: int, days: int) -> Case:
        """Number the subject's own cases from 1, drop people and words, and move every moment."""
        return replace(
            held,
            number=str(number),
            aware_at=moved(held.aware_at, days),
            opened_at=moved(held.opened_at, days),
            due_at=moved(held.due_at, days),
            closed_reason="",
            reports=tuple(self._report(each, days) for each in held.reports),
        )

    def _report(self, held: Reported, days: int) -> Reported:
        due, at = moved(held.due_at, days), moved(held.at, days)
        decisions = tuple(self._decision(each, days) for each in held.decisions)
        return replace(held, due_at=due, at=at, by="", decisions=decisions)

    def _decision(self, held: Decided, days: int) -> Decided:
        return replace(held, by="", comment="", at=moved(held.at, days))

    def _event(self, event: Event, days: int) -> Event:
        return replace(
            event,
            planned=moved(event.planned, days),
            held=moved(event.held, days),
            missed_reason="",
            forms=tuple(self._form(form, days) for form in event.forms),
        )

    def _form(self, form: Form, days: int) -> Form:
        kept = (self._value(value, days) for value in form.values)
        values = tuple(value for value in kept if value is not None)
        return replace(
            form, values=values, passes=(), resolved=(), signed=(), queries=(), content_sha256="",
            coded=tuple(self._coded(each) for each in form.coded if self._keeps_code(each)),
        )  # fmt: skip

    def _keeps_code(self, coded: Coded) -> bool:
        """Tell whether the term of a value stays in: not of what names people, publicly not of what may."""
        named = self.classes.get(coded.path.partition("[")[0], FREE_TEXT)
        return named != DIRECT and (self.profile, named) != (PUBLIC, QUASI)

    def _coded(self, coded: Coded) -> Coded:
        return replace(coded, coder="", approver="", approved_at="")

    def _value(self, value: Value, days: int) -> Value | None:
        value = replace(value, updated_at="", raw="" if value.value is None else value.raw)
        act = _ACTS.get((self.profile, self.classes.get(value.item_oid, FREE_TEXT)))
        if act is None:
            return value
        if value.missing:
            if act is not _drop:
                return value
            self.log.note(value.item_oid, DROPPED_MISSING)
            return None
        left, words = act(value, days)
        if words:
            self.log.note(value.item_oid, words)
        return left


def _drop(value: Value, days: int) -> tuple[Value | None, str]:
    return None, "dropped"


def _shift(value: Value, days: int) -> tuple[Value | None, str]:
    there = moved(str(value.value), days)
    if not there:
        return None, "dropped: no readable date"
    return replace(
        value, value=there, standard=there if value.standard is not None else None, raw=there
    ), "date shifted"


def _scan(value: Value, days: int) -> tuple[Value | None, str]:
    found = findings(str(value.value))
    return (None, f"dropped: {', '.join(found)}") if found else (value, "kept: scan found nothing")


def _generalise(value: Value, days: int) -> tuple[Value | None, str]:
    """Keep sex, and an age, the highest ages as one; drop any other quasi-identifier."""
    name = value.item_oid.rpartition(".")[2]
    if name in KEPT_QUASI:
        return value, ""
    if name != "AGE" or value.value is None:
        return None, "dropped"
    if float(value.value) < TOP_AGE:
        return value, ""
    return replace(value, value=TOP_AGE, standard=TOP_AGE, raw=str(TOP_AGE)), f"top-coded at {TOP_AGE}"


Act = Callable[[Value, int], tuple[Value | None, str]]
_ACTS: dict[tuple[str, str], Act] = {
    (LIMITED, DIRECT): _drop,
    (LIMITED, DATE): _shift,
    (LIMITED, FREE_TEXT): _scan,
    (PUBLIC, DIRECT): _drop,
    (PUBLIC, QUASI): _generalise,
    (PUBLIC, DATE): _shift,
    (PUBLIC, FREE_TEXT): _drop,
}


def moved(text: str, days: int) -> str:
    """Return an ISO date, date with time, or partial date moved back; "" for none or what is no date.

    A month or a year is moved by its first day and cut to the same length again. The time of day stays.
    """
    if not text:
        return ""
    day, rest = text[:10], text[10:]
    whole = day + "-01" * (2 - day.count("-"))
    try:
        there = (date.fromisoformat(whole) - timedelta(days=days)).isoformat()
    except (ValueError, OverflowError):
        return ""
    return there[: len(day)] + rest


def recoded(study_oid: str, secret: bytes, sites: list[str], profile: str) -> dict[str, str]:
    """Return the name shown for each site: its own, or for the public a number in a secret order."""
    if profile != PUBLIC:
        return {site: site for site in sites}
    order = sorted(sites, key=lambda site: keyed.digest(secret, "site", f"{study_oid}\0{site}"))
    return {site: f"C{number:02d}" for number, site in enumerate(order, start=1)}
