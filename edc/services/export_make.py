"""Making a package: the snapshot's parts streamed through a profile into files, proved, sealed and zipped."""

import shutil
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from edc import audit, extensions
from edc.design.study import StudyDesign
from edc.errors import DomainError
from edc.exchange import keyed, manifest, verify_trail
from edc.exchange.disclosure import Disclosure, Log, recoded
from edc.exchange.formats import AUDIT, CASEBOOKS
from edc.exchange.identifiers import classes
from edc.exchange.odm_write.admin import AdminData, Place
from edc.exchange.odm_write.document import Heading, History
from edc.exchange.package import Package, Source
from edc.exchange.record import Subject as Record
from edc.exchange.record import from_json, sha256_of
from edc.exchange.register_rows import ALLOCATIONS, SAFETY_CASES, Register
from edc.models import Export, Site, SnapshotPart
from edc.selectors.export import sites_to_export
from edc.selectors.export_counts import items_in, records_in, subjects_in
from edc.selectors.export_history import admin_of, history_of
from edc.services import background
from edc.services.export import expiry, path_of
from edc.services.export_audit import AUDIT_HEAD, CHAIN, audit_rows, write_chain
from edc.services.export_casebook import write_casebooks
from edc.services.export_readme import readme_of

Report = Callable[[int, str], None]
# As verify_package.py prints them: who types them has run it over the very files.
RECEIPT_DIGITS = 16
ALREADY_PACKED = (".parquet", ".xlsx", ".pdf")


class PartAltered(DomainError):
    """A part of a snapshot does not have the hash it was frozen with."""

    code = "part_altered"


class NotWhole(DomainError):
    """A written file lacks something: the package is not handed out."""

    code = "not_whole"


def make(export: Export, report: Report) -> Export:
    """Write the package's files, prove and seal them, keep the zip; keeps nothing where one is not whole."""
    sites = list(export.sites.order_by("oid"))
    allowed = {site.pk for site in sites_to_export(export.requested_by, export.snapshot.study)}
    if not {site.pk for site in sites} <= allowed:
        raise PermissionDenied("export_data")
    Path(settings.EXPORT_DIR).mkdir(parents=True, exist_ok=True)
    with (
        TemporaryDirectory(prefix="export-", dir=settings.EXPORT_DIR) as folder,
        translation.override("en" if export.language == "en" else "zh-hans"),
    ):
        files, spool = Path(folder) / "files", Path(folder) / "spool"
        files.mkdir()
        spool.mkdir()
        package = Package(files, spool, _source(export, sites), report)
        package.make(set(export.formats))
        _write_more(package, export, sites)
        held = _seal(package, export, sites)
        export.receipt_code = manifest.sha256_of(files / manifest.SUMS)[:RECEIPT_DIGITS]
        report(95, "zip")
        _zip(files, Path(folder) / "package.zip", export)
        return _complete(export, Path(folder) / "package.zip", held)


def designs_of(export: Export) -> dict[int, StudyDesign]:
    """Return the design versions that were published when the snapshot was made, by number."""
    snapshot = export.snapshot
    versions = snapshot.study.design_versions.filter(number__lte=snapshot.design_version.number)
    return {version.number: version.design for version in versions}


def _source(export: Export, sites: list[Site]) -> Source:
    snapshot, oids = export.snapshot, [site.oid for site in sites]
    designs = designs_of(export)
    secret = settings.PSEUDONYM_SECRET.encode()
    items = classes(item for design in designs.values() for form in design.forms for item in form.items)
    shown = recoded(
        snapshot.study.oid, secret, [each.oid for each in snapshot.study.sites.all()], export.profile
    )
    ids = dict(parts_of(export, sites).values_list("subject__subject_key", "subject_id"))
    full = export.profile == Export.Profile.FULL

    def subjects(log: Log) -> Iterator[Record]:
        profile = Disclosure(export.profile, snapshot.study.oid, secret, items, shown, log)
        return (profile.of(each) for each in stream(export, sites))

    def history(subject: Record) -> History:
        return history_of(snapshot, ids[subject.key])

    admin = admin_of(snapshot, sites if full else [], people=full)
    return Source(
        study_oid=snapshot.study.oid, citation=snapshot.citation, designs=designs, subjects=subjects,
        total=subjects_in(snapshot.counts, oids), records=records_in(snapshot.counts, oids),
        items=items_in(snapshot.counts, oids), admin=admin if full else _recoded_places(admin, shown, oids),
        heading=_heading(export), history=history, language=export.language,
        readme=readme_of(export, sites, stream(export, sites)) + _unfrozen(export, sites),
        coding=snapshot.study.coded_items.exists(), registers=registers_of(export, sites),
    )  # fmt: skip


