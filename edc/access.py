"""Who may do what, where: the role table, the grants and the questions about them. The only such place."""

from collections.abc import Iterable
from typing import TypeVar

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from edc import training
from edc.models import (
    ApiToken,
    Membership,
    Role,
    Site,
    SiteUserObjectPermission,
    Study,
    StudyUserObjectPermission,
    User,
)

Grant = TypeVar("Grant", SiteUserObjectPermission, StudyUserObjectPermission)
SITE_GRANTS: dict[str, frozenset[str]] = {
    Role.CRC: frozenset(
        {"view_subjects", "enrol_subject", "enter_data", "view_data", "answer_query", "upload_images"}
    ),
    Role.DATA_MANAGER: frozenset(
        {
            "view_subjects",
            "view_data",
            "resolve_disagreement",
            "raise_query",
            "export_data",
            "lock_form",
            "import_data",
        }
    ),
    Role.MONITOR: frozenset({"view_subjects", "view_data", "verify_data", "raise_query"}),
    Role.INVESTIGATOR: frozenset(
        {
            "fetch_archive",
            "view_subjects",
            "view_data",
            "enrol_subject",
            "answer_query",
            "sign_form",
            "view_images",
            "view_scores",
        }
    ),
    Role.RADIOLOGIST: frozenset({"view_images", "read_images"}),
    Role.CLINICIAN: frozenset({"view_subjects", "view_data", "view_images", "view_scores", "review_scores"}),
    Role.DATA_SCIENTIST: frozenset({"view_images", "run_models", "view_scores"}),
    Role.UPLOADER: frozenset({"upload_images"}),
    Role.AUDITOR: frozenset({"view_subjects"}),
    Role.ADMINISTRATOR: frozenset(),
}
STUDY_GRANTS: dict[str, frozenset[str]] = {
    Role.CRC: frozenset({"view_study_data"}),
    Role.DATA_MANAGER: frozenset({"view_study_data", "freeze_data", "manage_design", "view_audit"}),
    Role.MONITOR: frozenset({"view_study_data", "view_audit"}),
    Role.INVESTIGATOR: frozenset({"view_study_data", "approve_models"}),
    Role.RADIOLOGIST: frozenset({"view_study_data"}),
    Role.CLINICIAN: frozenset({"view_study_data"}),
    Role.DATA_SCIENTIST: frozenset({"view_study_data", "develop_models"}),
    Role.UPLOADER: frozenset(),
    Role.AUDITOR: frozenset({"view_study_data", "view_audit"}),
    Role.ADMINISTRATOR: frozenset({"manage_people"}),
}
# What a named system user (worker, loader) may do, everywhere; nothing else.
SYSTEM_GRANTS = frozenset(
    {
        "view_subjects",
        "view_data",
        "raise_query",
        "view_images",
        "run_models",
        "view_scores",
        "manage_design",
        "view_study_data",
        "develop_models",
        "manage_people",
    }
)
# What a token of each scope may use of its owner's rights.
SCOPE_GRANTS: dict[str, frozenset[str]] = {
    ApiToken.Scope.READ: frozenset(
        {
            "view_subjects",
            "view_data",
            "view_images",
            "view_scores",
            "export_data",
            "fetch_archive",
            "view_audit",
            "view_study_data",
        }
    ),
    ApiToken.Scope.ENTER: frozenset({"view_subjects", "enrol_subject", "enter_data", "view_study_data"}),
    ApiToken.Scope.UPLOAD: frozenset({"upload_images"}),
    ApiToken.Scope.CHECK: frozenset(
        {"view_subjects", "view_data", "verify_data", "raise_query", "view_study_data"}
    ),
    ApiToken.Scope.MANAGE: frozenset(
        {"view_subjects", "view_data", "import_data", "lock_form", "view_study_data"}
    ),
}


def _usable(actor: User | None, permissions: Iterable[str]) -> list[str]:
    """Return those permissions that the actor's token, if any, lets through; none for a missing actor."""
    if actor is None or not actor.is_authenticated or not actor.is_active:
        return []
    token = getattr(actor, "api_token", None)
    if token is None:
        return list(permissions)
    allowed = frozenset().union(*(SCOPE_GRANTS[scope] for scope in token.scopes))
    return [permission for permission in permissions if permission in allowed]


def sites_for(actor: User | None, *permissions: str) -> QuerySet[Site]:
    """Return the sites where the actor holds any of these; global grants and superuser count for nothing."""
    usable = _usable(actor, permissions)
    if not usable or actor is None:
        return Site.objects.none()
    if actor.is_system:
        return Site.objects.all() if SYSTEM_GRANTS & set(usable) else Site.objects.none()
    granted = SiteUserObjectPermission.objects.filter(user=actor, permission__codename__in=usable)
    sites = Site.objects.filter(pk__in=granted.values("content_object"))
    token = getattr(actor, "api_token", None)
    return sites.filter(pk=token.site_id) if token is not None and token.site_id else sites


def studies_for(actor: User | None, *permissions: str) -> QuerySet[Study]:
    """Return the studies on which the actor holds any of these study-wide permissions.

    Through a token bound to a site, a person may open that site's study and do nothing study-wide.
    """
    site = getattr(getattr(actor, "api_token", None), "site_id", None)
    usable = [name for name in _usable(actor, permissions) if not site or name == "view_study_data"]
    if not usable or actor is None:
        return Study.objects.none()
    if actor.is_system:
        return Study.objects.all() if SYSTEM_GRANTS & set(usable) else Study.objects.none()
    granted = StudyUserObjectPermission.objects.filter(user=actor, permission__codename__in=usable)
    studies = Study.objects.filter(pk__in=granted.values("content_object"))
    return studies.filter(sites=site) if site else studies


