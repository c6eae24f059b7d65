"""One received file on its way to the archive: parsed within limits, de-identified, verified, stored.

Nothing reaches the archive unparsed, and nothing original is kept: identity ends in this module.
"""

import hashlib
import hmac
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from pydicom.dataset import Dataset

from edc import access, audit
from edc.errors import NotNow, Unavailable
from edc.models import FormInstance, User
from edc.row_security import every_site
from edc.services.lock import require_open
from imaging.archive import ArchiveUnavailable, InstanceConflict, InstanceRefused, StoredInstance, from_url
from imaging.deid import DeidentificationFailed, DeidResult, Pseudonymiser, deidentify
from imaging.intake import Limits, RefusedInstance, read_instance
from imaging.models import ImagingStudy, Instance, UploadedInstance, UploadSession
from imaging.services.headers import header_of
from imaging.services.patient import is_known_patient, know_patient
from imaging.services.quarantine import keep_apart, remove_file

Outcome = UploadedInstance.Outcome


@dataclass(frozen=True)
class Refusal:
    """Why a file is not taken, in both languages; never with anything identifying from the file."""

    code: str
    zh: str
    en: str


BOUND_ELSEWHERE = Refusal(
    "bound_elsewhere", "此检查已绑定到另一受试者或访视。核对是否选错受试者。",
    "This study is bound to another subject or visit. Check whether the right subject was chosen.",
)  # fmt: skip
OTHER_STUDY = Refusal(
    "other_study", "此文件属于另一次检查，本表单已绑定一次检查。分开上传。",
    "The file belongs to another study than the one bound to this form. Upload it separately.",
)  # fmt: skip
MIXED_PATIENTS = Refusal(
    "mixed_patients", "此文件的患者编号与本次上传的其他文件不同。只上传该受试者的影像。",
    "The file's patient id differs from the other files of this upload. Send this subject's images only.",
)  # fmt: skip
OTHER_PATIENT = Refusal(
    "other_patient",
    "此文件的患者编号与该受试者以往影像不同。核对是否选错受试者；医院更换过编号的，请数据管理员确认后重新上传。",
    "The file's patient id differs from this subject's earlier images. Check whether the right subject was "
    "chosen; where the hospital changed the number, ask the data manager to accept it, then send it again.",
)
CONTENT_CONFLICT = Refusal(
    "content_conflict", "同一 SOP Instance UID 已存有不同内容，原有内容保留。联系数据管理员。",
    "Other content is stored under this SOP Instance UID and was kept. Ask the data manager.",
)  # fmt: skip

NOT_ARCHIVED = Refusal(
    "instance-refused", "档案库不接受此文件。联系数据管理员。",
    "The archive does not take the file. Ask the data manager.",
)  # fmt: skip


def _keyed(text: str) -> str:
    return hmac.digest(settings.PSEUDONYM_SECRET.encode(), text.encode(), "sha256").hex()


def receive_instance(
    *, session: UploadSession, content: bytes, sent_index: int, actor: User
) -> UploadedInstance:
    """Take one file of a session; a file that cannot be taken is kept in quarantine with its reason.

    Idempotent by SOP Instance UID. Raises Unavailable when the archive does not answer (send again later),
    NotNow when the session is closed; every other trouble is an outcome, so that the rest goes on.
    """
    (row,) = receive_instances(session=session, contents=[(sent_index, content)], actor=actor)
    return row


def receive_instances(
    *, session: UploadSession, contents: Iterable[tuple[int, bytes]], actor: User
) -> Iterator[UploadedInstance]:
    """Take files as they arrive, each with its place in the sender's list; as `receive_instance`, but the
    right is asked for once.
    """
    access.require(actor, "upload_images", site=session.subject.site)
    _require_open(session.status)
    require_open(session.form)
    for sent_index, content in contents:
        yield _receive(session, content, sent_index, actor)


def _require_open(status: str) -> None:
    if status != UploadSession.Status.OPEN:
        raise NotNow(_("This upload is closed; open a new one to send more files."))


