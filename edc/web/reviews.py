"""The console of reviews: forms by type of review, many at once; and the study's types."""

from collections.abc import Iterable

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from edc import access
from edc.errors import InvalidInput
from edc.models import FormInstance, FormReview, ReviewType, Role
from edc.numbers import keys
from edc.selectors.evaluation import in_language
from edc.selectors.owed import event_name, form_name
from edc.selectors.reviews import SHOWS, forms_for_review, review_types_of, reviewable_by
from edc.services.review import ROLES, review_forms, save_review_type
from edc.web.answers import go, study_where, study_with
from edc.web.context import current_site
from edc.web.request import Request

PAGE_SIZE = 50
PERMISSIONS = ("verify_data", "lock_form", "sign_form", "review_scores")


@require_safe
@login_required
def reviews(request: Request) -> HttpResponse:
    """List the forms that wait for one type of review; the person's own type is shown first."""
    study = study_where(request, *PERMISSIONS)
    types = [each for each in review_types_of(study) if each.active]
    own = [each for each in types if reviewable_by(request.user, each)]
    code = request.GET.get("type", "")
    chosen = next((each for each in types if each.code == code), next(iter(own or types), None))
    if code and (chosen is None or chosen.code != code):
        raise Http404
    asked = {"show": "due"} | request.GET.dict()
    site = current_site(request)
    context: dict[str, object] = {
        "types": types, "chosen": chosen, "asked": asked,
        "may_write": access.may(request.user, "manage_design", study=study),
    }  # fmt: skip
    if chosen is not None:
        found = forms_for_review(request.user, chosen, site, asked)
        page = Paginator(found, PAGE_SIZE).get_page(asked.get("page"))
        context |= {
            "page": page,
            "lines": _lines(page.object_list, chosen),
            "shows": [
                (show, label, forms_for_review(request.user, chosen, site, asked | {"show": show}).count())
                for show, label in zip(SHOWS, (_("To review"), _("Broken since"), _("Reviewed")), strict=True)
            ],
            "may_review": reviewable_by(request.user, chosen, site) and asked["show"] != "done",
        }
    return render(request, "edc/reviews.html", context)


def _lines(forms: Iterable[FormInstance], chosen: ReviewType) -> list[dict[str, object]]:
    forms = list(forms)
    given: dict[int, FormReview] = {}
    for review in chosen.reviews.filter(form__in=forms).select_related("reviewer").order_by("pk"):
        given[review.form_id] = review
    return [
        {
            "form": form,
            "name": form_name(form),
            "visit": event_name(form.event, form),
            "last": given.get(form.pk),
        }
        for form in forms
    ]


@require_POST
@login_required
def mark(request: Request) -> HttpResponse:
    """Mark the ticked forms as reviewed, and tell of each."""
    study = study_where(request, *PERMISSIONS)
    chosen = get_object_or_404(review_types_of(study), code=request.POST.get("type", ""), active=True)
    numbers = keys(request.POST.getlist("row"))
    if not numbers:
        raise InvalidInput(_("Tick at least one row."), fields={"row": _("Tick at least one row.")})
    forms = forms_for_review(request.user, chosen, None, {"show": "due"}).filter(pk__in=numbers)
    results = review_forms(
        review_type=chosen, forms=list(forms), note=request.POST.get("note", ""), actor=request.user
    )
    lines = [(each, _told_of(each.row), reverse("form-entry", args=[each.row.pk])) for each in results]
    done = sum(each.done for each in results)
    back = f"{reverse('reviews')}?type={chosen.code}"
    context = {"lines": lines, "done": done, "refused": len(results) - done, "back": back}
    return render(request, "edc/queries_told.html", context)


def _told_of(form: FormInstance) -> dict[str, object]:
    return {"form": form, "form_name": form_name(form), "visit": event_name(form.event, form)}


@require_safe
@login_required
def types(request: Request) -> HttpResponse:
    """List the study's types of review; a data manager adds and changes them."""
    study = study_where(request, *PERMISSIONS)
    version = study.design_versions.first()
    definitions = version.design.forms if version else ()
    names = {each.oid: in_language(each.name) for each in definitions}
    context = {
        "types": [
            (each, Role(each.role).label, [names.get(oid, oid) for oid in each.forms])
            for each in review_types_of(study)
        ],
        "roles": [(role, Role(role).label) for role in ROLES],
        "breaks": ReviewType.BrokenBy.choices,
        "definitions": names.items(),
        "may_write": access.may(request.user, "manage_design", study=study),
    }
    return render(request, "edc/review_types.html", context)


@require_POST
@login_required
def type_save(request: Request) -> HttpResponse:
    study = study_with(request, "manage_design")
    posted = request.POST
    wanted = ReviewType(
        study=study,
        code=posted.get("code", "").strip(),
        name_zh=posted.get("name_zh", ""),
        name_en=posted.get("name_en", ""),
        role=posted.get("role", ""),
        forms=posted.getlist("forms"),
        broken_by=posted.get("broken_by", ""),
        active=posted.get("active") == "yes",
    )
    save_review_type(wanted=wanted, actor=request.user)
    return go(request, reverse("review-types"))
