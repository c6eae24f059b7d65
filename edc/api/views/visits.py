"""Visits for programs: added, held, missed, and another copy of a repeating form."""

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from edc import access, selectors
from edc.api.bodies import body_of
from edc.api.idempotency import IdempotentWrites
from edc.api.serializers.forms import FormSerializer
from edc.api.serializers.reasons import ReasonRequest
from edc.api.serializers.subjects import EventSerializer
from edc.api.serializers.visits import AddFormRequest, HeldRequest
from edc.models import StudyEvent
from edc.services.schedule import add_form, hold_event, miss_event


class EventHeld(IdempotentWrites, APIView):
    """POST the day on which a visit took place, or correct it; a repeating one gets its next occurrence."""

    @extend_schema(request=HeldRequest, responses=EventSerializer)
    def post(self, request: Request, pk: int) -> Response:
        event = _event(request, pk)
        held = hold_event(event=event, actor=request.user, **body_of(request, HeldRequest))
        return Response(EventSerializer(held).data)


class EventMissed(IdempotentWrites, APIView):
    """POST why a visit did not take place; its forms are owed no more. Refused once one was begun."""

    @extend_schema(request=ReasonRequest, responses=EventSerializer)
    def post(self, request: Request, pk: int) -> Response:
        event = _event(request, pk)
        missed = miss_event(event=event, actor=request.user, **body_of(request, ReasonRequest))
        return Response(EventSerializer(missed).data)


class EventForms(IdempotentWrites, APIView):
    """POST to add another copy of a repeating form to the visit."""

    @extend_schema(request=AddFormRequest, responses={201: FormSerializer})
    def post(self, request: Request, pk: int) -> Response:
        event = _event(request, pk)
        made = add_form(event=event, actor=request.user, **body_of(request, AddFormRequest))
        return Response(FormSerializer(made).data, status=status.HTTP_201_CREATED)


def _event(request: Request, pk: int) -> StudyEvent:
    event = get_object_or_404(selectors.events_visible_to(request.user), pk=pk)
    access.require(request.user, "enter_data", site=event.subject.site)
    return event
