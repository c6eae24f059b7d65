"""The plan of an import: every cell of the file judged, every form's new record, nothing written."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date

from edc import audit
from edc.design.study import StudyDesign
from edc.design.written import day as read_day
from edc.exchange.mapping import Mapping
from edc.exchange.source import SourceCell
from edc.models import DesignVersion, FormInstance, ImportCell, ImportedForm, Site, Study, StudyEvent, Subject
from edc.rules.subject_values import FinalRecord, SubjectValues
from edc.selectors.activation import active_versions
from edc.selectors.formulas import rules_design
from edc.selectors.import_state import (
    CHUNK,
    HeldForm,
    HeldSubject,
    Place,
    closed_sites,
    day_of,
    held_subjects,
    number_of,
    subjects_named,
    underlying_sha256,
)
from edc.services.data_import import words
from edc.services.data_import.form_plan import CellReport, FormPlan, FormPlanner, refused
from edc.services.data_import.placing import NotPlaced, Placed, Placing
from edc.services.data_import.words import Words
from edc.services.entry.consent import CONSENT_TYPE, CONSENTED, RULE

Outcome = ImportCell.Outcome
How = ImportedForm.How
Status = FormInstance.Status
Progress = Callable[[int, int], None]


@dataclass
class PlannedForm:
    """A form to be written: where, how, and the record it gets."""

    subject_key: str
    site: Site
    subject: Subject | None
    place: Place
    event_date: str
    plan: FormPlan


@dataclass
class Plan:
    """All that a file would do."""

    forms: list[PlannedForm] = field(default_factory=list)
    cells: list[CellReport] = field(default_factory=list)
    sites: set[int] = field(default_factory=set)
    subjects: int = 0
    new_subjects: int = 0
    underlying: str = ""

    def sha256(self) -> str:
        """Return the hash of what would be written."""
        return audit.digest(
            [[each.subject_key, each.place, each.plan.how, each.plan.record] for each in self.forms]
        )


class Planner:
    """Plans a file for one study, at the sites where the actor may import."""

    def __init__(
        self, *, study: Study, version: DesignVersion, mapping: Mapping, sites: Iterable[Site], today: date
    ) -> None:
        self.study, self.version, self.mapping, self.today = study, version, mapping, today
        self.allowed = {site.pk for site in sites}
        self.closed = closed_sites(study)
        self.sites = {site.oid: site for site in study.sites.all()}
        self.by_number = {site.number: site for site in self.sites.values()}
        self.placing: dict[int, Placing] = {}
        self.in_use: dict[int, DesignVersion] = {}
        self.rules: dict[int, StudyDesign] = {}
        self.result = Plan()

    def plan(self, cells: Iterable[SourceCell], progress: Progress = lambda done, total: None) -> Plan:
        """Return the plan of all cells; `progress` is told how many subjects are done."""
        by_subject: dict[str, list[SourceCell]] = {}
        for cell in cells:
            by_subject.setdefault(cell.subject, []).append(cell)
        known = subjects_named(self.study, by_subject)
        self.result.subjects = len(by_subject)
        prints: list[HeldSubject] = []
        keys = list(by_subject)
        for start in range(0, len(keys), CHUNK):
            part = keys[start : start + CHUNK]
            held = held_subjects(known[key] for key in part if key in known)
            prints += held.values()
            for key in part:
                self._subject(key, by_subject[key], held[known[key].pk] if key in known else None)
            progress(start + len(part), len(keys))
        self.result.underlying = underlying_sha256(prints, set(keys) - set(known))
        return self.result

    def _subject(self, key: str, cells: list[SourceCell], held: HeldSubject | None) -> None:
        site, why, outcome = self._site(key, cells[0], held)
        if site is not None and outcome != Outcome.OUT_OF_SCOPE:
            self.result.sites.add(site.pk)
        if why is not None:
            self.result.cells += [CellReport(cell, outcome, why) for cell in cells]
            return
        assert site is not None
        one = SubjectPlan(self, key, site, held)
        before = len(self.result.forms)
        one.plan(cells)
        if held is None and len(self.result.forms) > before:
            self.result.new_subjects += 1

    def _site(
        self, key: str, cell: SourceCell, held: HeldSubject | None
    ) -> tuple[Site | None, Words | None, str]:
        """Return the subject's site, or why nothing of the subject is imported and under which outcome."""
        named = (
            self.sites.get(self.placing_of(self.version).names.site(cell.site) or "") if cell.site else None
        )
        if held is not None:
            site: Site | None = held.subject.site
        else:
            only = next(iter(self.sites.values())) if len(self.sites) == 1 else None
            site = named or self.by_number.get(key.partition("-")[0]) or only
        if held is None and (not key or self.mapping.subjects == "known"):
            return None, words.no_subject(key), Outcome.REJECTED
        if site is None:
            return None, words.which_site(key), Outcome.REJECTED
        if site.pk not in self.allowed:
            return site, words.OUT_OF_SCOPE, Outcome.OUT_OF_SCOPE
        if cell.site and named != site:
            return site, words.wrong_site(key), Outcome.REJECTED
        if held is None and site.pk in self.closed:
            return site, words.LOCKED, Outcome.LOCKED
        if held is None and not self._key_fits(key, site):
            return site, words.bad_key(key, site.number), Outcome.REJECTED
        return site, None, ""

    def _key_fits(self, key: str, site: Site) -> bool:
        number, _, running = key.partition("-")
        own = number == site.number and running.isdecimal() and len(running) <= 6
        return own if self.mapping.subjects == "same_key" else len(key) <= 40

    def rules_of(self, form: FormInstance) -> StudyDesign:
        """Return the design by whose rules a form that is there is evaluated: formulas as adopted last."""
        if form.design_version_id not in self.rules:
            self.rules[form.design_version_id] = rules_design(form)
        return self.rules[form.design_version_id]

    def version_at(self, site: Site) -> DesignVersion:
        """Return the version on which the site enrols today."""
        if not self.in_use:
            self.in_use = active_versions(self.sites.values())
        return self.in_use.get(site.pk, self.version)

    def placing_of(self, version: DesignVersion) -> Placing:
        if version.pk not in self.placing:
            self.placing[version.pk] = Placing(version.design, self.mapping)
        return self.placing[version.pk]


