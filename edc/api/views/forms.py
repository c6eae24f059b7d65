"""Forms: the final values, the caller's own passes and the caller's own draft."""

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import NotFound
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from edc import access, selectors
from edc.api.form_values import shown_values
from edc.api.idempotency import IdempotentWrites
from edc.api.pagination import InOrder
from edc.api.serializers.entry import (
    AddRowRequest,
    DraftSerializer,
    ObservationSerializer,
    RecheckSerializer,
    RecordSerializer,
    RowSerializer,
    SavedItemSerializer,
    SaveItemRequest,
)
from edc.api.serializers.forms import FormDetailSerializer
from edc.errors import RecheckOwed
from edc.models import FormInstance, Observation, User
from edc.selectors.visible import ENTRY_STREAMS
from edc.services.entry import add_row, ask_recheck, remove_row, restore_row, save_item, submit_entry
from edc.services.views import PASSES, record_view


def own_form(request: Request, pk: int) -> FormInstance:
    """Return a form of the caller's sites; 404 elsewhere."""
    return get_object_or_404(selectors.forms_visible_to(request.user), pk=pk)


def form_to_enter(request: Request, pk: int) -> FormInstance:
    """Return a form at whose site the caller enters data; asked before the body is looked at."""
    form = own_form(request, pk)
    access.require(request.user, "enter_data", site=form.subject.site)
    return form


class FormDetail(APIView):
    """One form; complete, with every item of its definition and the final values."""

    @extend_schema(responses=FormDetailSerializer)
    def get(self, request: Request, pk: int) -> Response:
        form = own_form(request, pk)
        form.shown_values = shown_values(form, request.user)
        return Response(FormDetailSerializer(form).data)


class FormObservations(IdempotentWrites, ListAPIView):
    """GET the sealed records that the caller may see; POST the caller's own pass, whole, to seal it.

    Nobody sees the other person's pass; who resolves disagreements sees both, once both are sealed.
    """

    serializer_class = ObservationSerializer
    pagination_class = InOrder

    def get_queryset(self) -> QuerySet[Observation]:
        form = own_form(self.request, self.kwargs["pk"])
        return selectors.observations_visible_to(self.request.user).filter(form=form)

    def paginate_queryset(self, queryset: QuerySet[Observation]) -> list[Observation]:
        """Return the page; that another person's pass was seen is in the audit trail."""
        page, user = list(super().paginate_queryset(queryset)), self.request.user
        if any(each.stream in ENTRY_STREAMS and each.observer_id != user.pk for each in page):
            record_view(target=page[0].form, action=PASSES, actor=user)
        return page

    @extend_schema(request=RecordSerializer, responses={201: ObservationSerializer, 202: RecheckSerializer})
    def post(self, request: Request, pk: int) -> Response:
        form = form_to_enter(request, pk)
        body = RecordSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        return _submitted(form, request.user, body.validated_data)


class FormDraft(IdempotentWrites, APIView):
    """The caller's own draft; nobody sees another's."""

    @extend_schema(responses=DraftSerializer)
    def get(self, request: Request, pk: int) -> Response:
        draft = selectors.own_draft(request.user, own_form(request, pk))
        if draft is None:
            raise NotFound(_("You have no draft of this form."))
        return Response(DraftSerializer(draft).data)

    @extend_schema(request=SaveItemRequest, responses=SavedItemSerializer)
    def patch(self, request: Request, pk: int) -> Response:
        """Save one item as typed; the first one begins the draft. 409 item_moved carries both values."""
        form = form_to_enter(request, pk)
        body = SaveItemRequest(data=request.data)
        body.is_valid(raise_exception=True)
        saved = save_item(form=form, actor=request.user, **body.validated_data)
        return Response(SavedItemSerializer(saved).data)


class FormDraftRows(IdempotentWrites, APIView):
    """POST to add a row to a repeating item group of the draft."""

    @extend_schema(request=AddRowRequest, responses={201: RowSerializer})
    def post(self, request: Request, pk: int) -> Response:
        form = form_to_enter(request, pk)
        body = AddRowRequest(data=request.data)
        body.is_valid(raise_exception=True)
        group_oid = body.validated_data["group_oid"]
        key = add_row(form=form, group_oid=group_oid, actor=request.user)
        return Response({"group_oid": group_oid, "key": key}, status=status.HTTP_201_CREATED)


class FormDraftRow(IdempotentWrites, APIView):
    """DELETE a row and its items from the draft; PUT takes it back with what it held."""

    @extend_schema(request=None, responses={200: RowSerializer})
    def put(self, request: Request, pk: int, group_oid: str, key: str) -> Response:
        restore_row(form=own_form(request, pk), group_oid=group_oid, key=key, actor=request.user)
        return Response({"group_oid": group_oid, "key": key})

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int, group_oid: str, key: str) -> Response:
        remove_row(form=own_form(request, pk), group_oid=group_oid, key=key, actor=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class FormDraftSubmission(IdempotentWrites, APIView):
    """POST to seal the caller's draft as their pass."""

    @extend_schema(request=None, responses={201: ObservationSerializer, 202: RecheckSerializer})
    def post(self, request: Request, pk: int) -> Response:
        return _submitted(own_form(request, pk), request.user)


def _submitted(form: FormInstance, actor: User, record: dict | None = None) -> Response:
    """Seal the pass; 202 names what the second person is to check again before sending it once more."""
    try:
        sealed = submit_entry(form=form, actor=actor, record=record, source="api")
    except RecheckOwed:
        asked = ask_recheck(form=form, actor=actor, record=record)
        return Response(RecheckSerializer(asked).data, status=status.HTTP_202_ACCEPTED)
    return Response(ObservationSerializer(sealed).data, status=status.HTTP_201_CREATED)
