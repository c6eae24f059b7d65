"""What the platform knows of its backups: the last ones, their age, and what is due."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from edc.models import Backup, RestoreDrill

# A failure is not tried again at every look: the administrators were told.
PAUSE_AFTER_FAILURE = timedelta(hours=1)
# A backup may be a little late before a person has to look.
GRACE = 1.25


@dataclass(frozen=True)
class Standing:
    """The newest backup and trial restore that ended well, the last attempts, and what is late."""

    is_set_up: bool
    backup: Backup | None
    drill: RestoreDrill | None
    last_backup: Backup | None
    last_drill: RestoreDrill | None
    backup_is_late: bool
    drill_is_late: bool

    @property
    def is_well(self) -> bool:
        """Whether nobody has to do anything."""
        attempts = (self.last_backup is None or self.last_backup.succeeded) and (
            self.last_drill is None or self.last_drill.passed
        )
        return self.is_set_up and attempts and not (self.backup_is_late or self.drill_is_late)


def standing() -> Standing:
    """Return how the platform's backups stand."""
    good = Backup.objects.filter(succeeded=True).first()
    passed = RestoreDrill.objects.filter(passed=True).select_related("backup").first()
    return Standing(
        is_set_up=bool(settings.BACKUP_DIR),
        backup=good,
        drill=passed,
        last_backup=Backup.objects.first(),
        last_drill=RestoreDrill.objects.select_related("backup").first(),
        backup_is_late=_is_late(_at(good), _backup_every() * GRACE),
        drill_is_late=_is_late(_at(passed), _drill_every() * GRACE),
    )


def missed() -> dict[str, datetime]:
    """Return which of `backup` and `drill` is late, and when it was due.

    Where none ended well yet, the time runs from the first attempt at a backup, or from the first backup that
    could be tried: a new installation is not late with its first.
    """
    if not settings.BACKUP_DIR:
        return {}
    good, passed = Backup.objects.filter(succeeded=True), RestoreDrill.objects.filter(passed=True)
    since = {
        "backup": (_at(good.first() or Backup.objects.last()), _backup_every()),
        "drill": (_at(passed.first() or good.last()), _drill_every()),
    }
    return {what: at + every for what, (at, every) in since.items() if at and _is_late(at, every * GRACE)}


def backup_is_due() -> bool:
    """Tell whether the scheduler should make a backup now; never where no folder or no period is set."""
    if not settings.BACKUP_DIR or not settings.BACKUP_EVERY_HOURS:
        return False
    last, good = Backup.objects.first(), Backup.objects.filter(succeeded=True).first()
    return _due(_at(good), _at(last), _backup_every())


def drill_is_due() -> bool:
    """Tell whether the scheduler should try a restore now; never before there is a backup."""
    if not settings.BACKUP_DIR or not settings.RESTORE_DRILL_EVERY_DAYS:
        return False
    if not Backup.objects.filter(succeeded=True).exists():
        return False
    last, good = RestoreDrill.objects.first(), RestoreDrill.objects.filter(passed=True).first()
    return _due(_at(good), _at(last), _drill_every())


def _at(row: Backup | RestoreDrill | None) -> datetime | None:
    return row.at if row else None


def _backup_every() -> timedelta:
    return timedelta(hours=settings.BACKUP_EVERY_HOURS)


def _drill_every() -> timedelta:
    return timedelta(days=settings.RESTORE_DRILL_EVERY_DAYS)


def _due(good: datetime | None, last: datetime | None, every: timedelta) -> bool:
    now = timezone.now()
    return (good is None or now - good >= every) and (last is None or now - last >= PAUSE_AFTER_FAILURE)


def _is_late(good: datetime | None, limit: timedelta) -> bool:
    return bool(limit) and (good is None or timezone.now() - good > limit)