def registers_of(export: Export, sites: list[Site]) -> list[Register]:
    """Return the registers that the study has and the snapshot holds."""
    study, held = export.snapshot.study, _holds_registers(export, sites)
    has = ((ALLOCATIONS, study.allocation_lists.exists()), (SAFETY_CASES, study.safety_cases.exists()))
    return [register for register, there in has if there and held]


def _holds_registers(export: Export, sites: list[Site]) -> bool:
    """Tell whether registers were frozen: older parts do not say that there is no allocation and no case."""
    first = next(stream(export, sites), None)
    return first is None or first.cases is not None


def _unfrozen(export: Export, sites: list[Site]) -> list[tuple[str, str]]:
    if _holds_registers(export, sites):
        return []
    text = (
        "此快照冻结时尚不含随机分配与 SAE，需要时重新冻结。"
        "This snapshot was frozen without allocations and serious adverse events: freeze anew to have them."
    )
    return [("登记表 Registers", text)]


def _recoded_places(admin: AdminData, shown: dict[str, str], oids: list[str]) -> AdminData:
    """Return the administrative data with what the profile shows of the sites, and nobody's name."""
    names = sorted(shown[oid] for oid in oids)
    return replace(admin, places=tuple(Place(name, name) for name in names))


def _heading(export: Export) -> Heading:
    snapshot = export.snapshot
    at = snapshot.frozen_at.isoformat(timespec="seconds")
    return Heading(
        file_oid=f"{snapshot.citation}.{export.profile}", created_at=at, as_of=at,
        software_version=settings.SOFTWARE_VERSION, description=snapshot.name,
    )  # fmt: skip


def parts_of(export: Export, sites: list[Site]) -> QuerySet[SnapshotPart]:
    """Return the snapshot's parts of these sites, in the order of the subject keys."""
    return SnapshotPart.objects.filter(snapshot=export.snapshot, site__in=sites).order_by("pk")


def stream(export: Export, sites: list[Site]) -> Iterator[Record]:
    """Yield each subject of the snapshot at these sites; raises PartAltered where a hash does not hold."""
    rows = parts_of(export, sites).values_list("content", "sha256", "pk")
    for content, sha256, pk in rows.iterator(chunk_size=50):
        text = zlib.decompress(bytes(content))
        if sha256_of(text) != sha256:
            raise PartAltered(
                _("Part %(part)d of the snapshot was altered. Tell the administrator now.") % {"part": pk}
            )
        yield from_json(text)


def _write_more(package: Package, export: Export, sites: list[Site]) -> None:
    """Write what needs the platform: casebooks, the audit trail, the log of the profile."""
    if CASEBOOKS in export.formats:
        write_casebooks(package, export, lambda: stream(export, sites), designs_of(export))
    if AUDIT in export.formats:
        rows = audit_rows(export.snapshot, sites, export.requested_by)
        package.write_rows("audit/audit.csv", AUDIT_HEAD, rows)
        package.rows[CHAIN] = write_chain(package.path(CHAIN), export.snapshot, sites, export.requested_by)
        shutil.copyfile(verify_trail.__file__, package.path(Path(verify_trail.__file__).name))
    for file in extensions.package_files():
        _write_registered(package, export, file, sites)
    if export.profile != Export.Profile.FULL:
        lines = ([what, act, str(count)] for what, act, count in package.log.lines())
        package.write_rows("deid/log.csv", ("WHAT", "ACT", "COUNT"), lines)


