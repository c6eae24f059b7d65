"""The log-ins of the people one administers: begun, refused, locked, ended."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from edc.extensions import Chip
from edc.models import AuditEvent, User
from edc.selectors.sessions import session_events_visible_to
from edc.services.sessions import BEGAN, ENDED, LOCKED, REFUSED
from edc.web.answers import study_with
from edc.web.request import Request

PAGE_SIZE = 50
WORDS = {
    BEGAN: ("done", _("Logged in")),
    REFUSED: ("warn", _("Refused")),
    LOCKED: ("miss", _("Locked")),
    ENDED: ("na", _("Logged out")),
}
PROOFS = {
    "password": _("password"),
    "totp": _("authenticator app"),
    "webauthn": _("passkey"),
    "recovery_codes": _("recovery code"),
    "socialaccount": _("directory"),
    "directory": _("directory"),
}


@require_safe
@login_required
def logins(request: Request) -> HttpResponse:
    """List the log-ins, the newest first; by kind and by account."""
    study_with(request, "manage_people")
    found = session_events_visible_to(request.user)
    kind, name = request.GET.get("kind", ""), request.GET.get("q", "").strip()
    if kind in WORDS:
        found = found.filter(action=kind)
    if name:
        named = User.objects.filter(username__icontains=name).values_list("pk", flat=True)
        found = found.filter(target_id__in=[str(pk) for pk in named])
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    events = list(page.object_list)
    people = User.objects.in_bulk({int(event.target_id) for event in events})
    context = {
        "page": page,
        "lines": [line_of(event, people.get(int(event.target_id))) for event in events],
        "kind": kind,
        "q": name,
        "kinds": [(code, label) for code, (_look, label) in WORDS.items()],
    }
    return render(request, "edc/logins.html", context)


def line_of(event: AuditEvent, person: User | None = None) -> dict[str, object]:
    """Return one log-in as a page shows it; an attempt with an unknown name has no person."""
    look, label = WORDS[event.action]
    given = event.after or {}
    known = person is not None and not person.is_system
    return {
        "at": event.at,
        "person": person if known else None,
        "chip": Chip(look, str(label)),
        "proofs": [str(PROOFS.get(each, each)) for each in given.get("method", "").split("+") if each],
        "address": given.get("address", ""),
        "agent": given.get("agent", ""),
    }
