"""Prints of a score: who took which one away, and when."""

import hashlib

from django.db import transaction

from edc import access, audit
from edc.models import User
from modeling.models import Score


@transaction.atomic
def record_print(*, score: Score, content: bytes, actor: User) -> None:
    """Record that the actor was given this document; its hash tells it from any other."""
    access.require(actor, "view_scores", site=score.subject.site)
    audit.record(
        actor=actor, action="score.printed", target=score, place=audit.place_of(score),
        after={"model": str(score.model_version), "sha256": hashlib.sha256(content).hexdigest()},
    )  # fmt: skip
