"""Asking the site, and naming who sees to the answer."""

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from edc import access, audit
from edc.errors import InvalidInput, NotNow
from edc.models import FormInstance, Notification, Query, Role, Site, User
from edc.rules.subject_values import split_path
from edc.services.lock import require_open
from edc.services.notifications import notify
from edc.services.query.words import words_of

LONGEST = 500


@transaction.atomic
def raise_query(*, form: FormInstance, path: str, actor: User, text: str = "", standard: str = "") -> Query:
    """Ask the site about one item of a completed form, or (path empty) about the form as a whole.

    `standard` is the code of a ready sentence of the study. What a data manager asks is a candidate, which
    the site does not see, where the study says that another role releases it.
    """
    site = form.subject.site
    access.require(actor, "raise_query", site=site)
    words = words_of(form.subject.study, text, standard, at_most=LONGEST)
    form = FormInstance.objects.select_for_update().get(pk=form.pk)
    require_open(form, path=path, asking=True)
    if path and form.status not in FormInstance.FINAL:
        raise NotNow(_("Items can be queried once the form is complete; ask about the whole form instead."))
    if path:
        _check_path(form, path)
    role = asking_role(actor, site)
    query = Query.objects.create(
        form=form, path=path, origin=Query.Origin.MANUAL, text_zh=words.zh, text_en=words.en, raised_by=actor,
        owner_role=role, standard_code=standard, state=first_state(form, role),
    )  # fmt: skip
    after = {"text": words.as_dict(), "state": query.state, "owner": role}
    audit.record(actor=actor, action="query.raised", target=query, path=path, after=after)
    return query


def _check_path(form: FormInstance, path: str) -> None:
    definition = form.design_version.design.form(form.form_oid)
    if split_path(path)[0] not in definition.items_by_oid:
        message = {"path": _("Choose an item of this form.")}
        raise InvalidInput(_("Some fields need correction."), fields=message)


def asking_role(actor: User, site: Site) -> str:
    """Return the role in which the actor asks at the site; empty for the system."""
    roles = access.roles_at(actor, study=site.study, site=site)
    return next((role for role in roles if "raise_query" in access.SITE_GRANTS[role]), "")


def releasing_role(form: FormInstance) -> str:
    """Return the role that releases a data manager's queries in this study, empty where none has to."""
    return str(form.design_version.design.settings.get("query_release", ""))


def first_state(form: FormInstance, role: str) -> str:
    releaser = releasing_role(form)
    waits = role == Role.DATA_MANAGER and releaser not in ("", role)
    return Query.State.CANDIDATE if waits else Query.State.OPEN


@transaction.atomic
def assign_query(*, query: Query, assignee: User | None, actor: User) -> Query:
    """Name the person who sees to the query, or nobody; it must be one who answers or asks at the site."""
    site = query.form.subject.site
    if not access.may(actor, "answer_query", site=site):
        access.require(actor, "raise_query", site=site)
    query = Query.objects.select_for_update(of=("self",)).select_related("assigned_to").get(pk=query.pk)
    require_open(query.form, path=query.path, asking=True)
    if query.state not in (*Query.UNSETTLED, Query.State.CANDIDATE):
        raise NotNow(_("A settled query is nobody's work. Reopen it first."))
    if assignee is not None and not _works_on_queries(assignee, site):
        message = {"assignee": _("Choose a person who answers or asks queries at this site.")}
        raise InvalidInput(_("Some fields need correction."), fields=message)
    before, query.assigned_to = query.assigned_to, assignee
    query.save(update_fields=["assigned_to"])
    audit.record(
        actor=actor, action="query.assigned", target=query, path=query.path,
        before=before.username if before else None, after=assignee.username if assignee else None,
    )  # fmt: skip
    if assignee is not None and assignee != actor:
        tell(query, assignee, Notification.Kind.QUERY_ASSIGNED)
    return query


def tell(query: Query, user: User, kind: str) -> None:
    """Tell a person of a query by its number: the words of a query may speak of a subject."""
    site = query.form.subject.site
    where = reverse("query", args=[query.pk])
    notify(users=[user], kind=kind, about=f"Q-{query.pk}", url=where, study=site.study, site=site)


def _works_on_queries(person: User, site: Site) -> bool:
    return any(access.may(person, name, site=site) for name in ("answer_query", "raise_query"))
