"""Accounts, memberships and the tokens of programs."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import timedelta

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from edc import access, audit
from edc.errors import InvalidInput, NotNow
from edc.models import ApiToken, Membership, Notification, Role, Site, Study, User
from edc.services.accounts import check_email
from edc.services.notifications import notify
from edc.services.passwords import store_password
from edc.services.role_gate import hold, hold_study, settle

MAX_TOKEN_DAYS = 366


@transaction.atomic
def create_user(
    *,
    username: str,
    password: str,
    display_name: str,
    actor: User,
    language: str = "zh-hans",
    email: str = "",
) -> User:
    """Make an account, whose password the person changes at the first log-in.

    A user name is one person's for ever, in whatever case it is typed; the password must meet the settings'
    rules.
    """
    if not access.studies_for(actor, "manage_people").exists() and not actor.is_system:
        raise PermissionDenied("manage_people")
    username = User.normalize_username(username)
    user = User(username=username, display_name=display_name, language=language, email=email)
    _check_account(user, password)
    user.save(force_insert=True)
    store_password(user, password, must_change=True)
    after = {"username": username, "display_name": display_name, "language": language, "email": email}
    audit.record(actor=actor, action="user.created", target=user, after=after)
    return user


def _check_account(user: User, password: str) -> None:
    if User.objects.filter(username__iexact=user.username).exists():
        taken = {"username": _("This user name is or was another person's. Choose another one.")}
        raise InvalidInput(_("Some fields need correction."), fields=taken)
    check_email(user, user.email)
    try:
        user.clean_fields(exclude=["password"])
        validate_password(password, user)
    except ValidationError as error:
        fields = error.message_dict if hasattr(error, "error_dict") else {"password": error.messages}
        messages = {name: " ".join(texts) for name, texts in fields.items()}
        raise InvalidInput(_("Some fields need correction."), fields=messages) from error


@transaction.atomic
def grant_membership(*, user: User, study: Study, site: Site | None, role: str, actor: User) -> Membership:
    """Give the user a role at the site, or study-wide where site is None; the object grants follow at
    once.

    A role that had ended is held from this day on, without the days of grace of who held it all along.
    """
    access.require(actor, "manage_people", study=study)
    if actor == user:
        raise NotNow(_("Ask another administrator: nobody grants a role to themselves."))
    if role not in Role.values:
        raise InvalidInput(
            _("Some fields need correction."), fields={"role": _("Choose a role of the list.")}
        )
    if site is not None and site.study_id != study.pk:
        raise InvalidInput(
            _("Some fields need correction."), fields={"site": _("Choose a site of this study.")}
        )
    hold_study(study)
    hold(User.objects.filter(pk=user.pk))
    membership, made = Membership.objects.select_for_update().get_or_create(
        user=user, study=study, site=site, role=role
    )
    before = None if made else {"active": membership.active}
    if not membership.active:
        membership.active, membership.created_at, membership.waits_since = True, timezone.now(), None
        membership.save(update_fields=["active", "created_at", "waits_since"])
    _record_membership(actor, "membership.granted", membership, before)
    settle(user=user, actor=actor)
    _tell(membership, Notification.Kind.ROLE_GRANTED, actor)
    return membership


@transaction.atomic
def end_membership(*, membership: Membership, actor: User) -> Membership:
    """End a role; the row stays, and what only this role allowed is gone at once."""
    access.require(actor, "manage_people", study=membership.study)
    hold(User.objects.filter(pk=membership.user_id))
    membership = Membership.objects.select_for_update().get(pk=membership.pk)
    before = {"active": membership.active}
    membership.active = False
    membership.save(update_fields=["active"])
    _record_membership(actor, "membership.ended", membership, before)
    settle(user=membership.user, actor=actor)
    _tell(membership, Notification.Kind.ROLE_ENDED, actor)
    return membership


def _tell(membership: Membership, kind: str, actor: User) -> None:
    """Tell the person what another person did; what the platform sets up is no news."""
    study, site = membership.study, membership.site
    told = [] if actor.is_system else [membership.user]
    notify(users=told, kind=kind, about=membership.role, study=study, site=site)


def _record_membership(actor: User, action: str, membership: Membership, before: object) -> None:
    after = {
        "user": membership.user.username,
        "role": membership.role,
        "site": membership.site.oid if membership.site else None,
        "active": membership.active,
    }
    place = audit.Place(study=membership.study, site=membership.site)
    audit.record(actor=actor, action=action, target=membership, before=before, after=after, place=place)


@transaction.atomic
def issue_token(
    *, user: User, name: str, scopes: Sequence[str], site: Site | None, days: int, actor: User
) -> tuple[ApiToken, str]:
    """Return a new token and its text, which is shown this once: only the SHA-256 is kept.

    A person issues tokens for themself; an administrator of the site's study may issue one for an account
    that is a program's there, and nobody holds the token of another person.
    """
    if actor != user:
        access.require(actor, "manage_people", study=site.study if site else None)
        if not _is_program(user):
            raise PermissionDenied("issue_token")
    _check_token(user, name, scopes, site, days)
    text = f"tdm_{secrets.token_urlsafe(32)}"
    token = ApiToken.objects.create(
        user=user,
        name=name.strip(),
        prefix=text[:8],
        token_sha256=hashlib.sha256(text.encode()).hexdigest(),
        scopes=sorted(set(scopes)),
        site=site,
        expires_at=timezone.now() + timedelta(days=days),
    )
    place = audit.Place(study=site.study if site else None, site=site)
    after = {"user": user.username, "name": token.name, "scopes": token.scopes, "days": days}
    audit.record(actor=actor, action="token.issued", target=token, after=after, place=place)
    return token, text


def _is_program(user: User) -> bool:
    """Tell whether every role of the account is that of a program that uploads."""
    roles = set(user.memberships.filter(active=True).values_list("role", flat=True))
    return user.is_system or roles == {Role.UPLOADER}


def _check_token(user: User, name: str, scopes: Sequence[str], site: Site | None, days: int) -> None:
    fields = {}
    if not name.strip() or len(name.strip()) > 80:
        fields["name"] = _("Give the token a name of at most 80 characters.")
    if not scopes or set(scopes) - set(ApiToken.Scope.values):
        fields["scopes"] = _("Choose at least one scope of the list.")
    if not 1 <= days <= MAX_TOKEN_DAYS:
        fields["days"] = _("Choose between 1 and %(days)d days.") % {"days": MAX_TOKEN_DAYS}
    places = user.memberships.filter(active=True)
    if site is not None and not (
        places.filter(site=site).exists() or places.filter(site=None, study=site.study).exists()
    ):
        fields["site"] = _("Choose a site where the user has a role.")
    if fields:
        raise InvalidInput(_("Some fields need correction."), fields=fields)


@transaction.atomic
def revoke_token(*, token: ApiToken, actor: User) -> ApiToken:
    """End a token at once; its owner or an administrator of its site's study may. A repeat changes
    nothing.
    """
    if actor != token.user:
        access.require(actor, "manage_people", study=token.site.study if token.site else None)
    token = ApiToken.objects.select_for_update().get(pk=token.pk)
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
        place = audit.Place(study=token.site.study if token.site else None, site=token.site)
        after = {"name": token.name, "user": token.user.username}
        audit.record(actor=actor, action="token.revoked", target=token, after=after, place=place)
    return token
