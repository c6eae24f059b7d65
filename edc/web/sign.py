"""Verifying, signing, locking and unlocking a form, and the list of forms that wait for it."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from edc import access
from edc.extensions import Chip
from edc.models import FormInstance, Signature, Study
from edc.selectors import forms_visible_to
from edc.selectors.matrix import SHOWN_AS
from edc.selectors.owed import LEFT, event_name, form_name
from edc.services.lock import lock_form, unlock_form
from edc.services.sign import sign_form
from edc.services.verify import verify_form
from edc.web.answers import go, study_where
from edc.web.context import current_site

Status = FormInstance.Status
PAGE_SIZE = 50
SHOWN: dict[str, tuple[Promise, tuple[str, ...]]] = {
    "": (gettext_lazy("All"), tuple(Status)),
    "to-verify": (gettext_lazy("To verify"), (Status.COMPLETE,)),
    "to-sign": (gettext_lazy("To sign"), (Status.COMPLETE, Status.VERIFIED)),
    "disagreement": (gettext_lazy("Disagreement"), (Status.DISAGREEMENT,)),
    "final": (gettext_lazy("Complete"), FormInstance.FINAL),
    "verified": (gettext_lazy("Verified"), (Status.VERIFIED, Status.SIGNED, Status.LOCKED)),
    "signed": (gettext_lazy("Signed"), (Status.SIGNED, Status.LOCKED)),
}
ORDERS = {
    "waiting": ("status_changed_at", "pk"),
    "subject": ("subject__subject_key", "event__ordinal", "ordinal", "pk"),
    "-changed": ("-status_changed_at", "-pk"),
}


def form_or_404(request: HttpRequest, pk: int) -> FormInstance:
    return get_object_or_404(forms_visible_to(request.user), pk=pk)


@require_safe
@login_required
def forms(request: HttpRequest) -> HttpResponse:
    """List forms by what they wait for: what has waited longest stands first."""
    study = study_where(request, "view_subjects")
    show, sort = request.GET.get("show", ""), request.GET.get("sort", "waiting")
    found = forms_of(request, study)
    counts = {name: found.filter(status__in=statuses).count() for name, (_label, statuses) in SHOWN.items()}
    _label, statuses = SHOWN.get(show, SHOWN[""])
    found = found.filter(status__in=statuses).order_by(*ORDERS.get(sort, ORDERS["waiting"]))
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "lines": [line_of(form) for form in page.object_list],
        "show": show,
        "sort": sort,
        "q": request.GET.get("q", ""),
        "shows": [{"name": name, "label": SHOWN[name][0], "count": counts[name]} for name in SHOWN],
    }
    return render(request, "edc/forms.html", context)


def forms_of(request: HttpRequest, study: Study) -> QuerySet[FormInstance]:
    """Return the forms of the present study and site whose subject's number holds `q`."""
    found = forms_visible_to(request.user).filter(subject__study=study)
    found = found.exclude(subject__status__in=LEFT)
    site = current_site(request)
    if site:
        found = found.filter(subject__site=site)
    text = request.GET.get("q", "").strip()
    return found.filter(subject__subject_key__icontains=text) if text else found


def line_of(form: FormInstance) -> dict[str, object]:
    return {
        "form": form,
        "name": form_name(form),
        "visit": event_name(form.event, form),
        "chip": Chip(SHOWN_AS[form.status], str(form.get_status_display())),
    }


def form_actions(form: FormInstance, actor: object) -> dict[str, object]:
    """Return what the actor may now do to the form as a whole: verify, sign, lock, unlock."""
    site, status = form.subject.site, form.status

    def may(permission: str, *statuses: str) -> bool:
        return status in statuses and access.may(actor, permission, site=site)

    return {
        "verify": may("verify_data", Status.COMPLETE),
        "sign": may("sign_form", Status.COMPLETE, Status.VERIFIED),
        "lock": may("lock_form", Status.COMPLETE, Status.VERIFIED, Status.SIGNED),
        "unlock": may("lock_form", Status.LOCKED),
        "meanings": Signature.Meaning.choices,
    }


def back_to(request: HttpRequest, form: FormInstance) -> HttpResponse:
    return go(request, reverse("form-entry", args=[form.pk]))


@require_POST
@login_required
def verify(request: HttpRequest, pk: int) -> HttpResponse:
    form = form_or_404(request, pk)
    verify_form(form=form, actor=request.user, seen=request.POST.get("content"))
    return back_to(request, form)


@require_POST
@login_required
def sign(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign with the password typed again and the meaning chosen."""
    form = form_or_404(request, pk)
    sign_form(
        form=form,
        actor=request.user,
        password=request.POST.get("password", ""),
        meaning=request.POST.get("meaning", ""),
        seen=request.POST.get("content"),
    )
    return back_to(request, form)


@require_POST
@login_required
def lock(request: HttpRequest, pk: int) -> HttpResponse:
    form = form_or_404(request, pk)
    lock_form(form=form, actor=request.user, reason=request.POST.get("reason", ""))
    return back_to(request, form)


@require_POST
@login_required
def unlock(request: HttpRequest, pk: int) -> HttpResponse:
    form = form_or_404(request, pk)
    unlock_form(form=form, actor=request.user, reason=request.POST.get("reason", ""))
    return back_to(request, form)
