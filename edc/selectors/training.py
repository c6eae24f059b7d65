"""Documents in force, what a person still has to read, and the register of who was trained in what."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone

from edc import access, training
from edc.models import Membership, StudyDocument, TrainingRecord, User

KEEPS = ("manage_design", "manage_people")
READS = (*KEEPS, "view_audit")


@dataclass(frozen=True)
class TrainingLine:
    """What one document asks of one person: their roles that it is for, the record, and when a role stops.

    `stops` is set only while a required training is not on record.
    """

    user: User
    document: StudyDocument
    roles: tuple[str, ...]
    record: TrainingRecord | None
    stops: datetime | None

    @property
    def state(self) -> str:
        """Return done, waits (a role has stopped), due (it will) or open (nothing stops)."""
        if self.record is not None:
            return "done"
        if self.stops is None:
            return "open"
        return "waits" if self.stops <= timezone.now() else "due"


def documents_in_force(studies: Iterable[int]) -> dict[int, StudyDocument]:
    """Return the newest version of each document that was not withdrawn, by its number."""
    newest: dict[tuple[int, str], StudyDocument] = {}
    rows = StudyDocument.objects.filter(study__in=studies).order_by("pk")
    for row in rows.select_related("withdrawal", "study", "published_by").defer("text_zh", "text_en"):
        newest[row.study_id, row.code] = row
    return {row.pk: row for row in newest.values() if not hasattr(row, "withdrawal")}


def documents_visible_to(actor: User) -> QuerySet[StudyDocument]:
    """Return the documents of the studies in which the person has a role, also one that waits."""
    held = Membership.objects.filter(user=actor, active=True).values("study")
    return StudyDocument.objects.filter(study__in=held)


def records_visible_to(actor: User) -> QuerySet[TrainingRecord]:
    """Return the records of the studies whose people, design or audit trail the person sees to."""
    studies = access.studies_for(actor, *READS)
    rows = TrainingRecord.objects.filter(document__study__in=studies)
    return rows.select_related("document__study", "user", "recorded_by")


def training_of(user: User) -> list[TrainingLine]:
    """Return what the person's documents in all studies ask, what stops a role first."""
    held = Membership.objects.filter(user=user, active=True).select_related("user")
    found = training_lines(list(held))
    order = {"waits": 0, "due": 1, "open": 2, "done": 3}
    return sorted(found, key=lambda line: (order[line.state], line.document.study_id, line.document.code))


def training_lines(memberships: Sequence[Membership]) -> list[TrainingLine]:
    """Return a line for each person of these memberships and each document in force that is for them."""
    studies = {each.study_id for each in memberships}
    documents = documents_in_force(studies)
    if not documents:
        return []
    versions = training.versions_of(studies)
    people = {each.user_id: each.user for each in memberships}
    records = _newest_records(people, studies)
    held: dict[tuple[int, int], list[Membership]] = defaultdict(list)
    for each in memberships:
        held[each.user_id, each.study_id].append(each)
    found = []
    for (person, study), roles in held.items():
        mine = {document: record for (user, document), record in records.items() if user == person}
        for row in documents.values():
            asked = [each for each in roles if each.role in row.roles]
            if row.study_id == study and asked:
                line = TrainingLine(
                    user=people[person],
                    document=row,
                    roles=tuple(sorted({each.role for each in asked})),
                    record=mine.get(row.pk),
                    stops=_first_stop(versions[study][row.code], asked, set(mine)),
                )
                found.append(line)
    return found


def _first_stop(
    versions: Sequence[training.Asked], held: Iterable[Membership], trained: set[int]
) -> datetime | None:
    stops = [
        training.stops_at(versions, role=each.role, since=each.created_at, trained=trained) for each in held
    ]
    return min((stop for stop in stops if stop is not None), default=None)


def _newest_records(people: Iterable[int], studies: Iterable[int]) -> dict[tuple[int, int], TrainingRecord]:
    """Return the record that holds of each person and document; an annulled one is none."""
    rows = TrainingRecord.objects.filter(user__in=people, document__study__in=studies)
    newest = {
        (row.user_id, row.document_id): row for row in rows.order_by("pk").select_related("recorded_by")
    }
    return {key: row for key, row in newest.items() if row.how != TrainingRecord.How.ANNULLED}


def waits_for(user: User) -> list[TrainingLine]:
    """Return the documents for want of which roles of the person have stopped; asked only where one has."""
    if user.training_due_at is None or user.training_due_at > timezone.now():
        return []
    return [line for line in training_of(user) if line.state == "waits"]


def is_shut_out(user: User) -> bool:
    """Tell whether every role of the person waits for training."""
    if user.training_due_at is None or user.training_due_at > timezone.now():
        return False
    held = Membership.objects.filter(user=user, active=True)
    return held.exists() and not held.filter(waits_since=None).exists()
