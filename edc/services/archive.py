"""A site confirms that it holds its own archive: the last thing before its data are closed."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from edc import access, audit
from edc.errors import InvalidInput, NotNow
from edc.models import ArchiveReceipt, Export, Site, User
from edc.services.reasons import required_text
from edc.services.sign import Proof, reauthenticate


def confirm_receipt(*, export: Export, code: str, kept_at: str, proof: Proof, actor: User) -> ArchiveReceipt:
    """Record that the site has the archive and verified it, after the investigator proved to be the one.

    `code` is what verify_package.py printed over the files at the site: nobody knows it who has not run it.
    Raises PermissionDenied for who may not fetch the site's archive, InvalidInput naming `code` or `kept_at`.
    """
    site = site_of(export)
    access.require(actor, "fetch_archive", site=site)
    if export.state != Export.State.DONE or not export.receipt_code:
        raise NotNow(_("The archive is not made yet. Wait for its end."))
    kept_at = required_text(kept_at, field="kept_at")[:200]
    if code.strip().lower() != export.receipt_code:
        words = _(
            "This is not the code of these files. Run verify_package.py in the unpacked archive and copy it."
        )
        raise InvalidInput(_("The receipt was not confirmed."), fields={"code": words})
    reauthenticate(actor=actor, proof=proof, target=export)
    return _confirm(export, site, kept_at, actor)


def site_of(export: Export) -> Site:
    """Return the one site of an archive; raise PermissionDenied for any other package."""
    sites = list(export.sites.all())
    if export.kind != Export.Kind.ARCHIVE or len(sites) != 1:
        raise PermissionDenied("fetch_archive")
    return sites[0]


@transaction.atomic
def _confirm(export: Export, site: Site, kept_at: str, actor: User) -> ArchiveReceipt:
    held = Export.objects.select_for_update().get(pk=export.pk)
    if held.receipts.exists():
        raise NotNow(_("The receipt of this archive is confirmed already."))
    receipt = ArchiveReceipt.objects.create(
        export=held,
        site=site,
        code=held.receipt_code,
        sha256=held.sha256,
        kept_at=kept_at,
        confirmed_by=actor,
    )
    after = {
        "site": site.oid, "snapshot": held.snapshot.citation, "code": receipt.code, "sha256": held.sha256,
        "kept_at": kept_at,
    }  # fmt: skip
    place = audit.Place(study=site.study, site=site)
    audit.record(actor=actor, action="archive.received", target=receipt, after=after, place=place)
    return receipt
