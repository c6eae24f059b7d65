"""How the platform's backups and trial restores stand, for who administers it."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from edc.extensions import Chip
from edc.models import Backup, RestoreDrill
from edc.selectors.backups import standing
from edc.web.answers import study_with
from edc.web.request import Request

SHOWN = 30
PROBLEMS: dict[str, Promise] = {
    "none": _("There is no backup to restore"),
    "gone": _("The file of the newest backup is not there"),
    "altered": _("The file is not the one that was written"),
    "unreadable": _("The file cannot be read"),
    "restore_failed": _("The database could not be restored"),
    "interrupted": _("It was ended from outside, before it could tell anything"),
    "not_empty": _("The place to restore into is not empty"),
    "file": _("A file is missing or altered"),
    "count": _("Rows are missing or too many: restored / at the backup"),
    "chain": _("The audit chain does not hold"),
}


@require_safe
@login_required
def backups(request: Request) -> HttpResponse:
    """Show the last backup and the last trial restore with their age, and what failed."""
    study_with(request, "manage_people")
    drills = RestoreDrill.objects.select_related("backup")[:SHOWN]
    context = {
        "standing": standing(),
        "every_hours": settings.BACKUP_EVERY_HOURS,
        "every_days": settings.RESTORE_DRILL_EVERY_DAYS,
        "backups": [(each, _chip(each.succeeded)) for each in Backup.objects.all()[:SHOWN]],
        "drills": [(each, _chip(each.passed), _problems(each)) for each in drills],
    }
    return render(request, "edc/backups.html", context)


def _chip(well: bool) -> Chip:
    return Chip("done", str(_("Good"))) if well else Chip("miss", str(_("Failed")))


def _problems(drill: RestoreDrill) -> list[str]:
    found = ((str(PROBLEMS.get(each["code"], each["code"])), each["what"]) for each in drill.problems)
    return [f"{words}: {what}" if what else words for words, what in found]
