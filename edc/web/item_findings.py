"""What soft checks question at an item of a person's own draft, and the reasons the person gives."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from edc import access
from edc.design.items import Text
from edc.errors import InvalidInput
from edc.models import FormInstance, ItemValue, User
from edc.selectors import form_state, values_visible_to
from edc.selectors.evaluation import RECHECK, in_language
from edc.services.check_reasons import give_check_reason
from edc.web.entry import form_or_404
from edc.web.request import Request


@dataclass(frozen=True)
class Finding:
    """One soft check that does not hold at the item, with the reason given for it, if any."""

    rule_oid: str
    text: str
    reason: str


def findings(form: FormInstance, path: str, actor: User) -> list[Finding]:
    """Return what is questioned at the item in the actor's own draft; nothing of anybody else's."""
    view = form_state(form, actor)
    if view.draft is None:
        return []
    given = form.check_reasons.filter(author=actor, path=path)
    reasons = dict(given.values_list("rule_oid", "text"))
    found: list[tuple[str, Text]] = [
        (flag.rule_oid, flag.message)
        for flag in view.state.flags
        if flag.path == path and flag.rule_oid != RECHECK
    ]
    problem = view.state.problems.get(path)
    if problem and problem.level != "hard":
        found.append((problem.code, Text(problem.zh, problem.en)))
    return [Finding(oid, in_language(text), reasons.get(oid, "")) for oid, text in found]


def inputs_read(form: FormInstance, path: str, actor: User) -> Iterator[tuple[str, str]]:
    """Yield what the formula of a computed value read, by FORM.ITEM, where the actor sees the value."""
    values = values_visible_to(actor).filter(form=form, derived=True)
    held: ItemValue | None = next((each for each in values if each.path == path), None)
    for name, value in sorted(held.inputs.items()) if held else ():
        yield name, ", ".join(map(str, value)) if isinstance(value, list) else str(value)


@login_required
@require_POST
def give_reason(request: Request, pk: int) -> HttpResponse:
    """Keep the person's reason for a value that a soft check questions."""
    form = form_or_404(request, pk)
    access.require(request.user, "enter_data", site=form.subject.site)
    path, rule = request.POST.get("path", ""), request.POST.get("rule", "")
    if rule not in {each.rule_oid for each in findings(form, path, request.user)}:
        raise InvalidInput(_("No check questions this item now."))
    give_check_reason(
        form=form, path=path, rule_oid=rule, text=request.POST.get("text", ""), actor=request.user
    )
    return HttpResponse(_("The reason is kept; it answers the query once the form is complete."))
