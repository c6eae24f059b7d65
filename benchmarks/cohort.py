"""A large study on PostgreSQL in seconds: a few subjects are written row by row, then copied by the database.

Sixty generated subjects of study T5 (two a site, every planned form, some owed, some being settled, queries,
a verification plan) are stored through the models; every further subject is one of them with other keys. Each
event of the audit trail is hashed and chained as `edc.audit` does, so that the chain of the whole verifies.
"""

import io
import json
import random
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import timedelta
from pathlib import Path

from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from edc import access, audit, jobs
from edc.design.reader import read_study
from edc.models import (
    AuditEvent,
    AuditHead,
    CheckFiring,
    Disagreement,
    EligibilityAssessment,
    FormInstance,
    FormVerificationDue,
    Institution,
    ItemValue,
    Membership,
    Observation,
    Query,
    QueryMessage,
    Study,
    StudyEvent,
    Subject,
    User,
    VerificationDraw,
)
from edc.services.design import publish_design
from edc.services.eligibility import reassess
from edc.services.entry.consent import CONSENT_TYPE
from edc.services.values import stamp
from edc.services.verify.plans import PlanTerms, make_plan
from tests.factories.records import generated_subject

ROOT = Path(__file__).resolve().parent.parent
STUDY = "ChiCTR2500107646"
SITES, PROTOTYPES = 30, 60
# Left for the benchmark to enter: half of the subjects owe it.
OWED_FORM = "FO.HBC"
COPIED = (
    Subject, StudyEvent, FormInstance, Observation, Disagreement, ItemValue, Query, QueryMessage, CheckFiring,
    EligibilityAssessment, VerificationDraw, FormVerificationDue,
)  # fmt: skip
Status = FormInstance.Status


