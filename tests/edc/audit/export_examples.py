"""Examples of the services of snapshots and packages."""

from datetime import timedelta

from django.utils import timezone

from edc.services import archive, export, snapshot
from edc.services.sign import Proof
from tests.factories.models import PASSWORD
from tests.factories.snapshots import ExportFactory, SnapshotFactory, SnapshotRequestFactory


def frozen(w):
    return SnapshotFactory(study=w.study, design_version=w.study.design_versions.first())


def package(w, **state):
    made = ExportFactory(snapshot=frozen(w), **state)
    made.sites.add(w.site)
    return made


def made(w):
    done = package(
        w, state="done", sha256="0" * 64, file_name="p.zip", expires_at=timezone.now() - timedelta(days=1)
    )
    path = export.path_of(done)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"PK")
    return done


EXPORTS = {
    "archive.confirm_receipt": (
        lambda w: package(w, kind="archive", state="done", sha256="0" * 64, receipt_code="0123456789abcdef"),
        lambda w, row: archive.confirm_receipt(
            export=row, code="0123456789ABCDEF ", kept_at="Room 3", proof=Proof(PASSWORD),
            actor=w.investigator,
        ),
    ),
    "snapshot.request_snapshot": (
        None,
        lambda w, _: snapshot.request_snapshot(study=w.study, name="Interim", note="", actor=w.manager),
    ),
    "snapshot.cancel_snapshot": (
        lambda w: SnapshotRequestFactory(study=w.study),
        lambda w, asked: snapshot.cancel_snapshot(request=asked, actor=w.manager),
    ),
    "export.request_export": (
        frozen,
        lambda w, held: export.request_export(
            snapshot=held, kind="package", profile="full", formats=["csv"], sites=[], language="zh",
            purpose="Report", actor=w.manager,
        ),
    ),
    "export.cancel_export": (
        package,
        lambda w, row: export.cancel_export(export=row, actor=w.manager),
    ),
    "export.record_download": (
        made,
        lambda w, row: export.record_download(export=row, actor=w.manager),
    ),
    "export.remove_expired_exports": (
        made,
        lambda w, _: export.remove_expired_exports(actor=w.system),
    ),
}  # fmt: skip
