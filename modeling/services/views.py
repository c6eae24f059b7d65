"""Scores seen: what a model says is kept from readers, so the audit trail tells who knew it, and when."""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from edc import audit
from edc.models import AuditEvent, Site, User
from edc.services.views import SITTING, record_view
from modeling.models import Score

SCORES = "view.scores"


@transaction.atomic
def record_score_view(*, score: Score, actor: User, part: bool = False) -> AuditEvent | None:
    """Record that the actor opened a score; see `record_view`."""
    return record_view(target=score, action=SCORES, actor=actor, part=part)


def record_scores_shown(*, scores: Iterable[Score], actor: User) -> list[AuditEvent]:
    """Record a list that told scores: an event for each site, naming subjects, models and the scores' keys.

    Lists stand on pages that are opened all day: a score that one of them told the person within SITTING is
    not recorded again; a new score of the same subject and model is.
    """
    told = {score.pk: score for score in scores}
    known = _told_in_this_sitting(actor) if told else set()
    by_site: dict[Site, dict[str, dict[str, list[int]]]] = {}
    for score in sorted(told.values(), key=lambda each: (each.subject.subject_key, each.pk)):
        if score.pk not in known:
            models = by_site.setdefault(score.subject.site, {}).setdefault(score.subject.subject_key, {})
            models.setdefault(str(score.model_version), []).append(score.pk)
    if not by_site:
        return []
    with transaction.atomic():
        return [
            audit.record(actor=actor, action=SCORES, target=site, after=subjects)
            for site, subjects in sorted(by_site.items(), key=lambda pair: pair[0].pk)
        ]


def _told_in_this_sitting(actor: User) -> set[int]:
    events = AuditEvent.objects.filter(
        actor=actor, action=SCORES, target_type=Site._meta.label_lower, at__gte=timezone.now() - SITTING
    )
    return {
        pk
        for event in events
        for models in (event.after or {}).values()
        for keys in models.values()
        for pk in keys
    }
