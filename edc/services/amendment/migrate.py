"""The migration that was rehearsed: the same numbers by subject, or it ends and names what differs."""

from collections import Counter

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from edc import access, audit, jobs
from edc.errors import Conflict, NotNow
from edc.models import DesignMigration, MigratedSubject, Rehearsal, RehearsalLine, User
from edc.row_security import every_site
from edc.selectors.activation import active_versions
from edc.selectors.subject_state import state_sha256, subject_state
from edc.services import background
from edc.services.amendment.effects import KINDS, Effect, as_json, counts_of
from edc.services.amendment.rehearse import Report, locked_subject, pair_sha256, summed
from edc.services.amendment.scope import subjects_to_migrate
from edc.services.amendment.subject import migrate_subject
from edc.services.reasons import required_text

CHANGED = gettext_lazy(
    "The data of subject {subject} changed since the rehearsal: rehearse again, then migrate. "
    "Subjects already migrated stay so."
)
APART = gettext_lazy(
    "Subject {subject}: the rehearsal foretold otherwise ({kind}, {place} {path}). Nothing of "
    "this subject was changed: rehearse again."
)


@transaction.atomic
def request_migration(*, rehearsal: Rehearsal, reason: str, actor: User) -> DesignMigration:
    """Have a worker do what the rehearsal foretold; the version must hold at every site concerned."""
    access.require(actor, "manage_design", study=rehearsal.study)
    reason = required_text(reason, field="reason")
    rehearsal = Rehearsal.objects.select_for_update(of=("self",)).get(pk=rehearsal.pk)
    _check(rehearsal)
    asked = DesignMigration.objects.create(
        rehearsal=rehearsal, study=rehearsal.study, reason=reason, requested_by=actor
    )
    after = {"design": rehearsal.design_version.number, "rehearsal": rehearsal.content_sha256}
    audit.record(actor=actor, action="migration.requested", target=asked, after=after, reason=reason)
    send(asked)
    return asked


@every_site("a migration concerns every site of the rehearsal")
def _check(rehearsal: Rehearsal) -> None:
    if rehearsal.state != Rehearsal.State.DONE:
        raise NotNow(_("Wait for the rehearsal to end."))
    if DesignMigration.objects.filter(rehearsal=rehearsal).exists():
        raise NotNow(_("This rehearsal was followed by a migration already: rehearse again."))
    if rehearsal.study.design_migrations.filter(state__in=DesignMigration.UNDER_WAY).exists():
        raise NotNow(_("A migration of this study is under way. Wait for it."))
    if rehearsal.lines.exclude(obstacle="").exists():
        raise NotNow(_("Some subjects cannot be migrated: read what stands in the way in the rehearsal."))
    if pair_sha256(rehearsal.study, rehearsal.design_version) != rehearsal.pair_sha256:
        raise Conflict(_("The subjects have other versions now than at the rehearsal: rehearse again."))
    waits = waiting_sites(rehearsal)
    if waits:
        raise NotNow(
            _("The version does not hold yet at these sites: %(sites)s.") % {"sites": ", ".join(waits)}
        )


@every_site("a migration waits for every site of the rehearsal")
def waiting_sites(rehearsal: Rehearsal) -> list[str]:
    """Return the OIDs of the rehearsal's sites at which the version does not hold today."""
    sites = rehearsal.study.sites.filter(pk__in=rehearsal.lines.values("site"))
    holds = active_versions(sites)
    return [site.oid for site in sites if holds[site.pk].number < rehearsal.design_version.number]


def send(asked: DesignMigration) -> None:
    """Tell a worker of the migration once the transaction has committed."""
    jobs.enqueue("edc.tasks.migrate_design", migration_id=asked.pk)


@transaction.atomic
def cancel_migration(*, migration: DesignMigration, actor: User) -> None:
    """Stop a migration before its next subject; subjects already migrated stay so."""
    access.require(actor, "manage_design", study=migration.study)
    background.cancel(migration, actor=actor, action="migration.cancelled")


def migrate(asked: DesignMigration, report: Report) -> DesignMigration:
    """Migrate every subject of the rehearsal, each in one transaction; one that is done is not done again.

    Before the first write all subjects are compared with the rehearsal. Raises Conflict, naming the subject
    and what differs; what a worker did before it was killed is kept, and the next one goes on after it.
    """
    access.require(asked.requested_by, "manage_design", study=asked.study)
    lines = list(asked.rehearsal.lines.select_related("subject__site", "subject__study").order_by("pk"))
    done = set(asked.subjects.values_list("subject", flat=True))
    _require_unchanged(asked, [line for line in lines if line.subject_id not in done])
    for number, line in enumerate(lines):
        report(95 * number // len(lines), f"{number} / {len(lines)}")
        if line.subject_id not in done:
            _migrate_one(asked, line)
    return _finish(asked)


def _require_unchanged(asked: DesignMigration, lines: list[RehearsalLine]) -> None:
    known = {line.subject_id for line in asked.rehearsal.lines.all()}
    rehearsal = asked.rehearsal
    due = subjects_to_migrate(asked.study, rehearsal.design_version, rehearsal.site)
    for subject in due.exclude(pk__in=known):
        raise Conflict(format_lazy(CHANGED, subject=subject.subject_key))
    for line in lines:
        if state_sha256(subject_state(line.subject)) != line.state_sha256:
            raise Conflict(format_lazy(CHANGED, subject=line.subject.subject_key))


@transaction.atomic
def _migrate_one(asked: DesignMigration, line: RehearsalLine) -> None:
    background.hold(asked)
    subject = locked_subject(line.subject_id)
    before, version = subject_state(subject), asked.rehearsal.design_version
    if state_sha256(before) != line.state_sha256:
        raise Conflict(format_lazy(CHANGED, subject=subject.subject_key))
    old = subject.design_version
    effects = migrate_subject(
        subject=subject, version=version, reason=asked.reason, actor=asked.requested_by, before=before
    )
    told = as_json(effects)
    digest = audit.digest(told)
    if digest != line.effects_sha256:
        raise Conflict(_apart(subject.subject_key, line.effects, told))
    MigratedSubject.objects.create(
        migration=asked, subject=subject, from_version=old, counts=counts_of(effects), effects_sha256=digest
    )


def _apart(subject: str, foretold: list[dict], done: list[dict]) -> Promise:
    """Name the first effect that only one of both has."""
    was, now = (Counter(tuple(sorted(each.items())) for each in effects) for effects in (foretold, done))
    other = sorted([*(was - now).elements(), *(now - was).elements()])
    effect = Effect(**dict(other[0])) if other else Effect("form_migrated", "")
    return format_lazy(APART, subject=subject, kind=KINDS[effect.kind], place=effect.place, path=effect.path)


@transaction.atomic
def _finish(asked: DesignMigration) -> DesignMigration:
    held = background.hold(asked)
    rows = held.subjects.select_related("subject")
    held.counts = summed([(row.subject.site_id, row.counts) for row in rows])
    held.state, held.percent, held.ended_at = DesignMigration.State.DONE, 100, timezone.now()
    held.save()
    after = {"design": held.rehearsal.design_version.number, "counts": held.counts}
    audit.record(
        actor=held.requested_by, action="migration.done", target=held, after=after, reason=held.reason
    )
    return held
