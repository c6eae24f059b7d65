"""Scores seen: what a model says is kept from readers, so the audit trail tells who knew it, and when."""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from edc.models import AuditEvent, Site, User
from edc.services.views import SITTING, record_list_view, record_view
from modeling.models import Score

SCORES = "view.scores"


@transaction.atomic
def record_score_view(*, score: Score, actor: User, part: bool = False) -> AuditEvent | None:
    """Record that the actor opened a score; see `record_view`."""
    return record_view(target=score, action=SCORES, actor=actor, part=part)


@transaction.atomic
def record_scores_shown(*, scores: Iterable[Score], actor: User) -> list[AuditEvent]:
    """Record a list that told scores: an event for each site, naming subjects and models.

    Lists stand on pages that are opened all day: what one of them told the person within SITTING is not
    recorded again.
    """
    told = [(score.subject, str(score.model_version)) for score in scores]
    known = _told_in_this_sitting(actor) if told else set()
    fresh = [each for each in told if (each[0].site_id, each[0].subject_key, each[1]) not in known]
    return record_list_view(shown=fresh, action=SCORES, actor=actor)


def _told_in_this_sitting(actor: User) -> set[tuple[int | None, str, str]]:
    events = AuditEvent.objects.filter(
        actor=actor, action=SCORES, target_type=Site._meta.label_lower, at__gte=timezone.now() - SITTING
    )
    return {
        (event.site_id, subject, model)
        for event in events
        for subject, models in (event.after or {}).items()
        for model in models
    }
