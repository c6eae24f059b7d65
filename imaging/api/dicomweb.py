"""DICOMweb (PS3.18): STOW-RS into an upload session; QIDO-RS and WADO-RS through the rights of the caller.

No request reaches the archive that the database did not allow: the address is looked up in the rows first.
"""

import json
import uuid
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from edc.errors import InvalidInput, Unavailable
from edc.numbers import keys, whole_number
from imaging import selectors
from imaging.api.qido import counted, instance_json, series_json, series_of, study_json
from imaging.api.stow import boundary_of, parts, store_response
from imaging.archive import Archive, ArchiveUnavailable, InstanceNotFound, from_url
from imaging.deid.blinding import blind_content, blind_json
from imaging.models import ImagingStudy, Instance
from imaging.services.ingest import receive_instances
from imaging.services.views import record_images_view

DICOM_JSON = "application/dicom+json"
STUDY_UID, PATIENT_ID = ("StudyInstanceUID", "0020000D"), ("PatientID", "00100020")


class _Untouched(BaseParser):
    """The body is read as a stream by the view."""

    media_type = "*/*"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        return stream


class _AnyType(BaseContentNegotiation):
    """DICOMweb clients send Accept headers that only DICOMweb knows; each view answers in its own type."""

    def select_parser(self, request: Request, parsers: list) -> Any:
        return parsers[0]

    def select_renderer(self, request: Request, renderers: list, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


class DicomJsonRenderer(BaseRenderer):
    media_type = DICOM_JSON
    format = "json"

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None
    ) -> bytes:
        return b"" if data is None else json.dumps(data, default=str).encode()


class DicomWebView(APIView):
    """What every DICOMweb resource shares: types as the standard says, the archive as a door."""

    parser_classes = [_Untouched]
    renderer_classes = [DicomJsonRenderer]
    content_negotiation_class = _AnyType

    def studies(self) -> QuerySet[ImagingStudy]:
        return selectors.pixels_visible_to(self.request.user)

    def instances(self, **address: str) -> QuerySet[Instance]:
        names = {
            "study": "imaging_study__study_instance_uid",
            "series": "series_instance_uid",
            "instance": "sop_instance_uid",
        }
        return Instance.objects.filter(
            imaging_study__in=self.studies(), **{names[name]: uid for name, uid in address.items() if uid}
        ).select_related("imaging_study")

    def neutral_names(self, studies: Iterable[ImagingStudy]) -> dict[int, str]:
        return selectors.names_in_place_of_subjects(self.request.user, studies)

    def neutral_name(self, row: Instance) -> str:
        """Return what stands for the subject of an instance, or nothing where the caller may know it."""
        return self.neutral_names([row.imaging_study]).get(row.imaging_study_id, "")

    def record_view(self, row: Instance) -> None:
        """Record once a sitting that the images were seen: frames are nothing without the metadata, which
        are asked for first.
        """
        record_images_view(imaging_study=row.imaging_study, actor=self.request.user, part=True)

    def root(self) -> str:
        return self.request.build_absolute_uri("/api/v1/dicom-web")

    def handle_exception(self, exc: Exception) -> HttpResponse:
        if isinstance(exc, ArchiveUnavailable):
            exc = Unavailable(_("The image archive does not answer; try again shortly."))
        elif isinstance(exc, InstanceNotFound):
            exc = Http404()
        return super().handle_exception(exc)


def open_archive() -> Archive:
    return from_url(settings.ARCHIVE_URL)


class Studies(DicomWebView):
    """QIDO-RS search for studies, and STOW-RS store into an upload session."""

    @extend_schema(operation_id="dicom_web_search_studies", responses={(200, DICOM_JSON): dict})
    def get(self, request: Request) -> JsonResponse:
        asked = {name: value for name, value in request.query_params.items() if value}
        found = counted(self.studies())
        for uid in (asked[name] for name in STUDY_UID if name in asked):
            found = found.filter(study_instance_uid=uid)
        for key in (asked[name] for name in PATIENT_ID if name in asked):
            # A search by subject would tell a blinded reader which study is whose.
            hidden = selectors.sites_hidden_from(request.user)
            found = found.filter(subject__subject_key=key).exclude(subject__site__in=hidden)
        studies = list(_page(request, found.order_by("pk")))
        names = self.neutral_names(studies)
        return dicom_json(
            [
                study_json(each, self.root(), patient=names.get(each.pk) or each.subject.subject_key)
                for each in studies
            ]
        )

    @extend_schema(
        operation_id="dicom_web_store",
        request={"multipart/related": bytes},
        responses={(200, DICOM_JSON): dict},
    )
    def post(self, request: Request, study_uid: str | None = None) -> JsonResponse:
        session = get_object_or_404(
            selectors.sessions_visible_to(request.user), public_id=_session_id(request)
        )
        boundary = boundary_of(request.headers.get("Content-Type", ""))
        if request.stream is None:
            raise InvalidInput(
                _("The request has no body of known length; send Content-Length, not chunks."),
                fields={"Content-Length": ""},
            )
        contents = enumerate(parts(request.stream, boundary), start=session.instances.count())
        rows = list(receive_instances(session=session, contents=contents, actor=request.user))
        if not rows:
            raise InvalidInput(_("The request holds no instance; send at least one part."))
        failed = sum(1 for row in rows if row.reason_code)
        code = 200 if not failed else 409 if failed == len(rows) else 202
        return dicom_json(store_response(rows, self.root()), status=code)


