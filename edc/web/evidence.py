"""Source evidence beside the fields: what is at an item, pages as pictures, and what people do with them."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from edc import access
from edc.errors import InvalidInput
from edc.exchange.source_pages import MAX_BYTES, page_image
from edc.models import Evidence, FormInstance, User
from edc.rules.subject_values import item_path, split_path
from edc.selectors import form_state
from edc.selectors.evaluation import in_language
from edc.selectors.evidence import evidence_of, evidence_visible_to
from edc.services.evidence import (
    add_page,
    add_passage,
    record_evidence_download,
    tie_evidence,
    withdraw_evidence,
)
from edc.services.kept_files import content_of
from edc.services.views import record_evidence_view
from edc.web.entry import form_or_404
from edc.web.request import Request

# A file of a stranger's making runs nothing and loads nothing, also where a browser shows it.
SEALED = "default-src 'none'; sandbox; frame-ancestors 'none'"
SUFFIXES = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}


@login_required
@require_http_methods(["GET", "POST"])
def of_form(request: Request, pk: int) -> HttpResponse:
    """Show the evidence of a form, beside the item ?path= where one is named; POST adds a page or passage."""
    form = form_or_404(request, pk)
    if request.method == "POST":
        access.require(request.user, "enter_data", site=form.subject.site)
        path = request.POST.get("path", "")
        _add(request, form, path)
        return _list(request, form, path)
    return _list(request, form, request.GET.get("path", ""))


def beside(form: FormInstance, path: str, actor: User, *, adds: bool = False) -> dict[str, object]:
    """Return what `edc/evidence.html` shows, which the audit trail tells where the form is not final: what is
    tied to the item, and the form's other evidence.
    """
    found = evidence_of(actor, form)
    record_evidence_view(form=form, shown=found, actor=actor)
    enters = access.may(actor, "enter_data", site=form.subject.site)
    is_locked = form.status == FormInstance.Status.LOCKED
    return {
        "path": path,
        "tied": [each for each in found if path and path in each.paths],
        "others": [each for each in found if not path or path not in each.paths],
        "may_add": adds and enters and not is_locked and bool(path),
        "may_withdraw": enters or access.may(actor, "resolve_disagreement", site=form.subject.site),
        "sources": Evidence.Source.choices,
        "most": MAX_BYTES // 2**20,
    }


def _list(request: Request, form: FormInstance, path: str) -> HttpResponse:
    adds = request.method == "POST" or request.GET.get("adds") == "1"
    context = {"form": form, "evidence": beside(form, path, request.user, adds=adds)}
    answer = render(request, "edc/evidence.html", context)
    if request.method == "POST":
        answer.headers["HX-Retarget"], answer.headers["HX-Reswap"] = "#evidence", "outerHTML"
    return answer


def _add(request: Request, form: FormInstance, path: str) -> None:
    given: dict[str, Any] = {
        "form": form,
        "source": request.POST.get("source", ""),
        "paths": _reached(form, path, request),
        "deidentified": request.POST.get("deidentified") == "yes",
        "actor": request.user,
    }
    uploaded = request.FILES.get("file")
    try:
        if uploaded:
            # One byte more than is allowed tells that it is too long without reading the rest.
            add_page(content=uploaded.read(MAX_BYTES + 1), **given)
        elif request.POST.get("text", "").strip():
            add_passage(text=request.POST["text"], **given)
        else:
            message = _("Choose a file, or type the passage.")
            raise InvalidInput(_("Some fields need correction."), fields={"file": message})
    except InvalidInput as fault:
        raise InvalidInput(str(fault), fields=_named(form, fault)) from None


def _reached(form: FormInstance, path: str, request: Request) -> list[str]:
    if not path:
        return []
    return _section(form, path, request.user) if request.POST.get("reach") == "section" else [path]


def _section(form: FormInstance, path: str, actor: User) -> list[str]:
    """Return the typed items that are shown in the item's group, in its row where the group repeats."""
    oid, key = split_path(path)
    definition = form.design_version.design.form(form.form_oid)
    group = next((each for each in definition.item_groups if oid in {item.oid for item in each.items}), None)
    visible = form_state(form, actor).state.visible
    paths = [item_path(item.oid, key) for item in group.items if item.is_typed_in] if group else []
    return [each for each in paths if visible.get(each)] or [path]


def _named(form: FormInstance, fault: InvalidInput) -> dict[str, Any]:
    """Return the faults under the words that the page has for their fields."""
    words = {
        "file": _("File"),
        "text": _("Passage"),
        "source": _("Kind of source"),
        "deidentified": _("De-identified"),
        "paths": _("Item"),
    }
    items = form.design_version.design.form(form.form_oid).items_by_oid
    labels = {oid: in_language(item.label) for oid, item in items.items()}
    named = {name: words.get(name) or labels.get(split_path(name)[0], name) for name in fault.fields}
    return {named[name]: text for name, text in fault.fields.items()}


def _evidence(request: Request, public_id: str) -> Evidence:
    return get_object_or_404(evidence_visible_to(request.user), public_id=public_id)


def _page_or_404(request: Request, public_id: str) -> Evidence:
    held = _evidence(request, public_id)
    if held.kind != Evidence.Kind.PAGE:
        raise Http404
    record_evidence_view(form=held.form, shown=[held], actor=request.user)
    return held


@login_required
@require_safe
def page(request: Request, public_id: str, number: int) -> HttpResponse:
    """Send a page as a picture: a kept picture as it is, a page of a PDF drawn."""
    held = _page_or_404(request, public_id)
    if not 1 <= number <= held.page_count:
        raise Http404
    content, media = content_of(held), held.media_type
    if media == Evidence.MediaType.PDF:
        content, media = page_image(content, number), Evidence.MediaType.PNG.value
    return sealed(HttpResponse(content, content_type=media))


@login_required
@require_safe
def file(request: Request, public_id: str) -> HttpResponse:
    """Send the file as it is kept, to be saved; each download is in the audit trail."""
    held = _page_or_404(request, public_id)
    content = content_of(held)
    record_evidence_download(evidence=held, actor=request.user)
    name = f"{held.form.subject.subject_key}-{held.form.form_oid}-{held.pk}.{SUFFIXES[held.media_type]}"
    answer = HttpResponse(content, content_type=held.media_type)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return sealed(answer)


def sealed(answer: HttpResponse) -> HttpResponse:
    """Let the answer do nothing in the browser but be shown or saved."""
    answer.headers["Content-Security-Policy"], answer.headers["X-Content-Type-Options"] = SEALED, "nosniff"
    return answer


@login_required
@require_POST
def tie(request: Request, public_id: str) -> HttpResponse:
    """Tie it to the item {"path"} too."""
    held = _evidence(request, public_id)
    access.require(request.user, "enter_data", site=held.form.subject.site)
    path = request.POST.get("path", "")
    tie_evidence(evidence=held, path=path, actor=request.user)
    return _list(request, held.form, path)


@login_required
@require_POST
def withdraw(request: Request, public_id: str) -> HttpResponse:
    """Take it out of view for {"reason"}."""
    held = _evidence(request, public_id)
    withdraw_evidence(evidence=held, reason=request.POST.get("reason", ""), actor=request.user)
    return _list(request, held.form, request.POST.get("path", ""))
