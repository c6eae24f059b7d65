"""Which sites have confirmed the receipt of their own archive, and whether it still says everything."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.db.models import Q

from edc.models import ArchiveReceipt, AuditEvent, Site

# Written about a subject without changing its archive: somebody looked, was told, asked or checked. What is
# not named here outdates an archive: a new kind of event warns too often, never too late.
LOOKED: Final = "view."
MARKS: Final = (
    "consent.scan_downloaded",
    "consent.scan_viewed",
    "evidence.downloaded",
    "item.verified",
    "redaction.refused",
    "redaction.requested",
    "safety_case.reminded",
    "score.printed",
    "signature.refused",
    "verification.planned",
)


@dataclass(frozen=True)
class SiteArchive:
    """A site with the newest receipt of its archive; `outdated` when a subject's record changed since."""

    site: Site
    receipt: ArchiveReceipt | None
    outdated: bool = False


def archives_of(sites: Iterable[Site]) -> list[SiteArchive]:
    """Return how far each site is with its archive, in the order of the sites."""
    sites = list(sites)
    found = ArchiveReceipt.objects.filter(site__in=sites).select_related("export__snapshot", "confirmed_by")
    newest = {each.site_id: each for each in found.order_by("export__snapshot__number")}
    return [_of(site, newest.get(site.pk)) for site in sites]


def _of(site: Site, receipt: ArchiveReceipt | None) -> SiteArchive:
    if receipt is None:
        return SiteArchive(site, None)
    return SiteArchive(site, receipt, _changed_since(site, receipt.export.snapshot.audit_event))


def _changed_since(site: Site, event: int) -> bool:
    """Tell whether anything about a subject of the site changed after an event.

    A hold of the whole site or study is none: it closes the data that the archive holds.
    """
    later = AuditEvent.objects.filter(site=site, subject__isnull=False, pk__gt=event)
    return later.exclude(Q(action__startswith=LOOKED) | Q(action__in=MARKS)).exists()
