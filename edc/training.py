"""When a role stops for want of training: the rule, and what it needs to know of the study's documents."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from edc.models import Membership, StudyDocument, TrainingRecord, User


@dataclass(frozen=True)
class Asked:
    """One version of a document, as far as the rule asks: whose training, since when, with what grace."""

    pk: int
    roles: frozenset[str]
    required: bool
    published_at: datetime
    grace: timedelta


def stops_at(
    versions: Sequence[Asked], *, role: str, since: datetime, trained: frozenset[int] | set[int]
) -> datetime | None:
    """Return when a role held since then stops by one document; None where the document stops it never.

    `versions` are all versions of the document, the newest first; `trained` are the versions on record. Only
    the newest version can be asked for. Whoever holds the role when a version is published has its days of
    grace; a later role has none. A newer version gives no new grace to one who owes an older version too.
    """
    newest = versions[0]
    if not newest.required or role not in newest.roles or newest.pk in trained:
        return None
    stops = []
    for version in versions:
        if version.pk in trained:
            break
        if version.required and role in version.roles:
            held = since < version.published_at
            stops.append(version.published_at + version.grace if held else since)
    return min(stops)


Versions = Mapping[int, Mapping[str, Sequence[Asked]]]


def versions_of(studies: Iterable[int]) -> Versions:
    """Return each study's documents that ask anybody: by code, their versions, the newest first."""
    found: dict[int, dict[str, list[Asked]]] = defaultdict(lambda: defaultdict(list))
    rows = StudyDocument.objects.filter(study__in=studies).order_by("-pk")
    withdrawn: set[tuple[int, str]] = set()
    for row in rows.select_related("withdrawal").defer("text_zh", "text_en"):
        if hasattr(row, "withdrawal"):
            # From here on back nothing is asked; a version published after the withdrawal asks anew.
            withdrawn.add((row.study_id, row.code))
        if (row.study_id, row.code) not in withdrawn:
            grace = timedelta(days=row.grace_days)
            asked = Asked(row.pk, frozenset(row.roles), row.required, row.published_at, grace)
            found[row.study_id][row.code].append(asked)
    return found


def trained_in(user: User, documents: Iterable[int]) -> frozenset[int]:
    """Return those documents whose training by the person is on record and was not annulled."""
    rows = TrainingRecord.objects.filter(user=user, document__in=documents).order_by("pk")
    newest = dict(rows.values_list("document", "how"))
    return frozenset(pk for pk, how in newest.items() if how != TrainingRecord.How.ANNULLED)


def stops_of(user: User, memberships: Sequence[Membership]) -> dict[int, datetime]:
    """Return when each of these memberships of the person stops or stopped, for those that do."""
    versions = versions_of({each.study_id for each in memberships})
    if not versions:
        return {}
    everything = [each.pk for of in versions.values() for row in of.values() for each in row]
    trained = trained_in(user, everything)
    found = {}
    for each in memberships:
        since = each.created_at
        stops = [
            stop
            for asked in versions.get(each.study_id, {}).values()
            if (stop := stops_at(asked, role=each.role, since=since, trained=trained)) is not None
        ]
        if stops:
            found[each.pk] = min(stops)
    return found
