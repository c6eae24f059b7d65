"""The list of second passes that were checked again, with each answer before and after."""

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from edc.models import FormInstance, Recheck, User
from edc.rules.subject_values import split_path
from edc.selectors.evaluation import in_language
from edc.selectors.owed import event_name, form_name
from edc.selectors.rechecks import CheckedItem, checked_items, rechecks_visible_to
from edc.services.views import PASSES, named, record_list_view
from edc.web.answers import study_where
from edc.web.context import current_site
from edc.web.request import Request
from edc.web.value_text import entry_text

PAGE_SIZE = 25


@dataclass(frozen=True)
class CheckedLine:
    """One marked place in words."""

    label: str
    before: str
    after: str
    is_changed: bool


@require_safe
@login_required
def rechecks(request: Request) -> HttpResponse:
    """List the rounds of the person's sites, the newest first."""
    study = study_where(request, "resolve_disagreement")
    found = rechecks_visible_to(request.user, study, current_site(request))
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    record_list_view(shown=named(each.form for each in page), action=PASSES, actor=request.user)
    context = {"page": page, "rounds": [_shown(each) for each in page.object_list], "tab": "rates"}
    return render(request, "edc/rechecks.html", context)


def round_at(actor: User, form: FormInstance, path: str) -> dict[str, object] | None:
    """Return the round in which the second pass was checked again and what it did at one path, for who
    resolves differences; `line` is None where the path was not marked.
    """
    asked = rechecks_visible_to(actor, form.subject.study).filter(form=form).first()
    if asked is None:
        return None
    checked = next((each for each in checked_items(asked) if each.path == path), None)
    return {"asked": asked, "line": _line(asked.form, checked) if checked else None}


def _shown(asked: Recheck) -> dict[str, object]:
    form = asked.form
    lines = [_line(form, each) for each in checked_items(asked)]
    visit = event_name(form.event, form)
    return {"asked": asked, "form": form, "name": form_name(form), "visit": visit, "lines": lines}


def _line(form: FormInstance, checked: CheckedItem) -> CheckedLine:
    design, (oid, key) = form.design_version.design, split_path(checked.path)
    if not isinstance(checked.before, int):
        item = design.item(oid)
        label = f"{in_language(item.label)} {key or ''}".strip()
        texts = [entry_text(design, item, each) for each in (checked.before, checked.after)]
        return CheckedLine(label, texts[0], texts[1], checked.is_changed)
    group = next(each for each in design.form(form.form_oid).item_groups if each.oid == oid)
    rows = [ngettext("%(n)d row", "%(n)d rows", n) % {"n": n} for n in (checked.before, checked.after)]
    return CheckedLine(in_language(group.name), rows[0], rows[1], checked.is_changed)
