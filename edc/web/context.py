"""What every page shows around its content: the study, the site, the tabs, the person."""

from django.conf import settings
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from edc import access, extensions
from edc.models import Membership, Role, Site, Study, User
from edc.web.request import Request

STUDY_KEY, SITE_KEY = "study_oid", "site_oid"
# The tabs before and after those of the other apps: who sees them, their words, their route.
_AT_SITES = (
    (("view_subjects",), gettext_lazy("Subjects"), "subjects"),
    (("view_data", "answer_query", "raise_query"), gettext_lazy("Queries"), "queries"),
    (("resolve_disagreement",), gettext_lazy("Differences"), "differences"),
    (("resolve_disagreement",), gettext_lazy("Coding"), "coding"),
    (("verify_data",), gettext_lazy("Verification"), "verification"),
    (("lock_form", "sign_form"), gettext_lazy("Locks"), "locks"),
    (("import_data",), gettext_lazy("Imports"), "imports"),
    (("export_data", "fetch_archive"), gettext_lazy("Exports"), "exports"),
)
_STUDY_WIDE = (
    ("manage_design", gettext_lazy("Checks"), "checks"),
    ("manage_design", gettext_lazy("Design"), "design"),
    ("view_audit", gettext_lazy("Audit"), "audit"),
    ("manage_people", gettext_lazy("People"), "people"),
)


def current_study(request: Request) -> Study | None:
    """Return the study the person works in: the one chosen, else of theirs the one with most subjects."""
    if not hasattr(request, "_tandem_study"):
        oid, studies = request.session.get(STUDY_KEY, ""), own_studies(request)
        chosen = next((each for each in studies if each.oid == oid), None)
        request._tandem_study = chosen or _busiest(request.user, studies)
    return request._tandem_study


def own_studies(request: Request) -> list[Study]:
    """Return the studies that the person may open, asked once a page."""
    if not hasattr(request, "_tandem_studies"):
        request._tandem_studies = list(access.studies_for(request.user, "view_study_data", "manage_people"))
    return request._tandem_studies


def _busiest(user: User, studies: list[Study]) -> Study | None:
    if len(studies) < 2:
        return studies[0] if studies else None
    sites = access.sites_for(user, "view_subjects", "read_images", "run_models")
    subjects = Count("subjects", filter=Q(subjects__site__in=sites))
    counted = Study.objects.filter(pk__in=[each.pk for each in studies]).annotate(subject_count=subjects)
    return counted.order_by("-subject_count", "oid").first()


def member_sites(request: Request) -> list[Site]:
    """Return the sites of the current study at which the person has any role, in order, asked once a page."""
    if not hasattr(request, "_tandem_sites"):
        request._tandem_sites = _member_sites(request.user, current_study(request))
    return request._tandem_sites


def _member_sites(user: User, study: Study | None) -> list[Site]:
    if study is None:
        return []
    memberships = Membership.objects.filter(Membership.IN_FORCE, user=user, study=study)
    if memberships.filter(site__isnull=True).exists():
        return list(study.sites.select_related("institution"))
    return list(study.sites.filter(memberships__in=memberships).select_related("institution").distinct())


def current_site(request: Request) -> Site | None:
    """Return the chosen site; None means all the person's sites, the default when there are several."""
    sites = member_sites(request)
    chosen = request.session.get(SITE_KEY)
    found = next((site for site in sites if site.oid == chosen), None)
    return found or (sites[0] if len(sites) == 1 else None)


def shell(request: Request) -> dict[str, object]:
    """Context processor of `templates/base.html`."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    study = current_study(request)
    roles = access.roles_at(user, study=study)
    held = access.held_in(user, study) if study else frozenset()
    return {
        "shell": {
            "study": study,
            "site": current_site(request),
            "studies": own_studies(request),
            "sites": member_sites(request),
            "tabs": _tabs(request, held) if study else [],
            "held": held,
            "roles": roles,
            "role_label": " · ".join(str(Role(role).label) for role in roles),
            "user_name": str(user),
            "initial": str(user)[:1].upper(),
            "training": training_note(user),
            "idle_seconds": settings.IDLE_TIMEOUT_SECONDS,
        }
    }


def training_note(user: User) -> dict[str, object] | None:
    """Return what a page says about training that is due, as it stands on the account; None without any."""
    due = user.training_due_at
    return None if due is None else {"waits": due <= timezone.now(), "due": due}


def _tabs(request: Request, held: frozenset[str]) -> list[dict[str, object]]:
    tabs = [extensions.Tab(_("Today"), reverse("home"), "/")]
    for permissions, label, name in _AT_SITES:
        if held.intersection(permissions):
            tabs.append(extensions.Tab(str(label), reverse(name), f"/{name}"))
    for part in extensions.registered():
        tabs.extend(part.tabs(held=held))
    for permission, label, name in _STUDY_WIDE:
        if permission in held:
            tabs.append(extensions.Tab(str(label), reverse(name), f"/{name}"))
    return [
        {"label": tab.label, "url": tab.url, "active": _is_active(request.path, tab.prefix)} for tab in tabs
    ]


def _is_active(path: str, prefix: str) -> bool:
    return path == "/" if prefix == "/" else path.startswith(prefix)
