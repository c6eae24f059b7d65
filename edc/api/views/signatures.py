"""Electronic signatures for programs that a person sits at: the signer proves who signs, each time anew."""

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.views.decorators.debug import sensitive_variables
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from edc import access
from edc.api.bodies import body_of
from edc.api.permissions import SignerInPerson
from edc.api.serializers.signatures import (
    CasebookSerializer,
    FormSignaturesSerializer,
    SignatureSerializer,
    SigningActSerializer,
    SignRequest,
    SignWholeRequest,
)
from edc.models import FormInstance, Subject
from edc.selectors import subjects_visible_to
from edc.selectors.signatures import forms_to_sign, signatures_of, signing_acts, whole_hash
from edc.selectors.verification import completed_visible_to
from edc.services.sign import Proof, sign_all, sign_form


class SigningView(APIView):
    """No Idempotency-Key: every signature has a proof of its own, and a form is signed once."""

    permission_classes = [*APIView.permission_classes, SignerInPerson]


class FormSignatures(SigningView):
    """GET a completed form's signatures, broken ones too; POST one, with the password typed again."""

    @extend_schema(responses=FormSignaturesSerializer)
    def get(self, request: Request, pk: int) -> Response:
        form = _completed(request, pk)
        told = {"form": form.pk, "status": form.status, "content_sha256": form.content_sha256}
        return Response(FormSignaturesSerializer(told | {"results": signatures_of(form)}).data)

    @extend_schema(request=SignRequest, responses={201: SignatureSerializer})
    @sensitive_variables()
    def post(self, request: Request, pk: int) -> Response:
        form = _completed(request, pk)
        access.require(request.user, "sign_form", site=form.subject.site)
        asked = body_of(request, SignRequest)
        made = sign_form(
            form=form, actor=request.user, password=asked["password"], meaning=asked["meaning"],
            seen=asked["content_sha256"],
        )  # fmt: skip
        return Response(SignatureSerializer(made).data, status=status.HTTP_201_CREATED)


class SubjectSignings(SigningView):
    """GET what of a subject can be signed as a whole; POST one signature on a visit or on the casebook."""

    @extend_schema(responses=CasebookSerializer)
    def get(self, request: Request, pk: int) -> Response:
        subject = _subject(request, pk)
        forms = list(forms_to_sign(subject, None))
        visits: dict[int, list[FormInstance]] = {}
        for form in forms:
            visits.setdefault(form.event_id, []).append(form)
        told = {
            "content_sha256": whole_hash(forms),
            "visits": [
                {"event": event, "content_sha256": whole_hash(of_visit)} for event, of_visit in visits.items()
            ],
            "results": signing_acts(subject),
        }
        return Response(CasebookSerializer(told).data)

    @extend_schema(request=SignWholeRequest, responses={201: SigningActSerializer})
    @sensitive_variables()
    def post(self, request: Request, pk: int) -> Response:
        subject = _subject(request, pk)
        access.require(request.user, "sign_form", site=subject.site)
        asked = body_of(request, SignWholeRequest)
        event = get_object_or_404(subject.events, pk=asked["event"]) if asked["event"] else None
        act = sign_all(
            subject=subject, event=event, actor=request.user, proof=Proof(asked["password"]),
            meaning=asked["meaning"], seen=asked["content_sha256"],
        )  # fmt: skip
        return Response(SigningActSerializer(act).data, status=status.HTTP_201_CREATED)


def _completed(request: Request, pk: int) -> FormInstance:
    return get_object_or_404(completed_visible_to(request.user), pk=pk)


def _subject(request: Request, pk: int) -> Subject:
    sites = access.sites_for(request.user, "view_data")
    found: QuerySet[Subject] = subjects_visible_to(request.user).filter(site__in=sites)
    return get_object_or_404(found, pk=pk)
