"""Rows of a completed form, added or removed with a reason."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from edc import access
from edc.design.items import ItemDef
from edc.errors import InvalidInput
from edc.models import FormInstance
from edc.rules.subject_values import split_path
from edc.selectors.evaluation import in_language
from edc.services.entries import repeating_group
from edc.services.entry import add_corrected_row, remove_corrected_row
from edc.web.answers import go
from edc.web.change_reasons import posted_reason, remember_reason
from edc.web.entry import form_or_404
from edc.web.request import Request


@login_required
@require_POST
def correct_rows(request: Request, pk: int) -> HttpResponse:
    """Add the row whose items are posted as raw-OID, unit-OID and missing-OID, or take {"key"} out."""
    form = form_or_404(request, pk)
    access.require(request.user, "enter_data", site=form.subject.site)
    group = request.POST.get("group", "")
    reason = posted_reason(request)
    if request.POST.get("act") == "remove":
        key = request.POST.get("key", "")
        remove_corrected_row(form=form, actor=request.user, group_oid=group, key=key, reason=reason)
        messages.success(request, _("The row was removed."))
    else:
        _add(request, form, group, reason)
        messages.success(request, _("The row was added."))
    remember_reason(request, form)
    return go(request, reverse("form-entry", args=[form.pk]))


def _add(request: Request, form: FormInstance, group: str, reason: str) -> None:
    items = [each for each in repeating_group(form, group).items if each.is_typed_in]
    entries = {item.oid: _posted(request, item) for item in items}
    try:
        add_corrected_row(form=form, group_oid=group, entries=entries, reason=reason, actor=request.user)
    except InvalidInput as fault:
        labels = {item.oid: in_language(item.label) for item in items}
        named = {labels.get(split_path(path)[0], path): text for path, text in fault.fields.items()}
        raise InvalidInput(str(fault), fields=named) from None


def _posted(request: Request, item: ItemDef) -> dict[str, object]:
    raw: object = request.POST.getlist(f"raw-{item.oid}")
    if item.type != "multi":
        raw = request.POST.get(f"raw-{item.oid}", "")
    return {
        "raw": raw,
        "unit": request.POST.get(f"unit-{item.oid}") or None,
        "missing": request.POST.get(f"missing-{item.oid}") or None,
    }