class SeriesOfStudy(DicomWebView):
    """QIDO-RS search for series of a study."""

    @extend_schema(operation_id="dicom_web_search_series", responses={(200, DICOM_JSON): dict})
    def get(self, request: Request, study: str) -> JsonResponse:
        found = get_object_or_404(self.studies(), study_instance_uid=study)
        listed = _page(request, series_of(found))
        return dicom_json([series_json(found, first, count, self.root()) for first, count in listed])


class InstancesOfSeries(DicomWebView):
    """QIDO-RS search for instances of a series."""

    @extend_schema(operation_id="dicom_web_search_instances", responses={(200, DICOM_JSON): dict})
    def get(self, request: Request, study: str, series: str) -> JsonResponse:
        found = self.instances(study=study, series=series).order_by("instance_number", "pk")
        return dicom_json([instance_json(each, self.root()) for each in _page(request, found)])


class Metadata(DicomWebView):
    """WADO-RS metadata of a study, series or instance, without bulk data."""

    def get(self, request: Request, study: str, series: str = "", instance: str = "") -> JsonResponse:
        rows = list(self.instances(study=study, series=series, instance=instance))
        if not rows:
            raise Http404
        wanted = {row.sop_instance_uid for row in rows}
        found: list[dict[str, Any]] = []
        for uid in sorted({row.series_instance_uid for row in rows}):
            found += [each for each in open_archive().metadata(uid) if each["00080018"]["Value"][0] in wanted]
        self.record_view(rows[0])
        if name := self.neutral_name(rows[0]):
            found = [blind_json(each, name=name) for each in found]
        return dicom_json(found, cache=True)


class Retrieve(DicomWebView):
    """WADO-RS retrieve of a study, series or instance as multipart/related; application/dicom."""

    def get(self, request: Request, study: str, series: str = "", instance: str = "") -> HttpResponse:
        rows = list(self.instances(study=study, series=series, instance=instance))
        if not rows:
            raise Http404
        archive = open_archive()
        first, *rest = rows
        # The first comes before the answer begins, so that an archive that is down is still a 503.
        name = self.neutral_name(first)

        def content(row: Instance) -> bytes:
            stored = archive.instance(study, row.series_instance_uid, row.sop_instance_uid)
            return blind_content(stored, name=name) if name else stored

        head, tail = content(first), map(content, rest)
        self.record_view(first)
        return multipart(chain([head], tail), "application/dicom")


class Frames(DicomWebView):
    """WADO-RS frames, in the transfer syntax they are stored in."""

    @extend_schema(operation_id="dicom_web_frames", responses={(200, "multipart/related"): bytes})
    def get(self, request: Request, study: str, series: str, instance: str, frames: str) -> HttpResponse:
        row = self.instances(study=study, series=series, instance=instance).first()
        if row is None:
            raise Http404
        numbers = keys(frames.split(","))
        if not numbers or min(numbers) < 1 or max(numbers) > row.number_of_frames:
            raise InvalidInput(
                _("Ask for frame numbers from 1 to %(most)d.") % {"most": row.number_of_frames}
            )
        contents, syntax = open_archive().frames(study, series, instance, numbers)
        return multipart(contents, "application/octet-stream", f"; transfer-syntax={syntax}")


def multipart(contents: Iterable[bytes], kind: str, more: str = "") -> StreamingHttpResponse:
    """Return a multipart/related answer (RFC 2387), a part for each content, one in memory at a time."""
    boundary = f"tandem-{uuid.uuid4()}"

    def body() -> Iterator[bytes]:
        for content in contents:
            head = f"--{boundary}\r\nContent-Type: {kind}{more}\r\nContent-Length: {len(content)}\r\n\r\n"
            yield head.encode() + content + b"\r\n"
        yield f"--{boundary}--\r\n".encode()

    kind_and_boundary = f'multipart/related; type="{kind}"; boundary={boundary}'
    response = StreamingHttpResponse(body(), content_type=kind_and_boundary)
    return _private(response)


def dicom_json(content: Any, *, status: int = 200, cache: bool = False) -> JsonResponse:
    response = JsonResponse(content, safe=False, status=status, content_type=DICOM_JSON)
    return _private(response) if cache else response


def _private(response: Any) -> Any:
    """Let the browser keep what cannot change, but nobody between."""
    response.headers["Cache-Control"] = "private, max-age=600"
    return response


def _page(request: Request, rows: Any) -> Any:
    limit = request.query_params.get("limit", "")
    offset = request.query_params.get("offset", "")
    start, most = whole_number(offset) or 0, whole_number(limit)
    most = 1000 if most is None else min(most, 1000)
    return rows[start : start + most]


def _session_id(request: HttpRequest | Request) -> str:
    """Return the upload session that a store belongs to, from the header or the query."""
    value = request.headers.get("X-Upload-Session") or request.GET.get("upload_session", "")
    try:
        return str(uuid.UUID(value))
    except ValueError:
        raise InvalidInput(
            _("Name the upload session in the header X-Upload-Session; open one at /api/v1/uploads/."),
            fields={"X-Upload-Session": value[:40]},
        ) from None