def _receive(session: UploadSession, content: bytes, sent_index: int, actor: User) -> UploadedInstance:
    sha256 = hashlib.sha256(content).hexdigest()
    row = UploadedInstance(session=session, sent_index=sent_index, size=len(content), sha256=sha256)
    try:
        dataset = read_instance(content, limits=Limits())
    except RefusedInstance as refused:
        return _refuse(
            row, f"bytes:{sha256}"[:64], Refusal(refused.code, refused.zh, refused.en), content, actor
        )
    source_key = _keyed(str(dataset.SOPInstanceUID))
    known = _stored(session, source_key)
    if known is not None and known.sha256 == sha256:
        return known
    wrong = _claim_patient(session, _keyed(f"patient {dataset.get('PatientID', '')}"))
    if wrong is not None:
        return _refuse(row, source_key, wrong, content, actor)
    return _take(row, source_key, dataset, content, actor)


def _take(
    row: UploadedInstance, source_key: str, dataset: Dataset, content: bytes, actor: User
) -> UploadedInstance:
    subject = row.session.subject
    pseudonymiser = Pseudonymiser(settings.PSEUDONYM_SECRET.encode(), subject.study.oid, subject.subject_key)
    acquired_on = _date(dataset.get("StudyDate", ""))
    try:
        result = deidentify(dataset, pseudonymiser=pseudonymiser)
        place = _place(row.session, str(result.dataset.StudyInstanceUID))
        if isinstance(place, Refusal):
            return _refuse(row, source_key, place, content, actor)
        stored = from_url(settings.ARCHIVE_URL).store(result.content)
    except (RefusedInstance, DeidentificationFailed) as refused:
        return _refuse(row, source_key, Refusal(refused.code, refused.zh, refused.en), content, actor)
    except InstanceConflict:
        return _refuse(row, source_key, CONTENT_CONFLICT, content, actor)
    except InstanceRefused as refused:
        return _refuse(row, source_key, replace(NOT_ARCHIVED, code=refused.code), content, actor)
    except ArchiveUnavailable as error:
        raise Unavailable(
            _("The archive does not answer; what was sent is kept. Send the rest again later.")
        ) from error
    kept = _keep(row, source_key, _Kept(result, stored, acquired_on), actor)
    return _refuse(row, source_key, kept, content, actor) if isinstance(kept, Refusal) else kept


@dataclass(frozen=True)
class _Kept:
    result: DeidResult
    stored: StoredInstance
    acquired_on: date | None


@transaction.atomic
def _keep(row: UploadedInstance, source_key: str, kept: _Kept, actor: User) -> UploadedInstance | Refusal:
    """Write the rows of a stored instance; a repeat finds them and writes nothing new.

    Two files of different studies may arrive at once, and the upload may end meanwhile: the binding and the
    upload are judged again under a lock.
    """
    dataset, session = kept.result.dataset, row.session
    require_open(FormInstance.objects.select_for_update().only("status").get(pk=session.form_id))
    _require_open(UploadSession.objects.values_list("status", flat=True).get(pk=session.pk))
    found = _place(session, str(dataset.StudyInstanceUID))
    if isinstance(found, Refusal):
        return found
    if not know_patient(subject=session.subject, patient_key=session.patient_key, actor=actor):
        return OTHER_PATIENT
    study = found or _bind(session, dataset, kept, actor)
    instance, new = Instance.objects.get_or_create(
        sop_instance_uid=str(dataset.SOPInstanceUID),
        defaults={
            "imaging_study": study,
            "series_instance_uid": str(dataset.SeriesInstanceUID),
            "sop_class_uid": str(dataset.SOPClassUID),
            "instance_number": int(dataset.get("InstanceNumber") or 0),
            "number_of_frames": int(dataset.get("NumberOfFrames") or 1),
            "sha256": kept.stored.sha256,
            "size": kept.stored.size,
            "header": header_of(dataset),
        },
    )
    row.outcome = Outcome.STORED if new else Outcome.ALREADY
    row.instance = instance
    return _save(row, source_key, actor)


