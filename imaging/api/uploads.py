"""REST uploads: open a session, send files in any way, submit, read the receipt."""

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from edc import access
from edc.api.idempotency import IdempotentWrites
from edc.errors import InvalidInput
from edc.numbers import keys
from imaging import selectors
from imaging.api.serializers import OpenUploadRequest, UploadedInstanceSerializer, UploadSessionSerializer
from imaging.services.ingest import receive_instances
from imaging.services.sessions import MAX_ANNOUNCED, open_session, submit_session

FILES_SCHEMA = {
    "type": "object",
    "properties": {"files": {"type": "array", "items": {"type": "string", "format": "binary"}}},
}


class Uploads(IdempotentWrites, ListAPIView):
    """GET the uploads the caller may see; POST to open one."""

    serializer_class = UploadSessionSerializer

    def get_queryset(self):
        return selectors.sessions_visible_to(self.request.user).select_related(
            "subject__study", "form__event"
        )

    @extend_schema(request=OpenUploadRequest, responses={201: UploadSessionSerializer})
    def post(self, request: Request) -> Response:
        access.require_somewhere(request.user, "upload_images")
        body = OpenUploadRequest(data=request.data)
        body.is_valid(raise_exception=True)
        wanted = body.validated_data
        form = get_object_or_404(
            selectors.imaging_forms_open_to(request.user),
            subject__study__oid=wanted["study"],
            subject__subject_key=wanted["subject_key"],
            event__event_oid=wanted["event_oid"],
            event__repeat_key=wanted["event_repeat_key"],
            form_oid=wanted["form_oid"],
            repeat_key=wanted["form_repeat_key"],
        )
        session = open_session(form=form, announced_count=wanted["announced_count"], actor=request.user)
        return Response(UploadSessionSerializer(session).data, status=status.HTTP_201_CREATED)


class Upload(RetrieveAPIView):
    """One upload with its counts and, once submitted, its receipt."""

    serializer_class = UploadSessionSerializer
    lookup_field = "public_id"

    def get_queryset(self):
        return selectors.sessions_visible_to(self.request.user)


class UploadFiles(APIView):
    """GET what became of each file; POST files as multipart/form-data, with each one's place in `index`."""

    parser_classes = [MultiPartParser]

    @extend_schema(responses={200: UploadedInstanceSerializer(many=True)})
    def get(self, request: Request, public_id: str) -> Response:
        """Return what has become of every file so far, so that a sender goes on where it stopped."""
        session = get_object_or_404(selectors.sessions_visible_to(request.user), public_id=public_id)
        rows = session.instances.select_related("instance").order_by("sent_index", "pk")
        return Response(UploadedInstanceSerializer(rows, many=True).data)

    @extend_schema(
        request={"multipart/form-data": FILES_SCHEMA},
        responses={200: UploadedInstanceSerializer(many=True)},
    )
    def post(self, request: Request, public_id: str) -> Response:
        session = get_object_or_404(selectors.sessions_visible_to(request.user), public_id=public_id)
        access.require(request.user, "upload_images", site=session.subject.site)
        files = request.FILES.getlist("files")
        if not files:
            message = _("Send one file or more in the field files.")
            raise InvalidInput(message, fields={"files": message})
        sent = request.data.getlist("index") or range(session.instances.count(), MAX_ANNOUNCED)
        indexes = [index for index in keys(map(str, sent)) if index < MAX_ANNOUNCED]
        indexes = indexes[: len(files)]
        if len(indexes) != len(files):
            message = _("Send index once for each file: its place in your list, from 0.")
            raise InvalidInput(message, fields={"index": message})
        contents = ((index, file.read()) for file, index in zip(files, indexes, strict=True))
        rows = list(receive_instances(session=session, contents=contents, actor=request.user))
        return Response(UploadedInstanceSerializer(rows, many=True).data)


class UploadSubmission(IdempotentWrites, APIView):
    """POST to close the upload: series are judged, and the receipt tells what is missing or refused."""

    @extend_schema(request=None, responses={200: UploadSessionSerializer})
    def post(self, request: Request, public_id: str) -> Response:
        session = selectors.sessions_visible_to(request.user).filter(public_id=public_id).first()
        if session is None:
            raise Http404
        return Response(UploadSessionSerializer(submit_session(session=session, actor=request.user)).data)
