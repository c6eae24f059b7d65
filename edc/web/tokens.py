"""A person's own API tokens: issued with scopes and an end, shown once, revoked."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from edc.errors import InvalidInput
from edc.models import ApiToken, Site, User
from edc.numbers import whole_number
from edc.services.people import MAX_TOKEN_DAYS, issue_token, revoke_token
from edc.web.answers import go
from edc.web.request import Request

DAYS = 90


def own_sites(user: User) -> list[Site]:
    """Return the sites at which the person has an active role, of all their studies."""
    roles = user.memberships.filter(active=True)
    study_wide = roles.filter(site__isnull=True).values("study")
    sites = Site.objects.filter(memberships__in=roles) | Site.objects.filter(study__in=study_wide)
    return list(sites.select_related("study").distinct())


def _page(request: Request, *, made: str = "", status: int = 200) -> HttpResponse:
    context = {
        "tokens": request.user.api_tokens.select_related("site"),
        "now": timezone.now(),
        "scopes": ApiToken.Scope.choices,
        "sites": own_sites(request.user),
        "days": DAYS,
        "most_days": MAX_TOKEN_DAYS,
        "made": made,
    }
    return render(request, "edc/tokens.html", context, status=status)


@require_safe
@login_required
@never_cache
def tokens(request: Request) -> HttpResponse:
    return _page(request)


@require_POST
@login_required
@never_cache
def issue(request: Request) -> HttpResponse:
    """Issue a token and show its text this once; it is in no address and in no log."""
    site = request.POST.get("site", "")
    sites = {str(each.pk): each for each in own_sites(request.user)}
    if site and site not in sites:
        message = {"site": _("Choose a site of the list.")}
        raise InvalidInput(_("Some fields need correction."), fields=message)
    _token, text = issue_token(
        user=request.user,
        name=request.POST.get("name", ""),
        scopes=request.POST.getlist("scopes"),
        site=sites.get(site),
        days=_days(request),
        actor=request.user,
    )
    return _page(request, made=text, status=201)


def _days(request: Request) -> int:
    return whole_number(request.POST.get("days", "").strip(), digits=5) or 0


@require_POST
@login_required
def revoke(request: Request, pk: int) -> HttpResponse:
    revoke_token(token=get_object_or_404(request.user.api_tokens, pk=pk), actor=request.user)
    return go(request, reverse("tokens"))
