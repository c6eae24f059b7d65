"""The turns of a query's thread: who may take which, from which state."""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from edc import access, audit
from edc.errors import InvalidInput, NotNow
from edc.models import Notification, Query, QueryMessage, User
from edc.services.lock import require_open
from edc.services.moves import label, move
from edc.services.query.asking import releasing_role, tell
from edc.services.query.words import words_of

State = Query.State
LONGEST = 1000


@dataclass(frozen=True)
class Turn:
    """A move of the thread: by whom (`by` owner, releaser or anyone with the permission) and from where."""

    permission: str
    to: str
    origins: tuple[str, ...]
    by: str = "anyone"


TURNS: dict[str, Turn] = {
    "answer": Turn("answer_query", State.ANSWERED, (State.OPEN,)),
    "release": Turn("raise_query", State.OPEN, (State.CANDIDATE,), "releaser"),
    "close": Turn("raise_query", State.CLOSED, (State.OPEN, State.ANSWERED, State.RESOLVED), "owner"),
    "resolve": Turn("raise_query", State.RESOLVED, (State.ANSWERED,)),
    "reopen": Turn("raise_query", State.OPEN, (State.ANSWERED, State.RESOLVED, State.CLOSED)),
    "cancel": Turn("raise_query", State.CANCELLED, (State.CANDIDATE, State.OPEN), "owner or releaser"),
}


@transaction.atomic
def answer_query(
    *, query: Query, actor: User, text: str = "", answer_type: str = "", standard: str = ""
) -> Query:
    """Answer for the site, in words or by the kind of answer; whoever may ask then judges it."""
    if answer_type not in ("", *Query.AnswerType.values):
        message = {"answer_type": _("Choose what was found in the source.")}
        raise InvalidInput(_("Some fields need correction."), fields=message)
    query = _take("answer", query, actor, text, standard, answer_type)
    tell(query, query.raised_by, Notification.Kind.QUERY_ANSWERED)
    return query


@transaction.atomic
def release_query(*, query: Query, actor: User, text: str = "", standard: str = "") -> Query:
    """Put a data manager's candidate to the site, as the role that the study names for it."""
    return _take("release", query, actor, text, standard)


@transaction.atomic
def resolve_query(*, query: Query, actor: User, text: str = "", standard: str = "") -> Query:
    """Judge an answered query settled; the role that asked still closes it."""
    return _take("resolve", query, actor, text, standard)


@transaction.atomic
def close_query(*, query: Query, actor: User, text: str = "", standard: str = "") -> Query:
    """Close a query that is settled, as the role that asked."""
    return _take("close", query, actor, text, standard)


@transaction.atomic
def reopen_query(*, query: Query, actor: User, text: str = "", standard: str = "") -> Query:
    """Send an answered, judged or closed query back to the site."""
    return _take("reopen", query, actor, text, standard)


@transaction.atomic
def cancel_query(*, query: Query, actor: User, text: str = "", standard: str = "") -> Query:
    """Withdraw a query that should not have been asked, as the role that asked."""
    return _take("cancel", query, actor, text, standard)


def turns_open_to(query: Query, actor: User) -> list[str]:
    """Return the turns that the actor may take in the query's present state, the likeliest first."""
    legal = [name for name, turn in TURNS.items() if query.state in turn.origins]
    site = query.form.subject.site
    rights = {turn.permission for name, turn in TURNS.items() if name in legal}
    held = {name for name in rights if access.may(actor, name, site=site)}
    return [name for name in legal if TURNS[name].permission in held and _is_theirs(name, query, actor)]


def _is_theirs(name: str, query: Query, actor: User) -> bool:
    by, owner = TURNS[name].by, query.owner_role
    if by == "anyone" or not owner:
        return True
    site = query.form.subject.site
    roles = access.roles_at(actor, study=site.study, site=site)
    releaser = releasing_role(query.form) or owner
    return ("owner" in by and owner in roles) or ("releaser" in by and releaser in roles)


def _take(name: str, query: Query, actor: User, text: str, standard: str, answer_type: str = "") -> Query:
    turn = TURNS[name]
    access.require(actor, turn.permission, site=query.form.subject.site)
    if not _is_theirs(name, query, actor):
        raise PermissionDenied(_("Only the role that asked closes or withdraws a query."))
    words = text
    needs_words = name != "release" and not answer_type
    if needs_words or text.strip() or standard:
        found = words_of(query.form.subject.study, text, standard, at_most=LONGEST)
        words = found.zh if found.zh == found.en else f"{found.zh} / {found.en}"
    query = Query.objects.select_for_update().get(pk=query.pk)
    require_open(query.form, path=query.path, asking=True)
    if query.state not in turn.origins:
        raise NotNow(
            _("This cannot be done while the status is “%(status)s”.") % {"status": label(query, "state")}
        )
    say(query, turn.to, words.strip()[:LONGEST], actor, answer_type)
    return query


def say(query: Query, state: str, text: str, actor: User, answer_type: str = "") -> None:
    """Write one turn of the thread: the state moves, with its message and its audit row."""
    before = query.state
    move(query, state)
    QueryMessage.objects.create(
        query=query, author=actor, text=text, state_after=state, answer_type=answer_type or None
    )
    after = {"state": str(state), "answer": answer_type} if answer_type else str(state)
    audit.record(
        actor=actor, action=f"query.{state}", target=query, path=query.path, before=before, after=after,
        reason=text[:300],
    )  # fmt: skip