def _write_registered(
    package: Package, export: Export, file: extensions.PackageFile, sites: list[Site]
) -> None:
    """Write a higher app's table, its subjects named as the profile names them; nothing where it is empty."""
    study, secret = export.snapshot.study.oid, settings.PSEUDONYM_SECRET.encode()

    def named(key: str) -> str:
        full = export.profile == Export.Profile.FULL
        return key if full else keyed.pseudonym(secret, study, export.profile, key)

    rows = ([named(row[0]), *row[1:]] for row in file.rows(export.snapshot, sites))
    first = next(rows, None)
    if first is not None:
        package.write_rows(file.name, file.head, chain([first], rows))


def _seal(package: Package, export: Export, sites: list[Site]) -> dict[str, Any]:
    snapshot = export.snapshot
    table_of = {oid: table.form.oid for table in package.tables for oid in table.by_oid}
    values = {
        f"{table_of[oid]} {oid}": sum(pair) for oid, pair in package.expected.items.items() if sum(pair)
    }
    about = {
        "citation": snapshot.citation, "name": snapshot.name, "content_sha256": snapshot.content_sha256,
        "study": snapshot.study.oid, "frozen_at": snapshot.frozen_at.isoformat(),
        "audit_event": snapshot.audit_event, "audit_hash": snapshot.audit_hash, "kind": export.kind,
        "profile": export.profile, "formats": export.formats, "language": export.language,
        "sites": [site.oid for site in sites] if export.profile != Export.Profile.PUBLIC else len(sites),
        "subjects": package.source.total, "records": dict(package.source.records), "values": values,
        "designs": {str(number): design.sha256 for number, design in package.source.designs.items()},
        "purpose": export.purpose, "requested_by": export.requested_by.username,
        "made_at": timezone.now().isoformat(timespec="seconds"),
        "software_version": settings.SOFTWARE_VERSION,
    }  # fmt: skip
    if export.profile != Export.Profile.FULL:
        del about["requested_by"]
        about["de_identification"] = [list(line) for line in package.log.lines()]
    try:
        return manifest.seal(package.folder, about, package.rows, package.compared)
    except manifest.Incomplete as error:
        words = _("The package is not whole and was not kept: %(what)s. Tell the administrator.")
        raise NotWhole(words % {"what": str(error)}) from error


def _zip(folder: Path, target: Path, export: Export) -> None:
    """Zip the files in the order of their names, all with the snapshot's time: equal files, equal zip."""
    moment = export.snapshot.frozen_at.timetuple()[:6]
    with ZipFile(target, "w", allowZip64=True) as archive:
        for path in sorted(each for each in folder.rglob("*") if each.is_file()):
            name = f"{export.snapshot.citation}/{path.relative_to(folder).as_posix()}"
            info = ZipInfo(name, moment)
            info.compress_type = ZIP_STORED if path.suffix in ALREADY_PACKED else ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            with path.open("rb") as source, archive.open(info, "w", force_zip64=True) as packed:
                while piece := source.read(1 << 20):
                    packed.write(piece)


@transaction.atomic
def _complete(export: Export, packed: Path, held: dict[str, Any]) -> Export:
    """Keep the file and say so on the row, if the work is still this task's."""
    row = background.hold(export)
    row.receipt_code = export.receipt_code
    target = path_of(row)
    row.size, row.sha256 = packed.stat().st_size, manifest.sha256_of(packed)
    packed.replace(target)
    row.file_name = f"{row.snapshot.citation}-{row.kind}-{row.profile}.zip"
    row.manifest, row.state, row.percent = held, Export.State.DONE, 100
    row.ended_at = timezone.now()
    row.expires_at = row.ended_at + expiry()
    row.save()
    audit.record(
        actor=row.requested_by, action="export.made", target=row,
        place=audit.Place(study=row.snapshot.study),
        after={"file": row.file_name, "sha256": row.sha256, "bytes": row.size},
    )  # fmt: skip
    return row