class SubjectPlan:
    """Plans the forms of one subject in the order in which they would be entered: consent first."""

    def __init__(self, planner: Planner, key: str, site: Site, held: HeldSubject | None) -> None:
        self.planner, self.key, self.site, self.held = planner, key, site, held
        self.version = held.subject.design_version if held else planner.version_at(site)
        self.design: StudyDesign = self.version.design
        self.records = list(held.records) if held else []
        self.pass_gives_consent = False
        self.event_dates: dict[tuple[str, int], str] = {}

    def plan(self, cells: list[SourceCell]) -> None:
        placing = self.planner.placing_of(self.version)
        forms: dict[Place, list[Placed]] = {}
        for cell in cells:
            try:
                placed = placing.place(cell, self.held)
            except NotPlaced as error:
                # In a wide table each line leaves the columns of other visits' forms blank.
                says_nothing = not cell.raw.strip() and not cell.missing
                outcome, why = (
                    (Outcome.BLANK, words.NOTHING) if says_nothing else (Outcome.REJECTED, error.words)
                )
                self.planner.result.cells.append(CellReport(cell, outcome, why))
                continue
            forms.setdefault(placed.place, []).append(placed)
            if cell.event_date:
                self.event_dates.setdefault(placed.place[:2], cell.event_date)
        for place in sorted(forms, key=self._order):
            self._form(place, forms[place])

    def _order(self, place: Place) -> tuple:
        event_oid, event_repeat, form_oid, form_repeat = place
        event = self.design.event(event_oid)
        consent = self.design.form_of_item(self.design.consent_item).oid
        planned = next(number for number, each in enumerate(event.forms) if each.form == form_oid)
        return form_oid != consent, self.design.events.index(event), event_repeat, planned, form_repeat

    def _form(self, place: Place, cells: list[Placed]) -> None:
        held = self.held.forms.get(place) if self.held else None
        refusal = self._refusal(held, place)
        if refusal:
            self.planner.result.cells += refused(cells, *refusal).reports
            return
        design = self.planner.rules_of(held.form) if held else self.design
        position = self._position(held, place)
        values = SubjectValues(design, tuple(self.records), site=self.site.oid)
        planner = FormPlanner(design, self.planner.mapping, cells, self.planner.today)
        plan = planner.plan(held, self._how(held, place), values, position)
        self.planner.result.cells += plan.reports
        if plan.how is None:
            return
        day = self._day_text(place)
        self.planner.result.forms.append(
            PlannedForm(self.key, self.site, self.held.subject if self.held else None, place, day, plan)
        )
        self._keep(plan, position)

    def _refusal(self, held: HeldForm | None, place: Place) -> tuple[str, Words] | None:
        status = held.form.status if held else Status.TO_DO
        closed = held.closed if held else bool(self.held and self.held.closed)
        if status == Status.LOCKED or closed:
            return Outcome.LOCKED, words.LOCKED
        if status == Status.NOT_DONE or self._missed(place):
            return Outcome.REJECTED, words.NOT_DONE
        if status not in (Status.TO_DO, *FormInstance.FINAL):
            return Outcome.IN_ENTRY, words.IN_ENTRY
        if status == Status.TO_DO and not self._has_consent(place[2]):
            return Outcome.REJECTED, words.NO_CONSENT
        return None

    def _missed(self, place: Place) -> bool:
        event = self.held.events.get(place[:2]) if self.held else None
        return event is not None and event.status == StudyEvent.Status.MISSED

    def _has_consent(self, form_oid: str) -> bool:
        """Tell whether the consent gate (EC001) lets the form be entered after what is planned so far."""
        design = self.design
        before_consent = {design.form_of_item(oid).oid for oid in (design.consent_item, design.index_item)}
        if form_oid in before_consent or not any(rule.oid == RULE for rule in design.rules):
            return True
        given = [record.values.get(CONSENT_TYPE) for record in self.records]
        return self.pass_gives_consent or any(value in CONSENTED for value in given)

    def _how(self, held: HeldForm | None, place: Place) -> str:
        if held and held.form.status in FormInstance.FINAL:
            return How.REVISED
        mode = held.form.entry_mode if held else self.design.entry_mode(place[2], place[0])
        first_pass = self.planner.mapping.target == "first_pass" and mode != FormInstance.EntryMode.SINGLE
        return How.FIRST_PASS if first_pass else How.COMPLETED

    def _position(self, held: HeldForm | None, place: Place) -> FinalRecord:
        if held and self.held:
            day = day_of(held.form) or self._day(place)
            return FinalRecord(place[2], place[0], day, number_of(self.held, held.form))
        number = 1 + sum(record.form_oid == place[2] for record in self.records)
        return FinalRecord(place[2], place[0], self._day(place), number)

    def _day_text(self, place: Place) -> str:
        day = self._day(place)
        return day.isoformat() if day else ""

    def _day(self, place: Place) -> date | None:
        try:
            return date.fromisoformat(read_day(self.event_dates.get(place[:2], "")[:10]))
        except ValueError:
            return None

    def _keep(self, plan: FormPlan, position: FinalRecord) -> None:
        """Let the rules of the forms that follow read what this one would hold."""
        assert plan.state is not None
        if plan.how == How.FIRST_PASS:
            entry = plan.record["items"].get(CONSENT_TYPE) or {}
            self.pass_gives_consent = self.pass_gives_consent or entry.get("raw") in CONSENTED
            return
        record = FinalRecord(
            position.form_oid, position.event_oid, position.event_date, position.sequence,
            values=plan.state.values, rows=plan.record["rows"],
        )  # fmt: skip
        self.records = [each for each in self.records if each.place != record.place] + [record]
