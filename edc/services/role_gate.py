"""The gate of roles: which stop for want of training, and go on once it is on record."""

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from edc import access, audit, jobs
from edc.models import Membership, Notification, Study, User
from edc.selectors.training import KEEPS
from edc.services.notifications import notify


def require_keeper(actor: User, study: Study) -> None:
    """Raise PermissionDenied unless the actor keeps the study's design or its people."""
    if not any(access.may(actor, name, study=study) for name in KEEPS):
        access.require(actor, KEEPS[0], study=study)


def hold_study(study: Study) -> None:
    """Let what the study asks, and whom, change one at a time; taken before `hold`."""
    # Without `no_key` whoever writes a row of the study and holds the trail's head would wait for this one.
    Study.objects.select_for_update(no_key=True).get(pk=study.pk)


def hold(people: QuerySet[User]) -> list[User]:
    """Let the people's training and roles change one at a time; return them.

    Taken before the first event of a transaction, as that locks the trail's head, and always in one order.
    """
    return list(people.order_by("pk").select_for_update(no_key=True))


def members_of(study: Study) -> QuerySet[User]:
    """Return who holds a role in the study, also one that waits."""
    return User.objects.filter(pk__in=Membership.objects.filter(study=study, active=True).values("user"))


@transaction.atomic
def settle(*, user: User, actor: User) -> None:
    """Bring the person's grants up to the time and the records; a role that stops or goes on is recorded."""
    hold(User.objects.filter(pk=user.pk))
    _settle(user, actor)


def _settle(user: User, actor: User) -> None:
    held = Membership.objects.filter(user=user, active=True)
    before = dict(held.values_list("pk", "waits_since"))
    access.sync_grants(user)
    for membership in held.select_related("study", "site"):
        waited, waits = before.get(membership.pk), membership.waits_since
        if bool(waited) != bool(waits):
            _tell(membership, actor)


@transaction.atomic
def settle_due(*, actor: User) -> int:
    """Stop the roles whose days of grace are over; return how many people were looked at."""
    people = hold(User.objects.filter(roles_hold_until__lte=timezone.now()))
    for user in people:
        _settle(user, actor)
    return len(people)


@transaction.atomic
def settle_all(*, study: Study, actor: User) -> None:
    """Do the same for everybody of the study, after what it asks has changed."""
    for user in hold(members_of(study)):
        _settle(user, actor)


def keep_time(user: User) -> bool:
    """Stop the person's roles whose grace has ended since the grants were written; tell whether any did.

    It costs nothing where nothing is due: the moment stands on the account.
    """
    if user.roles_hold_until is None or user.roles_hold_until > timezone.now():
        return False
    settle(user=user, actor=jobs.system_user("worker"))
    return True


def _tell(membership: Membership, actor: User) -> None:
    waits = membership.waits_since is not None
    about = {
        "user": membership.user.username,
        "role": membership.role,
        "site": membership.site.oid if membership.site else None,
    }
    place = audit.Place(study=membership.study, site=membership.site)
    action = "membership.waits" if waits else "membership.resumed"
    audit.record(actor=actor, action=action, target=membership, after=about, place=place)
    if waits:
        notify(
            users=[membership.user],
            kind=Notification.Kind.ROLE_WAITS,
            about=membership.role,
            url=reverse("training"),
            study=membership.study,
            site=membership.site,
        )
