"""The statement of responsibility for electronic signatures: accepting it, and who has."""

from collections import defaultdict
from collections.abc import Iterator

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from edc.models import StatementAcceptance, Study, User
from edc.selectors.statement import TEXTS, VERSION, acceptance_of, language_read, signers
from edc.services.proof import Proof
from edc.services.statement import accept_statement, ask_for_statement
from edc.web.answers import go
from edc.web.audit_words import role_words
from edc.web.csv_answer import csv_answer
from edc.web.proof import fresh_proof, use_up
from edc.web.request import Request
from edc.web.training_register import keeps_register, kept_study, register_study

HEAD = ("username", "name", "roles", "version", "language", "accepted_at", "text_sha256")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def statement(request: Request) -> HttpResponse:
    """Show the statement in both languages; POST accepts it with a proof given again."""
    back = request.POST.get("next") or request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = reverse("statement")
    if request.method == "POST":
        return _accept(request, back)
    mine, language = acceptance_of(request.user), language_read()
    context = {
        "acceptance": mine,
        "version": VERSION,
        "text": TEXTS[language],
        "other": TEXTS["zh" if language == "en" else "en"],
        "other_language": "zh-Hans" if language == "en" else "en",
        "back": back,
    }
    return render(request, "edc/statement.html", context)


def _accept(request: Request, back: str) -> HttpResponse:
    proof = fresh_proof(request)
    given = Proof(request.POST.get("password", ""), confirmed=proof is not None)
    accept_statement(actor=request.user, proof=given)
    if proof is not None:
        use_up(request, proof)
    messages.success(request, _("You have accepted the statement. You may sign."))
    return go(request, back)


@require_safe
@login_required
def signing_people(request: Request) -> HttpResponse:
    """List the people whose roles sign in the study, who has not accepted the statement first."""
    study = register_study(request)
    lines = _lines(study)
    context = {
        "lines": lines,
        "missing": sum(acceptance is None for _user, _roles, acceptance in lines),
        "version": VERSION,
        "keeps": keeps_register(request.user, study),
        "tab": "signers",
    }
    return render(request, "edc/signers.html", context)


def _lines(study: Study) -> list[tuple[User, str, StatementAcceptance | None]]:
    people = list(signers(study))
    rows = StatementAcceptance.objects.filter(user__in=people, version=VERSION)
    accepted = {row.user_id: row for row in rows}
    roles: dict[int, set[str]] = defaultdict(set)
    for user_id, role in study.memberships.filter(active=True).values_list("user", "role"):
        roles[user_id].add(role)
    return [(user, role_words(",".join(sorted(roles[user.pk]))), accepted.get(user.pk)) for user in people]


@require_safe
@login_required
def signers_csv(request: Request) -> StreamingHttpResponse:
    """Return the same list as CSV."""
    study = register_study(request)
    return csv_answer(f"{study.oid}-statement", HEAD, _rows(study))


def _rows(study: Study) -> Iterator[list[object]]:
    for user, roles, row in _lines(study):
        kept = [row.version, row.language, row.accepted_at.isoformat(), row.text_sha256] if row else [""] * 4
        yield [user.username, user.display_name, roles, *kept]


@require_POST
@login_required
def ask(request: Request) -> HttpResponse:
    """Remind those who sign and have not accepted."""
    count = ask_for_statement(study=kept_study(request), actor=request.user)
    words = ngettext("%(count)d person is reminded.", "%(count)d people are reminded.", count)
    messages.success(request, words % {"count": count})
    return go(request, reverse("signers"))
