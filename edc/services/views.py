"""Unblinded views: who saw what blinding hides from others, written down when the page or the answer is made.

One event for each page opened and each answer of the API. Parts of an opened page (a panel, a picture, frames
of a viewer) write one only where the same person had none about the same within SITTING.
"""

from collections.abc import Iterable
from datetime import timedelta

from django.db import models, transaction
from django.utils import timezone

from edc import access, audit
from edc.models import AuditEvent, Evidence, FormInstance, Site, Subject, User

PASSES, EVIDENCE, IMAGES, EXPORT = "view.passes", "view.evidence", "view.images", "view.export"
SITTING = timedelta(minutes=30)


@transaction.atomic
def record_view(
    *, target: models.Model, action: str, actor: User, path: str = "", part: bool = False
) -> AuditEvent | None:
    """Record that the actor saw it of a form or a score, of one item where a path is given.

    None where a part of a page adds nothing to what was recorded within SITTING. The caller has found that
    the actor may see it.
    """
    if part and _in_this_sitting(target, action, path, actor):
        return None
    return audit.record(actor=actor, action=action, target=target, path=path)


def _in_this_sitting(target: models.Model, action: str, path: str, actor: User) -> bool:
    return AuditEvent.objects.filter(
        target_type=target._meta.label_lower, target_id=str(target.pk), actor=actor, action=action, path=path,
        at__gte=timezone.now() - SITTING,
    ).exists()  # fmt: skip


@transaction.atomic
def record_evidence_view(
    *, form: FormInstance, shown: Iterable[Evidence], actor: User, part: bool = True
) -> AuditEvent | None:
    """Record that who resolves differences saw another person's source before the form was final; None where
    nothing of the kind was shown. A page of the source hides nothing from the two people who enter.
    """
    others = any(each.uploaded_by_id != actor.pk for each in shown)
    resolves = access.may(actor, "resolve_disagreement", site=form.subject.site)
    if form.status in FormInstance.FINAL or not (others and resolves):
        return None
    return record_view(target=form, action=EVIDENCE, actor=actor, part=part)


@transaction.atomic
def record_list_view(*, shown: Iterable[tuple[Subject, str]], action: str, actor: User) -> list[AuditEvent]:
    """Record a list that showed it of many subjects' forms or scores: one event for each site, which names
    them, so that nobody learns of another site's subjects from the trail.
    """
    by_site: dict[Site, dict[str, set[str]]] = {}
    for subject, name in shown:
        by_site.setdefault(subject.site, {}).setdefault(subject.subject_key, set()).add(name)
    return [
        audit.record(actor=actor, action=action, target=site, after={
            key: sorted(names) for key, names in sorted(subjects.items())
        })
        for site, subjects in sorted(by_site.items(), key=lambda pair: pair[0].pk)
    ]  # fmt: skip


def named(forms: Iterable[FormInstance]) -> list[tuple[Subject, str]]:
    """Return each form as `record_list_view` takes it."""
    return [(form.subject, form.form_oid) for form in forms]
