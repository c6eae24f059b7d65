"""The trail in the form that `edc/exchange/verify_trail.py` checks without the platform."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC

from django.db.models import Q
from django.utils import timezone

from edc.audit import GENESIS, HASHED_FIELDS, REDACTION
from edc.exchange.verify_trail import FORMAT
from edc.models import AuditEvent, Site, Study, User
from edc.selectors.audit_trail import audit_visible_to

CHUNK = 2000
OPEN = {"withheld": False}


@dataclass(frozen=True)
class Part:
    """Which content of a study's trail is told: of these sites, up to this event; redactions since too."""

    sites: Sequence[Site]
    upto: int


def chain_lines(*, study: Study, actor: User, upto: int, part: Part | None = None) -> Iterator[str]:
    """Yield the header, each row of the chain up to an event's id, and the footer; one JSON object a line.

    A row has its content where the actor may read it in this study, and only in the `part` where one is
    given; of the others only the linking hashes are told. Rows are read as they are sent: memory does not
    grow with the trail.
    """
    yield _line({"format": FORMAT, "study": study.oid, "made_at": timezone.now().astimezone(UTC).isoformat()})
    seen = audit_visible_to(actor).filter(study=study, pk__lte=upto).filter(**OPEN).order_by("pk")
    if part is not None:
        seen = seen.filter(Q(pk__lte=part.upto) | Q(action=REDACTION), site__in=part.sites)
    opened = seen.select_related(None).iterator(chunk_size=CHUNK)
    chain = AuditEvent.objects.filter(pk__lte=upto).order_by("pk")
    count, last, event = 0, GENESIS, next(opened, None)
    for pk, previous, held in chain.values_list("pk", "previous_hash", "hash").iterator(chunk_size=CHUNK):
        count, last = count + 1, held
        if event is not None and event.pk == pk:
            yield _line(_content(event))
            event = next(opened, None)
        else:
            yield _line({"id": pk, "previous_hash": previous, "hash": held})
    yield _line({"rows": count, "last_hash": last})


def _content(event: AuditEvent) -> dict[str, object]:
    row = {name: getattr(event, name) for name in HASHED_FIELDS}
    return {"id": event.pk, **row, "at": event.at.isoformat(), "hash": event.hash}


def _line(row: dict[str, object]) -> str:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n"
