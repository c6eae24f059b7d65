"""The rehearsal of an amendment: every subject is taken to the new version and the transaction undone."""

from collections import Counter
from collections.abc import Callable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from edc import access, audit, jobs
from edc.errors import DomainError, NotNow
from edc.models import DesignVersion, FormInstance, Rehearsal, RehearsalLine, Site, Study, Subject, User
from edc.row_security import every_site
from edc.rules.reevaluation import EndlessDerivation
from edc.selectors.subject_state import State, state_sha256, subject_state
from edc.services import background
from edc.services.amendment.effects import Effect, as_json, counts_of
from edc.services.amendment.scope import subjects_to_migrate
from edc.services.amendment.subject import migrate_subject

Report = Callable[[int, str], None]


class _Undone(Exception):
    """Carries what a tried migration did out of its transaction, which ends with it."""

    def __init__(self, before: State, effects: list[Effect]) -> None:
        self.before, self.effects = before, effects
        super().__init__()


@transaction.atomic
def request_rehearsal(*, version: DesignVersion, site: Site | None, actor: User) -> Rehearsal:
    """Ask what the version would do to the subjects of its study, or of one site; it changes nothing."""
    study = version.study
    access.require(actor, "manage_design", study=study)
    study = Study.objects.select_for_update(no_key=True).get(pk=study.pk)
    if study.rehearsals.filter(state__in=Rehearsal.UNDER_WAY).exists():
        raise NotNow(_("A rehearsal of this study is under way. Wait for it, or cancel it."))
    if not study.design_versions.filter(number__lt=version.number).exists():
        raise NotNow(_("The first version amends nothing."))
    asked = Rehearsal.objects.create(
        study=study, design_version=version, site=site, requested_by=actor,
        pair_sha256=pair_sha256(study, version),
    )  # fmt: skip
    after = {"design": version.number, "site": site.oid if site else None}
    audit.record(actor=actor, action="rehearsal.requested", target=asked, after=after)
    send(asked)
    return asked


@every_site("the hash is of the whole study's versions, whoever asks")
def pair_sha256(study: Study, version: DesignVersion) -> str:
    """Return the hash of the designs: every version that subjects or their forms have, and the new one."""
    used = set(study.subjects.order_by().values_list("design_version", flat=True).distinct())
    final = FormInstance.objects.filter(subject__study=study, status__in=FormInstance.FINAL)
    used |= set(final.order_by().values_list("design_version", flat=True).distinct())
    old = study.design_versions.filter(pk__in=used - {version.pk}).order_by("number")
    return audit.digest({"old": [each.sha256 for each in old], "new": version.sha256})


def send(asked: Rehearsal) -> None:
    """Tell a worker of the rehearsal once the transaction has committed."""
    jobs.enqueue("edc.tasks.rehearse_amendment", rehearsal_id=asked.pk)


@transaction.atomic
def cancel_rehearsal(*, rehearsal: Rehearsal, actor: User) -> None:
    """Stop a rehearsal; nothing was changed by it."""
    access.require(actor, "manage_design", study=rehearsal.study)
    background.cancel(rehearsal, actor=actor, action="rehearsal.cancelled")


def rehearse(asked: Rehearsal, report: Report) -> Rehearsal:
    """Try every subject, each in its own transaction that is undone; a killed worker's lines are kept."""
    access.require(asked.requested_by, "manage_design", study=asked.study)
    subjects = subjects_to_migrate(asked.study, asked.design_version, asked.site)
    done = set(asked.lines.values_list("subject", flat=True))
    keys = list(subjects.order_by("subject_key").values_list("pk", flat=True))
    for number, pk in enumerate(keys):
        report(95 * number // len(keys), f"{number} / {len(keys)}")
        if pk not in done:
            _line(asked, pk)
    return _finish(asked)


def _line(asked: Rehearsal, pk: int) -> None:
    state, effects, obstacle = _tried(asked, pk)
    told = as_json(effects)
    subject = Subject.objects.select_related("site").get(pk=pk)
    RehearsalLine.objects.create(
        rehearsal=asked, subject=subject, site=subject.site, state_sha256=state, counts=counts_of(effects),
        effects=told, effects_sha256=audit.digest(told), obstacle=obstacle[:500],
    )  # fmt: skip


def _tried(asked: Rehearsal, pk: int) -> tuple[str, list[Effect], str]:
    """Return the hash of the subject's state, what the version does, and why it cannot, if so."""
    try:
        with transaction.atomic():
            subject = locked_subject(pk)
            before = subject_state(subject)
            effects = migrate_subject(
                subject=subject, version=asked.design_version, reason="rehearsal", before=before,
                actor=asked.requested_by,
            )  # fmt: skip
            raise _Undone(before, effects)
    except _Undone as tried:
        return state_sha256(tried.before), tried.effects, ""
    except (DomainError, EndlessDerivation) as error:
        held = Subject.objects.select_related("site", "study", "design_version").get(pk=pk)
        return state_sha256(subject_state(held)), [], str(error) or type(error).__name__


def locked_subject(pk: int) -> Subject:
    """Return the subject with its row and those of its forms held until the end of the transaction."""
    held = Subject.objects.select_for_update(of=("self",), no_key=True)
    subject = held.select_related("site", "study", "design_version").get(pk=pk)
    list(FormInstance.objects.select_for_update().filter(subject=subject).values_list("pk", flat=True))
    return subject


def summed(lines: list[tuple[int, dict]]) -> dict[str, dict[str, int]]:
    """Return by site how many effects of each kind there are, and how many subjects."""
    sites: dict[str, Counter] = {}
    for site, counts in lines:
        sites.setdefault(str(site), Counter()).update({**counts, "subjects": 1})
    return {site: dict(sorted(found.items())) for site, found in sorted(sites.items())}


@transaction.atomic
def _finish(asked: Rehearsal) -> Rehearsal:
    held = background.hold(asked)
    lines = list(held.lines.order_by("subject__subject_key"))
    held.counts = summed([(line.site_id, line.counts) for line in lines])
    held.content_sha256 = audit.digest([[line.state_sha256, line.effects_sha256] for line in lines])
    held.state, held.percent, held.ended_at = Rehearsal.State.DONE, 100, timezone.now()
    held.save()
    after = {"design": held.design_version.number, "sha256": held.content_sha256, "subjects": len(lines)}
    audit.record(actor=held.requested_by, action="rehearsal.made", target=held, after=after)
    return held
