"""Packages of data: asked for with a purpose, downloaded by who has the right, removed in time."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from edc import access, audit, jobs
from edc.errors import InvalidInput, NotHeld
from edc.exchange.formats import ABOUT_PEOPLE, FORMATS, HOLDING_PASSES
from edc.models import Export, Site, Snapshot, User
from edc.selectors.export import may_download, sites_to_export
from edc.services import background
from edc.services.reasons import required_text
from edc.services.views import EXPORT

Kind, Profile = Export.Kind, Export.Profile
ARCHIVE_FORMATS = ("csv", "odm", "odm_transactional", "review", "casebooks", "audit")
FIXED_FORMATS: dict[str, tuple[str, ...]] = {
    Kind.WORKBOOK: ("excel",),
    Kind.SHARING: ("csv",),
    Kind.ARCHIVE: ARCHIVE_FORMATS,
}


@transaction.atomic
def request_export(  # noqa: PLR0913 - what a package is
    *,
    snapshot: Snapshot,
    kind: str,
    profile: str,
    formats: Collection[str],
    sites: Sequence[Site],
    language: str,
    purpose: str,
    actor: User,
) -> Export:
    """Ask for a package of a snapshot at these sites, or at all where the actor may export.

    What quotes or names people (passes, queries, audit, casebooks) is given with the full profile alone.
    """
    allowed = {site.pk for site in sites_to_export(actor, snapshot.study)}
    chosen = list(sites) or list(snapshot.study.sites.filter(pk__in=allowed))
    if not chosen or not {site.pk for site in chosen} <= allowed:
        raise PermissionDenied("export_data")
    purpose = required_text(purpose, field="purpose")
    wanted = _formats(kind, profile, formats, chosen)
    export = Export.objects.create(
        snapshot=snapshot, kind=kind, profile=profile, formats=wanted, language=language, purpose=purpose,
        requested_by=actor,
    )  # fmt: skip
    export.sites.set(chosen)
    audit.record(
        actor=actor, action="export.requested", target=export, place=audit.Place(study=snapshot.study),
        after={
            "snapshot": snapshot.citation, "kind": kind, "profile": profile, "formats": wanted,
            "sites": sorted(site.oid for site in chosen),
        },
        reason=purpose,
    )  # fmt: skip
    send(export)
    return export


def _formats(kind: str, profile: str, formats: Collection[str], sites: Sequence[Site]) -> list[str]:
    """Return the formats of a package in their order; raise InvalidInput naming the field that is wrong."""
    wanted = [each for each in FORMATS if each in (FIXED_FORMATS.get(kind) or formats)]
    faults = _profile_faults(kind, profile)
    if kind not in Kind.values:
        faults["kind"] = _("Choose what to make.")
    if not wanted or set(formats) - set(FORMATS):
        faults["formats"] = _("Choose at least one format.")
    elif profile != Profile.FULL and ABOUT_PEOPLE & set(wanted):
        faults["formats"] = _(
            "Passes, queries, audit, casebooks, transactional and 2.0 ODM name people: full profile only."
        )
    if kind == Kind.ARCHIVE and len(sites) != 1:
        faults["sites"] = _("An archive is of one site: choose it.")
    if faults:
        raise InvalidInput(_("Some fields need correction."), fields=faults)
    return wanted


def _profile_faults(kind: str, profile: str) -> dict[str, str]:
    if profile not in Profile.values:
        return {"profile": _("Choose a profile: full, limited or public.")}
    if kind == Kind.SHARING and profile != Profile.PUBLIC:
        return {"profile": _("What is shared with the public has the public profile.")}
    if kind == Kind.ARCHIVE and profile != Profile.FULL:
        return {"profile": _("A site's archive is complete: choose the full profile.")}
    return {}


def send(export: Export) -> None:
    """Tell a worker of the package once the transaction has committed."""
    jobs.enqueue("edc.tasks.make_export", export_id=export.pk)


@transaction.atomic
def cancel_export(*, export: Export, actor: User) -> None:
    """Stop the making of a package; what was written is removed."""
    for site in export.sites.all():
        access.require(actor, "export_data", site=site)
    background.cancel(export, actor=actor, action="export.cancelled")


@transaction.atomic
def record_download(*, export: Export, actor: User) -> Path:
    """Record that the actor takes the file, and return where it lies."""
    if not may_download(actor, export):
        raise PermissionDenied("export_data")
    path = path_of(export)
    if not export.is_held or not path.is_file():
        raise NotHeld(
            _("The file of this package has been removed. Make the package again: it has the same data.")
        )
    audit.record(
        actor=actor, action="export.downloaded", target=export,
        place=audit.Place(study=export.snapshot.study),
        after={"file": export.file_name, "sha256": export.sha256, "bytes": export.size},
    )  # fmt: skip
    if HOLDING_PASSES & set(export.formats):
        about = {"file": export.file_name, "sites": sorted(export.sites.values_list("oid", flat=True))}
        place = audit.Place(study=export.snapshot.study)
        audit.record(actor=actor, action=EXPORT, target=export, place=place, after=about)
    return path


def path_of(export: Export) -> Path:
    """Return where a package's file lies; the name tells nothing."""
    return Path(settings.EXPORT_DIR) / f"{export.public_id}.zip"


@transaction.atomic
def remove_expired_exports(*, actor: User) -> int:
    """Remove the files that are past their day, and those that no package owns any more; the rows stay."""
    now, removed = timezone.now(), 0
    due = Export.objects.filter(state=Export.State.DONE, removed_at__isnull=True, expires_at__lt=now)
    for export in due.select_related("snapshot__study"):
        path_of(export).unlink(missing_ok=True)
        export.removed_at = now
        export.save(update_fields=["removed_at"])
        place = audit.Place(study=export.snapshot.study)
        audit.record(actor=actor, action="export.removed", target=export, place=place)
        removed += 1
    return removed


def expiry() -> timedelta:
    """Return how long a package's file is kept."""
    return timedelta(days=settings.EXPORT_DAYS)