def may(actor: User | None, permission: str, *, site: Site | None = None, study: Study | None = None) -> bool:
    """Tell whether the actor holds the permission at the site, or on the study."""
    if site is not None:
        return sites_for(actor, permission).filter(pk=site.pk).exists()
    if study is not None:
        return studies_for(actor, permission).filter(pk=study.pk).exists()
    return False


def held_in(actor: User | None, study: Study) -> frozenset[str]:
    """Return every permission that the actor holds on the study or at any of its sites, in two queries."""
    if actor is None or not actor.is_authenticated or actor.is_system:
        return SYSTEM_GRANTS if getattr(actor, "is_system", False) else frozenset()
    at_sites = SiteUserObjectPermission.objects.filter(user=actor, content_object__study=study)
    on_study = StudyUserObjectPermission.objects.filter(user=actor, content_object=study)
    site = getattr(getattr(actor, "api_token", None), "site_id", None)
    if site:
        at_sites = at_sites.filter(content_object=site)
        on_study = on_study.filter(permission__codename="view_study_data")
    names = [held.values_list("permission__codename", flat=True) for held in (at_sites.distinct(), on_study)]
    return frozenset(_usable(actor, {name for held in names for name in held}))


def require(
    actor: User | None, permission: str, *, site: Site | None = None, study: Study | None = None
) -> None:
    """Raise PermissionDenied unless the actor holds the permission there; a missing actor holds none."""
    if not may(actor, permission, site=site, study=study):
        raise PermissionDenied(permission)


def require_somewhere(actor: User | None, permission: str) -> None:
    """Raise PermissionDenied unless the actor holds the permission at some site.

    What a request's body names is looked at only then; the site named there is asked for by the service.
    """
    if not sites_for(actor, permission).exists():
        raise PermissionDenied(permission)


def roles_at(actor: User | None, *, study: Study | None, site: Site | None = None) -> list[str]:
    """Return the actor's roles in force in the study, at the site if one is given."""
    if actor is None or not actor.is_authenticated or study is None:
        return []
    memberships = Membership.objects.filter(Membership.IN_FORCE, user=actor, study=study)
    if site is not None:
        memberships = memberships.filter(Q(site=site) | Q(site__isnull=True))
    return sorted(set(memberships.values_list("role", flat=True)))


def holders_of(permission: str, *, study: Study) -> QuerySet[User]:
    """Return the active people whose role gives them this study-wide permission on the study."""
    roles = [role for role, names in STUDY_GRANTS.items() if permission in names]
    members = Membership.objects.filter(Membership.IN_FORCE, study=study, role__in=roles)
    return User.objects.filter(is_active=True, pk__in=members.values("user"))


def holders_at(site: Site, *permissions: str) -> QuerySet[User]:
    """Return the active people whose role gives them any of these permissions at the site."""
    roles = [role for role, names in SITE_GRANTS.items() if names & set(permissions)]
    here = Membership.IN_FORCE & (Q(site=site) | Q(site=None))
    members = Membership.objects.filter(here, study=site.study_id)
    return User.objects.filter(is_active=True, pk__in=members.filter(role__in=roles).values("user"))


@transaction.atomic
def sync_grants(user: User) -> None:
    """Make the user's object grants equal to what the memberships in force give; nothing more survives.

    A membership that wants training is in force until its days of grace are over, and again when the training
    is on record. `user` learns when that changes next, for whoever keeps the time.
    """
    memberships = _settle_training(user)
    site_grants: set[tuple[int, str]] = set()
    study_grants: set[tuple[int, str]] = set()
    for membership in memberships:
        study_grants |= {(membership.study_id, name) for name in STUDY_GRANTS[membership.role]}
        sites = (
            [membership.site_id]
            if membership.site_id
            else membership.study.sites.values_list("pk", flat=True)
        )
        site_grants |= {(site, name) for site in sites for name in SITE_GRANTS[membership.role]}
    _apply(user, Site, SiteUserObjectPermission, site_grants)
    _apply(user, Study, StudyUserObjectPermission, study_grants)


def _settle_training(user: User) -> list[Membership]:
    """Write which of the person's active memberships wait for training; return those in force."""
    held = list(Membership.objects.filter(user=user, active=True).select_related("study", "site"))
    stops, now = training.stops_of(user, held), timezone.now()
    for membership in held:
        stop = stops.get(membership.pk)
        waits = stop if stop is not None and stop <= now else None
        if membership.waits_since != waits:
            membership.waits_since = waits
            membership.save(update_fields=["waits_since"])
    due = min(stops.values(), default=None)
    later = min((stop for stop in stops.values() if stop > now), default=None)
    user.training_due_at, user.roles_hold_until = due, later
    User.objects.filter(pk=user.pk).update(training_due_at=due, roles_hold_until=later)
    return [membership for membership in held if membership.waits_since is None]


def _apply(
    user: User,
    model: type[Site] | type[Study],
    table: type[Grant],
    wanted: set[tuple[int, str]],
) -> None:
    mine = table.objects.filter(user=user)
    rows = mine.values_list("pk", "content_object_id", "permission__codename")
    held = {(pk, name): row for row, pk, name in rows}
    table.objects.filter(pk__in=[row for grant, row in held.items() if grant not in wanted]).delete()
    missing = sorted(wanted - held.keys())
    if missing:
        kind = ContentType.objects.get_for_model(model)
        permissions = dict(Permission.objects.filter(content_type=kind).values_list("codename", "pk"))
        table.objects.bulk_create(
            (table(user=user, content_object_id=pk, permission_id=permissions[name]) for pk, name in missing),
            ignore_conflicts=True,
        )
