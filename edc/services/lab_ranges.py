"""Reference ranges of laboratories: a whole file in or nothing of it, and one withdrawn with a reason."""

from collections.abc import Iterable, Mapping

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from edc import access, audit
from edc.errors import InvalidInput, NotNow
from edc.exchange.faults import FileFault
from edc.exchange.table_read import Table, open_table
from edc.models import ReferenceRange, Site, Study, User
from edc.safety.range_table import CellFault, Known, SiteRange, read_ranges
from edc.safety.ranges import LabRange
from edc.selectors.evaluation import in_language
from edc.selectors.lab_values import offered_units
from edc.services.data_import import files
from edc.services.reasons import required_text

RIGHT = "import_data"
MOST_FAULTS = 50


def import_ranges(
    *, study: Study, file_name: str, chunks: Iterable[bytes], actor: User
) -> list[ReferenceRange]:
    """Take every range of an Excel or CSV file into force, at sites where the actor may import.

    Raises InvalidInput naming each faulty cell, such as H3; then nothing of the file is kept.
    """
    sites = {site.oid: site for site in access.sites_for(actor, RIGHT).filter(study=study)}
    if not sites:
        access.require(actor, RIGHT, site=study.sites.first())
    with files.gone_on_failure() as stored, transaction.atomic():
        sha256, table = _table(file_name, chunks, stored)
        found = _ranges(study, sites, table)
        return [_put(each, sites[each.site], (file_name[:200], sha256), actor) for each in found]


def _ranges(study: Study, sites: Mapping[str, Site], table: Table) -> list[SiteRange]:
    held = _held(sites.values())
    version = study.design_versions.first()
    known = Known(frozenset(sites), offered_units(version.design) if version else {})
    try:
        found, faults = read_ranges(table.headings, table.lines(), known, held)
    except FileFault as fault:
        raise _refused({"file": in_language(fault.text)}) from None
    if faults or not found:
        raise _refused(_told(faults) or {"file": _("The file holds no range.")})
    return found


def _table(file_name: str, chunks: Iterable[bytes], stored: files.Stored) -> tuple[str, Table]:
    kind = files.kind_of(file_name)
    if kind == "odm":
        raise _refused({"file": _("Upload the ranges as Excel (.xlsx) or CSV.")})
    sha256, _size = files.keep(chunks, stored)
    try:
        return sha256, open_table(files.folder() / sha256, kind)
    except FileFault as fault:
        raise _refused({"file": in_language(fault.text)}) from None


def _refused(fields: dict[str, str]) -> InvalidInput:
    return InvalidInput(
        _("Nothing was imported. Correct these cells and upload the file again."), fields=fields
    )


def _told(faults: list[CellFault]) -> dict[str, str]:
    told: dict[str, str] = {}
    for each in faults[:MOST_FAULTS]:
        told[each.cell] = f"{told.get(each.cell, '')} {in_language(each.text)}".strip()
    return told


def _held(sites: Iterable[Site]) -> dict[str, list[LabRange]]:
    held: dict[str, list[LabRange]] = {}
    rows = ReferenceRange.objects.select_for_update(of=("self",)).filter(
        site__in=list(sites), withdrawn_at=None
    )
    for row in rows.select_related("site"):
        held.setdefault(row.site.oid, []).append(row.as_range)
    return held


def _put(found: SiteRange, site: Site, file: tuple[str, str], actor: User) -> ReferenceRange:
    each = found.range
    made = ReferenceRange.objects.create(
        site=site, laboratory=each.laboratory, analyte=each.analyte, unit=each.unit, sex=each.sex,
        age_from=each.age_from, age_to=each.age_to, low=each.low, high=each.high, valid_from=each.valid_from,
        file_name=file[0], file_sha256=file[1], imported_by=actor,
    )  # fmt: skip
    after = shown(made) | {"file": file[0], "line": found.line, "sha256": file[1]}
    audit.record(actor=actor, action="lab_range.imported", target=made, after=after)
    return made


def shown(row: ReferenceRange) -> dict[str, object]:
    """Return a range as the trail holds it."""
    limits = {"low": row.low, "high": row.high}
    return {
        "laboratory": row.laboratory,
        "analyte": row.analyte,
        "unit": row.unit,
        "sex": row.sex,
        "age_from": row.age_from,
        "age_to": row.age_to,
        "valid_from": row.valid_from.isoformat(),
        **{name: None if limit is None else f"{limit.normalize():f}" for name, limit in limits.items()},
    }


@transaction.atomic
def withdraw_range(*, reference: ReferenceRange, reason: str, actor: User) -> ReferenceRange:
    """Take a range out of force; values are judged without it from then on. Raises NotNow the second time."""
    access.require(actor, RIGHT, site=reference.site)
    reason = required_text(reason, field="reason")
    reference = ReferenceRange.objects.select_for_update(of=("self",)).get(pk=reference.pk)
    if reference.withdrawn_at:
        raise NotNow(_("This range has been withdrawn already."))
    reference.withdrawn_at = timezone.now()
    reference.save(update_fields=["withdrawn_at"])
    audit.record(
        actor=actor, action="lab_range.withdrawn", target=reference, before=shown(reference), reason=reason
    )
    return reference
