"""Walking the hash chain of the audit trail, as fast as the rows can be read.

What must hold: each row carries the SHA-256 of its own content and the hash of the row before it, and the
head says how many rows there are and which is the last. A row that was redacted no longer has its content;
it holds when a later row of the chain, `redaction.applied`, names it with the SHA-256 of what it says now.
"""

import json
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from json.encoder import encode_basestring
from multiprocessing import get_context

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.models import Max

from edc.audit import GENESIS, REDACTION
from edc.models import AuditEvent, AuditHead

COLUMNS = (
    "id", "previous_hash", "hash", "action", "actor_id", "actor_name", "after", "at", "before", "blinded",
    "channel", "path", "reason", "request_id", "role", "salt", "site_id", "software_version", "study_id",
    "subject_id", "target_id", "target_type",
)  # fmt: skip
BATCH = 2000
# A trail with more unexplained rows than this is broken; the walk need not collect the rest.
MOST_UNEXPLAINED = 10_000
# Below this a second process costs more than it saves.
WORTH_SHARING = 50_000
_dump = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
_quoted = encode_basestring


@dataclass(frozen=True)
class Break:
    """The first place where the chain does not hold; `before` rows before it do."""

    event_id: int | None
    problem: str
    before: int = 0


@dataclass(frozen=True)
class Verdict:
    """The first break, None when every hash holds; the rows that hold before it; the redacted ones."""

    broken: Break | None
    count: int
    redacted: int


@dataclass
class Stretch:
    """What was found in one part of the chain, in a form that can be sent between processes."""

    first_id: int | None = None
    first_previous: str = GENESIS
    last_hash: str = GENESIS
    last_id: int = 0
    count: int = 0
    broken: Break | None = None
    # Rows whose content does not fit their hash: id to what they say now, and the rows before them.
    unfit: dict[int, tuple[str, int]] = field(default_factory=dict)
    # What redactions told: id of the redacted row to (what it says since, id of the redaction).
    redactions: dict[int, tuple[str, int]] = field(default_factory=dict)


def verify_chain(processes: int = 1, using: str = DEFAULT_DB_ALIAS) -> Verdict:
    """Walk the whole chain of a database, the platform's own in as many processes as told.

    Events may be appended meanwhile: the last stretch is read while the head is held. With more than one
    process, the connections of this one are closed first, so call it so outside transactions only.
    """
    last = AuditEvent.objects.using(using).aggregate(last=Max("pk"))["last"] or 0
    shared = processes > 1 and last > WORTH_SHARING and using == DEFAULT_DB_ALIAS
    stretches = _shared(last, processes) if shared else [walk(0, last, using)]
    with transaction.atomic(using=using):
        head = AuditHead.objects.using(using).select_for_update().filter(pk=1).first()
        stretches.append(walk(last, None, using))
    return _judged(stretches, head)