class Cohort:
    """The study while it is being filled."""

    def __init__(self) -> None:
        self.design = read_study(ROOT / "studies" / STUDY, ROOT / "studies" / "library")
        version = publish_design(design=self.design, actor=jobs.system_user("benchmark"))
        self.version, self.study = version, version.study
        for number in range(self.study.sites.count() + 1, SITES + 1):
            name = {"name_zh": f"第 {number} 中心", "name_en": f"Site {number}"}
            held = Institution.objects.create(key=f"site-{number}", **name)
            self.study.sites.create(institution=held, oid=f"S{number}", number=f"{number:02d}", **name)
        self.sites = list(self.study.sites.order_by("pk"))[:SITES]
        self.manager = self.person("manager", "data_manager")
        self.crcs = [
            [self.person(f"crc-{number}-{site.number}", "crc", site) for number in (1, 2)]
            for site in self.sites
        ]

    @classmethod
    def held(cls) -> "Cohort":
        """Return what a fill made, for more copies."""
        cohort = cls.__new__(cls)
        cohort.study = Study.objects.get(oid=STUDY)
        cohort.manager = User.objects.get(username="manager")
        return cohort

    def person(self, name: str, role: str, site: object = None) -> User:
        user = User.objects.create_user(name)
        Membership.objects.create(user=user, study=self.study, site=site, role=role)
        access.sync_grants(user)
        return user

    def write_prototypes(self) -> None:
        """Store the sixty subjects, their assessments, and a verification plan with its draws."""
        with transaction.atomic():
            for number in range(PROTOTYPES):
                self._write_subject(number)
            finals = FormInstance.objects.filter(status__in=FormInstance.FINAL)
            for form in finals.select_related("design_version"):
                stamp(form)
            for subject in Subject.objects.all():
                reassess(subject=subject)
        terms = PlanTerms(timezone.localdate() - timedelta(days=900), 5, 20, "always")
        make_plan(study=self.study, site=None, terms=terms, reason="benchmark", actor=self.manager)

    def _write_subject(self, number: int) -> None:
        place = number % len(self.sites)
        site = self.sites[place]
        chance = random.Random(number)
        made = generated_subject(self.design, site.oid, number)
        key = f"{site.number}-{number // len(self.sites) + 1:04d}"
        subject = Subject.objects.create(
            study=self.study, site=site, design_version=self.version, subject_key=key, status="enrolled",
            synthetic=True, created_by=self.crcs[place][0],
        )  # fmt: skip
        for ordinal, event in enumerate(made.events):
            held = StudyEvent.objects.create(
                subject=subject, event_oid=event.oid, repeat_key=1, ordinal=ordinal,
                planned_date=event.held, held_on=event.held, status="held", entry_due=event.held,
            )  # fmt: skip
            for position, form in enumerate(event.forms):
                form = replace(form, values=tuple(_consenting(value) for value in form.values))
                self._write_form(held, position, form, self._status_of(number, form.oid, chance), place)

    def _status_of(self, number: int, oid: str, chance: random.Random) -> str:
        if oid == OWED_FORM and number >= PROTOTYPES // 2:
            return Status.TO_DO
        if oid in ("FO.IC", "FO.ENR", "FO.DM"):
            return Status.COMPLETE
        others = (Status.TO_DO, Status.FIRST_SEALED, Status.DISAGREEMENT)
        return chance.choices((Status.COMPLETE, *others), (85, 10, 3, 2))[0]

    def _write_form(self, event: StudyEvent, position: int, made, status: str, place: int) -> None:  # type: ignore[no-untyped-def]
        form = FormInstance.objects.create(
            event=event, subject=event.subject, design_version=self.version, form_oid=made.oid,
            repeat_key=1, ordinal=position, entry_mode="double", status=status,
        )  # fmt: skip
        typed = [value for value in made.values if not value.derived]
        record = {"items": {value.path: entry_of(self.design, value) for value in typed}, "rows": {}}
        for group in self.design.form(made.oid).item_groups:
            if group.repeating:
                record["rows"][group.oid] = ["1", "3"]
        passes = {Status.TO_DO: 0, Status.FIRST_SEALED: 1}.get(status, 2)
        sealed = [self._seal(form, record, number, place) for number in range(passes)]
        if status == Status.DISAGREEMENT:
            path = typed[0].path
            entry = record["items"][path]
            Disagreement.objects.create(
                form=form, path=path, first=sealed[0], second=sealed[1], first_entry=entry,
                second_entry={**entry, "raw": "9"},
            )  # fmt: skip
        if status == Status.COMPLETE:
            self._complete(form, made.values, place)

    def _seal(self, form: FormInstance, record: dict, number: int, place: int) -> Observation:
        return Observation.objects.create(
            form=form, stream=("entry-1", "entry-2")[number], observer=self.crcs[place][number],
            content=record, content_sha256=audit.digest(record),
            started_at=timezone.now() - timedelta(minutes=9),
        )  # fmt: skip

    def _complete(self, form: FormInstance, values: tuple, place: int) -> None:
        rows = []
        for value in values:
            fields = asdict(value)
            fields["standard_value"], fields["source_stream"] = fields.pop("standard"), fields.pop("stream")
            del fields["updated_at"]
            rows.append(ItemValue(form=form, **fields))
        ItemValue.objects.bulk_create(rows)
        if form.pk % 20 == 0 and rows:
            self._ask(form, rows[0], place)

    def _ask(self, form: FormInstance, row: ItemValue, place: int) -> None:
        """Ask a query, every second one by a check that fired."""
        by_check = form.pk % 40 == 0
        query = Query.objects.create(
            form=form, path=row.path, origin="edit_check" if by_check else "manual",
            rule_oid="EC001" if by_check else "", state="open" if form.pk % 60 else "answered",
            text_zh="与源数据核对", text_en="Compare with the source",
            raised_by=jobs.system_user("checks") if by_check else self.manager,
            owner_role="" if by_check else "data_manager",
        )  # fmt: skip
        QueryMessage.objects.create(
            query=query, author=query.raised_by, text="Compare with the source", state_after="open"
        )
        if by_check:
            CheckFiring.objects.create(
                form=form, path=row.path, rule_oid="EC001", severity="soft", message_zh=query.text_zh,
                message_en=query.text_en, query=query,
            )  # fmt: skip


def _consenting(value):  # type: ignore[no-untyped-def]
    """Return the value, that of the kind of consent as signed: nothing is entered without it."""
    if value.item_oid != CONSENT_TYPE:
        return value
    return replace(value, value="SIGNED", raw="SIGNED", standard="SIGNED", missing="")


def entry_of(design, value) -> dict:  # type: ignore[no-untyped-def]
    item = design.form_of_item(value.item_oid).items_by_oid[value.item_oid]
    raw = value.raw.split("|") if item.answer_type == "multi" else value.raw
    if value.missing:
        return {"raw": None, "unit": value.unit or None, "missing": value.missing}
    return {"raw": raw, "unit": value.unit or None, "missing": None}


