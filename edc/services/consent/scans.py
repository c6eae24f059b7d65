"""Scans of signed pages carry the subject's name: every look is recorded, and two people erase one."""

import hashlib
import uuid

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from edc import access, audit
from edc.errors import NotNow
from edc.models import Consent, ConsentScan, User
from edc.selectors.consents import SCAN_READERS
from edc.services.consent.versions import read_document
from edc.services.kept_files import gone_on_failure, keep, place_of
from edc.services.lock import require_place_open
from edc.services.reasons import required_text

MOST_OF_A_CONSENT = 10
# The people of the site; a monitor opens scans and withdraws none.
WITHDRAWING = ("enter_data", "sign_form")


def add_scan(*, consent: Consent, content: bytes, actor: User) -> ConsentScan:
    """Keep a PDF, JPEG or PNG of signed pages; a picture's metadata and the file's name are not kept.

    A file whose row is not written is removed again. Raises InvalidInput naming `file`.
    """
    access.require(actor, "enter_data", site=consent.subject.site)
    kept = read_document(content)
    made = ConsentScan(
        public_id=uuid.uuid4(), media_type=kept.media_type, page_count=kept.page_count,
        size=len(kept.content), sha256=hashlib.sha256(kept.content).hexdigest(), uploaded_by=actor,
    )  # fmt: skip
    with gone_on_failure(made), transaction.atomic():
        made.consent = _takes_scans(consent)
        keep(made, kept.content)
        made.save(force_insert=True)
        audit.record(
            actor=actor, action="consent.scan_added", target=made.consent,
            after={**_row(made), "size": made.size, "pages": made.page_count},
        )  # fmt: skip
    return made


def _takes_scans(consent: Consent) -> Consent:
    held = Consent.objects.select_for_update(of=("self",)).select_related("subject__site").get(pk=consent.pk)
    require_place_open(held.subject)
    if held.taken_back_at:
        raise NotNow(_("This consent was taken back."))
    if held.scans.filter(withdrawn_at=None).count() >= MOST_OF_A_CONSENT:
        message = _("The consent has %(count)d files, which is the most. Withdraw one first.")
        raise NotNow(message % {"count": MOST_OF_A_CONSENT})
    return held


@transaction.atomic
def record_scan_view(*, scan: ConsentScan, actor: User, page: int | None = None) -> None:
    """Record that somebody looked at a page, or took the file; raise PermissionDenied for who may not."""
    _require(actor, scan, *SCAN_READERS)
    what = "consent.scan_downloaded" if page is None else "consent.scan_viewed"
    after = _row(scan) if page is None else {**_row(scan), "page": page}
    audit.record(actor=actor, action=what, target=scan.consent, after=after)


@transaction.atomic
def withdraw_scan(*, scan: ConsentScan, reason: str, actor: User) -> ConsentScan:
    """Take a scan out of everybody's view, also where data are locked: a wrong name cannot wait."""
    _require(actor, scan, *WITHDRAWING)
    reason = required_text(reason, field="reason")
    held = ConsentScan.objects.select_for_update(of=("self",)).select_related("consent").get(pk=scan.pk)
    if held.withdrawn_at:
        raise NotNow(_("It has been withdrawn already."))
    held.withdrawn_by, held.withdrawn_at, held.withdrawn_reason = actor, timezone.now(), reason
    held.save(update_fields=["withdrawn_by", "withdrawn_at", "withdrawn_reason"])
    audit.record(
        actor=actor, action="consent.scan_withdrawn", target=held.consent, before=_row(held), reason=reason
    )
    return held


@transaction.atomic
def erase_scan(*, scan: ConsentScan, actor: User) -> ConsentScan:
    """Remove the file of a withdrawn scan for good, by another person than withdrew it; its hash stays."""
    _require(actor, scan, *WITHDRAWING)
    held = ConsentScan.objects.select_for_update(of=("self",)).select_related("consent").get(pk=scan.pk)
    if held.withdrawn_at is None or held.erased_at is not None:
        raise NotNow(_("Only a withdrawn file can be erased, and only once."))
    if held.withdrawn_by_id == actor.pk:
        raise NotNow(_("You withdrew this file. Another person must erase it."))
    held.erased_by, held.erased_at = actor, timezone.now()
    held.save(update_fields=["erased_by", "erased_at"])
    audit.record(
        actor=actor, action="consent.scan_erased", target=held.consent, before=_row(held),
        reason=held.withdrawn_reason,
    )  # fmt: skip
    path = place_of(held)
    transaction.on_commit(lambda: path.unlink(missing_ok=True))
    return held


def _require(actor: User, scan: ConsentScan, *permissions: str) -> None:
    if not any(access.may(actor, name, site=scan.consent.subject.site) for name in permissions):
        raise PermissionDenied(permissions[0])


def _row(scan: ConsentScan) -> dict[str, object]:
    return {"scan": str(scan.public_id), "sha256": scan.sha256}