def _shared(last: int, processes: int) -> list[Stretch]:
    connections.close_all()  # a forked connection would be spoken to by two processes
    bounds = [last * part // processes for part in range(processes + 1)]
    with ProcessPoolExecutor(processes, mp_context=get_context("fork")) as pool:
        return list(pool.map(walk, bounds[:-1], bounds[1:]))


def walk(after: int, upto: int | None, using: str = DEFAULT_DB_ALIAS) -> Stretch:
    """Walk the rows with after < id <= upto; stop where a row does not follow the one before."""
    found = Stretch()
    for row in rows(after, upto, using):
        key, previous, held, action = row[:4]
        if found.first_id is None:
            found.first_id, found.first_previous = key, previous
        elif previous != found.last_hash:
            found.broken = Break(key, "the row before this one was removed or inserted", found.count)
            break
        digest = sha256(content(row).encode()).hexdigest()
        if digest != held:
            found.unfit[key] = (digest, found.count)
        elif action == REDACTION:
            found.redactions |= {each["id"]: (each["sha256"], key) for each in json.loads(row[6])["events"]}
        found.last_hash, found.last_id, found.count = held, key, found.count + 1
        if len(found.unfit) > MOST_UNEXPLAINED:
            break
    return found


def rows(after: int, upto: int | None, using: str = DEFAULT_DB_ALIAS) -> Iterator[tuple]:
    """Yield the rows as tuples of COLUMNS with JSON as text and the time as ISO 8601 in UTC."""
    connection = connections[using]
    names = ", ".join(_column(name, connection.vendor) for name in COLUMNS)
    limit = "" if upto is None else f" AND id <= {int(upto)}"
    statement = f"SELECT {names} FROM edc_auditevent WHERE id > {int(after)}{limit} ORDER BY id"  # noqa: S608 - numbers
    with connection.chunked_cursor() as cursor:
        cursor.execute(statement)
        while batch := cursor.fetchmany(BATCH):
            yield from batch


def _column(name: str, vendor: str) -> str:
    if vendor == "postgresql":
        if name == "at":  # as Python's isoformat: without a fraction where there is none
            return (
                "to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS') || CASE WHEN"
                " to_char(at, 'US') = '000000' THEN '' ELSE to_char(at, '.US') END || '+00:00'"
            )
        return f"{name}::text" if name in ("before", "after") else name
    if name == "at":  # Django stores UTC without its offset
        return "replace(at, ' ', 'T') || '+00:00'"
    return f'"{name}"'


def content(row: tuple) -> str:
    """Return the canonical JSON that the hash covers; `edc.audit.event_hash` makes the same, more slowly."""
    (
        _id, previous, _hash, action, actor, actor_name, after, at, before, blinded, channel, path, reason,
        request, role, salt, site, version, study, subject, target_id, target_type,
    ) = row  # fmt: skip
    q = _quoted
    return (
        f'{{"action":{q(action)},"actor_id":{_number(actor)},"actor_name":{q(actor_name)},"after":{_compact(after)},'
        f'"at":"{at}","before":{_compact(before)},"blinded":{q(blinded)},"channel":{q(channel)},"path":{q(path)},'
        f'"previous_hash":"{previous}","reason":{q(reason)},"request_id":{q(request)},"role":{q(role)},'
        f'"salt":{q(salt)},"site_id":{_number(site)},"software_version":{q(version)},"study_id":{_number(study)},'
        f'"subject_id":{_number(subject)},"target_id":{q(target_id)},"target_type":{q(target_type)}}}'
    )


def _number(key: int | None) -> str:
    return "null" if key is None else str(key)


@lru_cache(maxsize=1 << 14)
def _compact(text: str | None) -> str:
    return "null" if text is None else _dump(json.loads(text))


def _judged(stretches: list[Stretch], head: AuditHead | None) -> Verdict:
    told: dict[int, tuple[str, int]] = {}
    for stretch in stretches:
        told |= stretch.redactions
    breaks: list[Break] = []
    previous, count, redacted = GENESIS, 0, 0
    for stretch in stretches:
        if stretch.first_id is not None and stretch.first_previous != previous:
            breaks.append(Break(stretch.first_id, "the row before this one was removed or inserted", count))
        for key, (says, before) in stretch.unfit.items():
            since, by = told.get(key, ("", 0))
            if says == since and by > key:
                redacted += 1
            else:
                breaks.append(Break(key, "the content of this row was altered", count + before))
        if stretch.broken:
            breaks.append(
                Break(stretch.broken.event_id, stretch.broken.problem, count + stretch.broken.before)
            )
        previous, count = (stretch.last_hash, count + stretch.count) if stretch.count else (previous, count)
    if breaks:
        first = min(breaks, key=lambda each: each.event_id or 0)
        return Verdict(first, first.before, redacted)
    return Verdict(_end_problem(head, previous, count), count, redacted)


def _end_problem(head: AuditHead | None, last: str, count: int) -> Break | None:
    if head is None:
        return Break(None, "the head of the chain is gone", count)
    if (head.last_hash, head.length) != (last, count):
        return Break(None, f"the chain ends after {count} rows, but {head.length} were written", count)
    return None
