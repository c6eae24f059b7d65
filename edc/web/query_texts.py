"""The study's ready sentences for queries: shipped ones and its own."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from edc import access
from edc.design.items import Text
from edc.models import StandardText
from edc.selectors.standard_texts import standard_texts
from edc.services.query import save_standard_text
from edc.web.answers import go, study_where
from edc.web.request import Request


@require_safe
@login_required
def texts(request: Request) -> HttpResponse:
    """List the sentences by purpose; a data manager adds, changes and retires them."""
    study = study_where(request, "raise_query", "answer_query")
    known = standard_texts(study, retired=True)
    context = {
        "groups": [
            (code, label, [each for each in known if each.purpose == code])
            for code, label in StandardText.Purpose.choices
        ],
        "purposes": StandardText.Purpose.choices,
        "may_write": access.may(request.user, "manage_design", study=study),
    }
    return render(request, "edc/query_texts.html", context)


@require_POST
@login_required
def save(request: Request) -> HttpResponse:
    study = study_where(request, "raise_query", "answer_query")
    save_standard_text(
        study=study,
        code=request.POST.get("code", "").strip(),
        purpose=request.POST.get("purpose", ""),
        text=Text(request.POST.get("text_zh", ""), request.POST.get("text_en", "")),
        active=request.POST.get("active") == "yes",
        actor=request.user,
    )
    return go(request, reverse("query-texts"))