def _bind(session: UploadSession, dataset: Dataset, kept: _Kept, actor: User) -> ImagingStudy:
    study = ImagingStudy.objects.create(
        form=session.form,
        subject=session.subject,
        study_instance_uid=str(dataset.StudyInstanceUID),
        modality=str(dataset.Modality),
        acquired_on=kept.acquired_on,
        deidentification=kept.result.report.as_dict(),
    )
    audit.record(
        actor=actor, action="imaging_study.bound", target=study,
        after={"study_instance_uid": study.study_instance_uid, "modality": study.modality},
    )  # fmt: skip
    return study


def _place(session: UploadSession, study_instance_uid: str) -> ImagingStudy | Refusal | None:
    """Return the study bound to the session's form, None when it may be bound now, or why it may not."""
    by_uid, by_form = Q(study_instance_uid=study_instance_uid), Q(form_id=session.form_id)
    with every_site("an examination belongs to one form of one subject, wherever that is"):
        found = list(ImagingStudy.objects.filter(by_uid | by_form).defer("deidentification"))
    for study in found:
        if study.study_instance_uid == study_instance_uid:
            return study if study.form_id == session.form_id else BOUND_ELSEWHERE
    return OTHER_STUDY if found else None


def _claim_patient(session: UploadSession, patient_key: str) -> Refusal | None:
    """Remember the first file's patient for the session; another one is refused.

    So is one that differs from the subject's earlier images, until a data manager accepts the new number; a
    session that began with such files is still good for the right ones.
    """
    known, claimed = is_known_patient(session.subject, patient_key), session.patient_key
    if not claimed or (known and not is_known_patient(session.subject, claimed)):
        UploadSession.objects.filter(pk=session.pk, patient_key=claimed).update(patient_key=patient_key)
        session.refresh_from_db(fields=["patient_key"])
    if session.patient_key != patient_key:
        return MIXED_PATIENTS
    return OTHER_PATIENT if known is False else None


def _stored(session: UploadSession, source_key: str) -> UploadedInstance | None:
    """Return what this session has already stored under the key."""
    return session.instances.filter(
        source_key=source_key, outcome__in=[Outcome.STORED, Outcome.ALREADY]
    ).first()


def _refuse(
    row: UploadedInstance, source_key: str, reason: Refusal, content: bytes, actor: User
) -> UploadedInstance:
    """Quarantine a file once and write why; what was stored under the same UID keeps its own row."""
    if _stored(row.session, source_key) is not None:
        source_key = f"bytes:{row.sha256}"[:64]
    row.outcome = Outcome.QUARANTINED
    row.reason_code, row.reason_zh, row.reason_en = reason.code, reason.zh[:300], reason.en[:300]
    earlier = row.session.instances.filter(source_key=source_key, sha256=row.sha256).first()
    row.quarantine_name = (earlier.quarantine_name if earlier else "") or keep_apart(content)
    with transaction.atomic():
        return _save(row, source_key, actor)


def _save(row: UploadedInstance, source_key: str, actor: User) -> UploadedInstance:
    """Write the outcome over an earlier one of the same file, with its audit row."""
    row.source_key = source_key
    # This row lock makes two deliveries of one file take turns, so that the second finds the first.
    UploadSession.objects.filter(pk=row.session_id).update(last_received_at=timezone.now())
    earlier = UploadedInstance.objects.filter(session=row.session, source_key=source_key).first()
    if earlier is not None:
        row.pk = earlier.pk
    row.save()
    if earlier is not None and earlier.quarantine_name not in ("", row.quarantine_name):
        name = earlier.quarantine_name
        transaction.on_commit(lambda: remove_file(name))
    audit.record(
        actor=actor, action="instance.received", target=row, place=audit.place_of(row.session),
        after={"outcome": row.outcome, "reason": row.reason_code, "sha256": row.sha256},
    )  # fmt: skip
    return row


def _date(value: object) -> date | None:
    text = str(value or "").replace(".", "").strip()
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        return None
