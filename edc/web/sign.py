"""Verifying, signing, locking and unlocking a form, and the list of forms that wait for it."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from edc import access
from edc.extensions import Chip
from edc.models import FormInstance, Signature, Study, User
from edc.selectors import forms_visible_to
from edc.selectors.evaluation import in_language
from edc.selectors.form_list import SHOWN, count_shown, form_counts, forms_matching
from edc.selectors.matrix import SHOWN_AS
from edc.selectors.owed import event_name, form_name
from edc.selectors.standard_texts import standard_texts
from edc.services.lock import lock_form, unlock_form
from edc.services.sign import sign_form
from edc.services.verify import verify_form
from edc.web.answers import go, study_where
from edc.web.context import current_site
from edc.web.counted_pages import CountedPaginator
from edc.web.proof import fresh_proof, use_up
from edc.web.request import Request

Status = FormInstance.Status
PAGE_SIZE = 50


def form_or_404(request: Request, pk: int) -> FormInstance:
    return get_object_or_404(forms_visible_to(request.user), pk=pk)


@require_safe
@login_required
def forms(request: Request) -> HttpResponse:
    """List forms by what they wait for: what has waited longest stands first."""
    study = study_where(request, "view_subjects")
    asked = request.GET.dict()
    show, site = asked.get("show", ""), current_site(request)
    counts = form_counts(request.user, study, site, asked)
    found = forms_matching(request.user, study, site, asked)
    page = CountedPaginator(found, PAGE_SIZE, count_shown(counts, show)).get_page(asked.get("page"))
    context = {
        "page": page,
        "lines": [line_of(form) for form in page.object_list],
        "show": show,
        "sort": asked.get("sort", "waiting"),
        "q": asked.get("q", ""),
        "form_oid": asked.get("form", ""),
        "shows": [
            {"name": name, "label": SHOWN[name][0], "count": count_shown(counts, name)} for name in SHOWN
        ],
        "filters": request.GET.urlencode(),
        **asking(request.user, study, asked.get("form", "")),
    }
    return render(request, "edc/forms.html", context)


def asking(actor: User, study: Study, form_oid: str) -> dict[str, object]:
    """Return the study's forms to choose from and, for who may ask, what a question to many forms offers."""
    version = study.design_versions.first()
    definitions = version.design.forms if version else ()
    chosen = next((each for each in definitions if each.oid == form_oid), None)
    asks = access.sites_for(actor, "raise_query").filter(study=study).exists()
    items = chosen.items if chosen else ()
    repeating = chosen.repeating_names if chosen else frozenset()
    return {
        "definitions": [(each.oid, in_language(each.name)) for each in definitions],
        "asks": asks,
        "items": [(each.oid, in_language(each.label)) for each in items if each.name not in repeating],
        "sentences": standard_texts(study, "query") if asks else [],
    }


def line_of(form: FormInstance) -> dict[str, object]:
    return {
        "form": form,
        "name": form_name(form),
        "visit": event_name(form.event, form),
        "chip": Chip(SHOWN_AS[form.status], str(form.get_status_display())),
    }


def form_actions(form: FormInstance, actor: User) -> dict[str, object]:
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


def back_to(request: Request, form: FormInstance) -> HttpResponse:
    return go(request, reverse("form-entry", args=[form.pk]))


@require_POST
@login_required
def verify(request: Request, pk: int) -> HttpResponse:
    form = form_or_404(request, pk)
    verify_form(form=form, actor=request.user, seen=request.POST.get("content"))
    return back_to(request, form)


@require_POST
@login_required
def sign(request: Request, pk: int) -> HttpResponse:
    """Sign with the meaning chosen and a proof given again: typed here, or a fresh one of the session."""
    form = form_or_404(request, pk)
    proof = fresh_proof(request)
    sign_form(
        form=form,
        actor=request.user,
        password=request.POST.get("password", ""),
        meaning=request.POST.get("meaning", ""),
        seen=request.POST.get("content"),
        confirmed=proof is not None,
    )
    if proof is not None:
        use_up(request, proof)
    return back_to(request, form)


@require_POST
@login_required
def lock(request: Request, pk: int) -> HttpResponse:
    form = form_or_404(request, pk)
    lock_form(form=form, actor=request.user, reason=request.POST.get("reason", ""))
    return back_to(request, form)


@require_POST
@login_required
def unlock(request: Request, pk: int) -> HttpResponse:
    form = form_or_404(request, pk)
    unlock_form(form=form, actor=request.user, reason=request.POST.get("reason", ""))
    return back_to(request, form)
