"""STOW-RS (PS3.18 section 10.5): multipart/related in, DICOM JSON out, one outcome for each instance."""

from collections.abc import Iterator

import python_multipart
from django.utils.translation import gettext as _
from python_multipart.multipart import MultipartParser, parse_options_header

from edc.errors import InvalidInput
from imaging.models import UploadedInstance

MAX_PART_BYTES = 512 * 1024 * 1024
PROCESSING_FAILURE, CANNOT_UNDERSTAND, NOT_SUPPORTED = 0x0110, 0xC000, 0x0122
FAILURE_REASONS = {"unsupported_sop_class": NOT_SUPPORTED, "content_conflict": PROCESSING_FAILURE}


class PartReader:
    """Collects whole parts from chunks of a multipart/related body, one in memory at a time."""

    def __init__(self, boundary: bytes) -> None:
        self.ready: list[bytes] = []
        self._part = bytearray()
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._part.clear,
                "on_part_data": self._data,
                "on_part_end": self._end,
            },
        )

    def feed(self, chunk: bytes) -> list[bytes]:
        """Return the parts that this chunk completed."""
        self._parser.write(chunk)
        done, self.ready = self.ready, []
        return done

    def _data(self, data: bytes, start: int, end: int) -> None:
        if len(self._part) + end - start > MAX_PART_BYTES:
            raise InvalidInput(_("A part of the request is larger than 512 MiB; send one instance a part."))
        self._part += data[start:end]

    def _end(self) -> None:
        self.ready.append(bytes(self._part))


def boundary_of(content_type: str) -> bytes:
    """Return the boundary of a multipart/related; application/dicom body; InvalidInput for any other."""
    kind, options = parse_options_header(content_type)
    part_type = options.get(b"type", b"application/dicom").lower()
    if kind != b"multipart/related" or part_type != b"application/dicom" or not options.get(b"boundary"):
        raise InvalidInput(
            _('Send Content-Type: multipart/related; type="application/dicom"; boundary=…'),
            fields={"Content-Type": content_type[:80]},
        )
    return options[b"boundary"]


def parts(stream: object, boundary: bytes, *, chunk: int = 1 << 20) -> Iterator[bytes]:
    """Yield the bytes of each part as it arrives; raises InvalidInput for a broken body."""
    reader = PartReader(boundary)
    try:
        while data := stream.read(chunk):  # type: ignore[attr-defined]
            yield from reader.feed(data)
    except python_multipart.exceptions.MultipartParseError as error:
        raise InvalidInput(_("The multipart body is broken; send it again.")) from error


def store_response(rows: list[UploadedInstance], retrieve_root: str) -> dict[str, object]:
    """Return the DICOM JSON answer: referenced for what is stored, failed with a reason for the rest."""
    stored = [row for row in rows if row.instance_id is not None and not row.reason_code]
    failed = [row for row in rows if row.reason_code]
    answer: dict[str, object] = {}
    if stored:
        answer["00081190"] = _element(
            "UR", f"{retrieve_root}/studies/{stored[0].instance.imaging_study.study_instance_uid}"
        )
        answer["00081199"] = {"vr": "SQ", "Value": [_referenced(row, retrieve_root) for row in stored]}
    if failed:
        answer["00081198"] = {"vr": "SQ", "Value": [_failed(row) for row in failed]}
    return answer


def _referenced(row: UploadedInstance, root: str) -> dict[str, object]:
    instance = row.instance
    address = (
        f"{root}/studies/{instance.imaging_study.study_instance_uid}"
        f"/series/{instance.series_instance_uid}/instances/{instance.sop_instance_uid}"
    )
    return {
        "00081150": _element("UI", instance.sop_class_uid),
        "00081155": _element("UI", instance.sop_instance_uid),
        "00081190": _element("UR", address),
    }


def _failed(row: UploadedInstance) -> dict[str, object]:
    """Name a failed instance by its place: its UID is identity, which no answer repeats."""
    return {
        "00081197": _element("US", FAILURE_REASONS.get(row.reason_code, CANNOT_UNDERSTAND)),
        "00080100": _element("SH", row.reason_code[:16]),
        "00080104": _element("LO", f"{row.sent_index}: {row.reason_en}"[:64]),
    }


def _element(vr: str, value: object) -> dict[str, object]:
    return {"vr": vr, "Value": [value]}