class Copies:
    """Copies of the prototypes, number 1 and on; copy 0 is the prototypes themselves.

    Keys up to those of copy `room` are left free for later copies; rows that people write come after them.
    """

    def __init__(self, cohort: Cohort, room: int, bounds: dict[str, list[int]] | None = None) -> None:
        self.cohort, self.room = cohort, room
        self.bounds = {}
        for model in COPIED:
            low, high = (bounds or {}).get(model.__name__) or self._first_and_last(model)
            if low:
                self.bounds[model] = (low, high, high - low + 1)
        self.templates = list(self._templates())

    @staticmethod
    def _first_and_last(model: type) -> tuple[int, int]:
        found = model.objects.order_by("pk").values_list("pk", flat=True)
        return found.first() or 0, found.last() or 0

    @property
    def kept_bounds(self) -> dict[str, list[int]]:
        """The first and last key of each model's prototypes, for `bounds` of a later process."""
        return {model.__name__: [low, high] for model, (low, high, _stride) in self.bounds.items()}

    def make(self, first: int, last: int) -> None:
        """Make the copies from one number to another, with the audit events of every subject in them."""
        with self._uncounted(), transaction.atomic(), connection.cursor() as cursor:
            for model in self.bounds:
                cursor.execute(self._insert(model), [first, last])
                low, _high, stride = self.bounds[model]
                after = "SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)"
                cursor.execute(after, [model._meta.db_table, low + stride * (self.room + 1)])
        self._chain(0 if first == 1 else first, last)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")

    @contextmanager
    def _uncounted(self) -> Iterator[None]:
        """Count the subjects once, when all of their rows are there."""
        with connection.cursor() as cursor:
            for model in self.bounds:
                cursor.execute(f"ALTER TABLE {model._meta.db_table} DISABLE TRIGGER USER")
            try:
                yield
            finally:
                for model in self.bounds:
                    cursor.execute(f"ALTER TABLE {model._meta.db_table} ENABLE TRIGGER USER")
        call_command("recount_subjects", stdout=io.StringIO())

    def _insert(self, model: type) -> str:
        low, high, stride = self.bounds[model]
        columns, found = [], []
        for field in model._meta.concrete_fields:
            columns.append(f'"{field.column}"')
            found.append(self._expression(model, field, stride))
        table = model._meta.db_table
        return (
            f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(found)} FROM {table} t, "
            f"generate_series(%s::int, %s::int) k WHERE t.id BETWEEN {low} AND {high}"
        )

    def _expression(self, model: type, field, stride: int) -> str:  # type: ignore[no-untyped-def]
        column = f't."{field.column}"'
        if field.primary_key:
            return f"{column} + k * {stride}"
        if field.is_relation and field.related_model in self.bounds:
            return f"{column} + k * {self.bounds[field.related_model][2]}"
        if model is Subject and field.name == "subject_key":
            a_site = PROTOTYPES // SITES
            number = f"right({column}, 4)::int + k * {a_site}"
            return f"left({column}, length({column}) - 4) || lpad(({number})::text, 4, '0')"
        return column

    def _templates(self) -> Iterator[tuple]:
        """Yield what each prototype's trail says: its registration, each pass, each completion."""
        stride = {model: bounds[2] for model, bounds in self.bounds.items()}
        low, high, _stride = self.bounds[Subject]
        for subject in Subject.objects.filter(pk__range=(low, high)).order_by("pk"):
            about = (subject.site_id, subject.pk)
            yield (*about, "subject.enrolled", "edc.subject", subject.pk, stride[Subject], "", {"cohort": ""})
            forms = subject.forms.prefetch_related("observations", "values").order_by("pk")
            for form in forms:
                place = (*about, "entry.submitted", "edc.forminstance", form.pk, stride[FormInstance])
                for each in form.observations.all():
                    yield (*place, each.stream, {"sha256": each.content_sha256, "stream": each.stream})
                if form.status == Status.COMPLETE:
                    values = {row.path: {"value": row.value} for row in form.values.all()}
                    after = {"sha256": form.content_sha256, "values": values}
                    yield (*about, "form.completed", *place[3:], "", after)

    def _chain(self, first: int, last: int) -> None:
        head = AuditHead.objects.get(pk=1)
        actor, stride = self.cohort.manager, self.bounds[Subject][2]
        columns = [field.column for field in AuditEvent._meta.concrete_fields if not field.primary_key]
        previous, length, at = head.last_hash, head.length, timezone.now()
        names = ", ".join(f'"{name}"' for name in columns)
        with transaction.atomic(), connection.cursor() as cursor:
            with cursor.copy(f"COPY edc_auditevent ({names}) FROM STDIN") as copy:
                for number in range(first, last + 1):
                    for site, subject, action, kind, target, step, blinded, after in self.templates:
                        at += timedelta(microseconds=100)
                        event = AuditEvent(
                            at=at, actor=actor, actor_name=actor.username, role="crc",
                            study=self.cohort.study, site_id=site, subject_id=subject + number * stride,
                            action=action, target_type=kind, target_id=str(target + number * step),
                            after=after, channel="command", blinded=blinded, request_id="benchmark",
                            software_version="benchmark", salt=secrets.token_hex(16), previous_hash=previous,
                        )  # fmt: skip
                        previous = event.hash = audit.event_hash(event)
                        length += 1
                        copy.write_row([_stored(event, name) for name in columns])
            AuditHead.objects.filter(pk=1).update(last_hash=previous, length=length)


def _stored(event: AuditEvent, name: str) -> object:
    value = getattr(event, name)
    return (
        json.dumps(value, ensure_ascii=False) if name in ("before", "after") and value is not None else value
    )
