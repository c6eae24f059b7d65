"""Which sites have confirmed the receipt of their own archive, and whether it still says everything."""

from collections.abc import Iterable
from dataclasses import dataclass

from edc.models import ArchiveReceipt, AuditEvent, Site


@dataclass(frozen=True)
class SiteArchive:
    """A site with the newest receipt of its archive; `outdated` when an item changed after its snapshot."""

    site: Site
    receipt: ArchiveReceipt | None
    outdated: bool = False


def archives_of(sites: Iterable[Site]) -> list[SiteArchive]:
    """Return how far each site is with its archive, in the order of the sites."""
    return [_of(site) for site in sites]


def _of(site: Site) -> SiteArchive:
    found = ArchiveReceipt.objects.filter(site=site).select_related("export__snapshot", "confirmed_by")
    receipt = found.order_by("-export__snapshot__number").first()
    if receipt is None:
        return SiteArchive(site, None)
    later = AuditEvent.objects.filter(site=site, pk__gt=receipt.export.snapshot.audit_event)
    return SiteArchive(site, receipt, later.exclude(path="").exists())
