"""Signing a visit or a whole casebook at once."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from edc import access
from edc.models import FormInstance, Signature, StudyEvent, Subject
from edc.numbers import whole_number
from edc.selectors import subjects_visible_to
from edc.selectors.matrix import SHOWN_AS
from edc.selectors.owed import event_name, form_name
from edc.selectors.signatures import forms_to_sign, signatures_of, signing_acts, whole_hash
from edc.services.sign import UNSIGNED, Proof, sign_all
from edc.web.answers import enter_study_of, go
from edc.web.proof import fresh_proof, use_up
from edc.web.request import Request


def _subject_or_404(request: Request, pk: int) -> Subject:
    sites = access.sites_for(request.user, "view_data")
    return get_object_or_404(subjects_visible_to(request.user).filter(site__in=sites), pk=pk)


@require_safe
@login_required
def signing(request: Request, pk: int) -> HttpResponse:
    """Show the casebook's completed forms with their signatures, and what was signed as a whole."""
    subject = _subject_or_404(request, pk)
    enter_study_of(request, subject)
    forms = list(forms_to_sign(subject, None))
    visits: dict[int, list[FormInstance]] = {}
    for form in forms:
        visits.setdefault(form.event_id, []).append(form)
    unfinished = subject.forms.filter(mandatory=True).exclude(
        status__in=(*FormInstance.FINAL, FormInstance.Status.NOT_DONE)
    )
    context = {
        "subject": subject,
        "visits": [_visit(of_visit) for of_visit in visits.values()],
        "left": sum(form.status in UNSIGNED for form in forms),
        "total": len(forms),
        "unfinished": unfinished.count(),
        "content": whole_hash(forms),
        "acts": signing_acts(subject),
        "meanings": Signature.Meaning.choices,
        "may_sign": access.may(request.user, "sign_form", site=subject.site),
    }
    return render(request, "edc/signing.html", context)


def _visit(forms: list[FormInstance]) -> dict[str, object]:
    event = forms[0].event
    return {
        "event": event,
        "name": event_name(event, forms[0]),
        "content": whole_hash(forms),
        "left": sum(form.status in UNSIGNED for form in forms),
        "lines": [
            {
                "form": form,
                "name": form_name(form),
                "shape": SHOWN_AS[form.status],
                "signatures": list(signatures_of(form)),
            }
            for form in forms
        ],
    }


@require_POST
@login_required
def sign(request: Request, pk: int) -> HttpResponse:
    """Sign the visit named, or the casebook, with a proof given again."""
    subject = _subject_or_404(request, pk)
    chosen = request.POST.get("event", "")
    event = get_object_or_404(StudyEvent, pk=whole_number(chosen), subject=subject) if chosen else None
    proof = fresh_proof(request)
    sign_all(
        subject=subject,
        event=event,
        actor=request.user,
        proof=Proof(request.POST.get("password", ""), confirmed=proof is not None),
        meaning=request.POST.get("meaning", ""),
        seen=request.POST.get(f"content-{chosen}"),
    )
    if proof is not None:
        use_up(request, proof)
    return go(request, reverse("subject-signing", args=[subject.pk]))
