"""Who sees which snapshots and packages, and who may have a package's file."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from edc import access
from edc.models import Export, Site, Snapshot, SnapshotRequest, Study, User


def _studies(actor: User | None) -> QuerySet[Study]:
    """Return the studies whose exports the actor may know of: who exports, who freezes, who audits."""
    sites = access.sites_for(actor, "export_data")
    watched = access.studies_for(actor, "freeze_data", "view_audit")
    return Study.objects.filter(Q(sites__in=sites) | Q(pk__in=watched)).distinct()


def snapshots_visible_to(actor: User | None) -> QuerySet[Snapshot]:
    """Return the snapshots of these studies; a snapshot's row tells counts and hashes, never a value."""
    found = Snapshot.objects.filter(study__in=_studies(actor))
    return found.select_related("study", "frozen_by", "design_version")


def snapshot_requests_visible_to(actor: User | None) -> QuerySet[SnapshotRequest]:
    """Return the requests for snapshots in these studies."""
    found = SnapshotRequest.objects.filter(study__in=_studies(actor))
    return found.select_related("study", "requested_by")


def exports_visible_to(actor: User | None) -> QuerySet[Export]:
    """Return the packages, with their manifests, of which every site is the actor's: to export or to audit.

    Of a site's archive its investigators know too. A manifest tells of each site in it, so one site beyond
    the actor's hides the package.
    """
    exported = _within(access.sites_for(actor, "export_data"))
    audited = _within(access.sites_for(actor, "view_subjects"))
    audited &= Q(snapshot__study__in=access.studies_for(actor, "view_audit"))
    archived = _within(access.sites_for(actor, "fetch_archive")) & Q(kind=Export.Kind.ARCHIVE)
    found = Export.objects.filter(exported | audited | archived)
    return found.select_related("snapshot__study", "requested_by").prefetch_related("sites")


def _within(sites: QuerySet[Site]) -> Q:
    """Match the packages that hold some of these sites and none besides."""
    held = Export.sites.through.objects.filter(export=OuterRef("pk"))
    beyond = held.exclude(site__in=sites.values("pk"))
    return Q(Exists(held)) & ~Q(Exists(beyond))


def may_download(actor: User | None, export: Export) -> bool:
    """Tell whether the actor may have the file: the right must hold at every site that is in it."""
    wanted = {site.pk for site in export.sites.all()}
    if not wanted:
        return False
    exporting = set(access.sites_for(actor, "export_data").values_list("pk", flat=True))
    if wanted <= exporting:
        return True
    fetching = set(access.sites_for(actor, "fetch_archive").values_list("pk", flat=True))
    return export.kind == Export.Kind.ARCHIVE and wanted <= fetching


def sites_to_export(actor: User | None, study: Study) -> QuerySet[Site]:
    """Return the sites of the study whose data the actor may take out."""
    return access.sites_for(actor, "export_data").filter(study=study)
