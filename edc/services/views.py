"""Unblinded views: who saw what blinding hides from others, written down when the page or the answer is made.

One event for each page opened and each answer of the API. Parts of an opened page (a panel, a picture, frames
of a viewer) write one only where the same person had none about the same within SITTING.
"""

from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from edc import access, audit
from edc.models import AuditEvent, Evidence, FormInstance, Site, User

PASSES, EVIDENCE, IMAGES, EXPORT = "view.passes", "view.evidence", "view.images", "view.export"
SITTING = timedelta(minutes=30)


@transaction.atomic
def record_view(
    *, form: FormInstance, action: str, actor: User, path: str = "", part: bool = False
) -> AuditEvent | None:
    """Record that the actor saw it of a form, of one item where a path is given; None where a part of a page
    adds nothing to what was recorded within SITTING. The caller has found that the actor may see it.
    """
    if part and _in_this_sitting(form, action, path, actor):
        return None
    return audit.record(actor=actor, action=action, target=form, path=path)


def _in_this_sitting(form: FormInstance, action: str, path: str, actor: User) -> bool:
    return AuditEvent.objects.filter(
        target_type=form._meta.label_lower, target_id=str(form.pk), actor=actor, action=action, path=path,
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
    return record_view(form=form, action=EVIDENCE, actor=actor, part=part)


@transaction.atomic
def record_list_view(*, forms: Iterable[FormInstance], action: str, actor: User) -> list[AuditEvent]:
    """Record a list that showed it of many forms: one event for each site, which names the forms, so that
    nobody learns of another site's subjects from the trail.
    """
    by_site: dict[Site, dict[str, set[str]]] = {}
    for form in forms:
        subjects = by_site.setdefault(form.subject.site, {})
        subjects.setdefault(form.subject.subject_key, set()).add(form.form_oid)
    return [
        audit.record(actor=actor, action=action, target=site, after={
            key: sorted(oids) for key, oids in sorted(subjects.items())
        })
        for site, subjects in sorted(by_site.items(), key=lambda pair: pair[0].pk)
    ]  # fmt: skip
