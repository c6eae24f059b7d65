"""People of a study: accounts made, roles granted and ended by an administrator."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from edc.models import Membership, Role, Study, User
from edc.services.people import create_user, end_membership, grant_membership
from edc.web.answers import go, study_with
from edc.web.request import Request

PAGE_SIZE = 50
LANGUAGES = ("zh-hans", "en")


@require_safe
@login_required
def people(request: Request) -> HttpResponse:
    """List the accounts with their roles in the present study; accounts without any role can be found."""
    study = study_with(request, "manage_people")
    role, text = request.GET.get("role", ""), request.GET.get("q", "").strip()
    found = accounts(study, everybody=request.GET.get("show") == "all")
    if role in Role.values:
        found = found.filter(memberships__study=study, memberships__active=True, memberships__role=role)
    if text:
        found = found.filter(Q(username__icontains=text) | Q(display_name__icontains=text))
    context = {
        "study": study,
        "page": Paginator(found.distinct().order_by("username"), PAGE_SIZE).get_page(request.GET.get("page")),
        "roles": Role.choices,
        "role": role,
        "q": text,
        "everybody": request.GET.get("show") == "all",
        "sites": study.sites.all(),
    }
    return render(request, "edc/people.html", context)


def accounts(study: Study, *, everybody: bool) -> QuerySet[User]:
    """Return the people with a role in the study, or everybody; each has its roles there as `roles_here`."""
    held = Membership.objects.filter(study=study, active=True).select_related("site")
    found = User.objects.filter(is_system=False)
    if not everybody:
        found = found.filter(memberships__study=study, memberships__active=True)
    return found.prefetch_related(Prefetch("memberships", held, to_attr="roles_here"))


@require_POST
@login_required
def create(request: Request) -> HttpResponse:
    """Make an account; it can do nothing until it is given a role."""
    study_with(request, "manage_people")
    language = request.POST.get("language", "")
    create_user(
        username=request.POST.get("username", "").strip(),
        password=request.POST.get("password", ""),
        display_name=request.POST.get("display_name", "").strip(),
        language=language if language in LANGUAGES else LANGUAGES[0],
        email=request.POST.get("email", "").strip(),
        actor=request.user,
    )
    return go(request, f"{reverse('people')}?show=all&q={request.POST.get('username', '').strip()}")


@require_POST
@login_required
def grant(request: Request) -> HttpResponse:
    """Give a person a role at one site of the present study, or at all of them."""
    study = study_with(request, "manage_people")
    user = get_object_or_404(User, username=request.POST.get("username", ""), is_system=False)
    site = request.POST.get("site", "")
    grant_membership(
        user=user,
        study=study,
        site=get_object_or_404(study.sites, oid=site) if site else None,
        role=request.POST.get("role", ""),
        actor=request.user,
    )
    return go(request, f"{reverse('people')}?q={user.username}")


@require_POST
@login_required
def end(request: Request, pk: int) -> HttpResponse:
    """End a role of the present study."""
    study = study_with(request, "manage_people")
    membership = get_object_or_404(Membership, pk=pk, study=study)
    end_membership(membership=membership, actor=request.user)
    return go(request, reverse("people"))
