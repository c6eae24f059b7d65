"""The dictionaries of the present study: loaded, tied to items, followed to a newer version."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from edc.coding.hierarchy import HEADINGS
from edc.models import Dictionary, Study
from edc.numbers import whole_number
from edc.row_security import every_site
from edc.selectors.coding import coded_items
from edc.selectors.coding_versions import OUTCOMES, TermChange, version_changes
from edc.selectors.evaluation import in_language
from edc.services.dictionaries import (
    RIGHT,
    About,
    Upload,
    load_dictionary,
    set_coded_item,
    text_items,
)
from edc.services.dictionary_versions import change_version
from edc.web.answers import go, study_with
from edc.web.request import Request

OUTCOME_WORDS = {
    "gone": gettext_lazy("Not in the new version: code anew"),
    "retired": gettext_lazy("No longer current: code anew"),
    "moved": gettext_lazy("Under other classes: approve anew"),
    "renamed": gettext_lazy("Worded otherwise: stays approved"),
    "same": gettext_lazy("Unchanged: stays approved"),
}


@require_safe
@login_required
def dictionaries(request: Request) -> HttpResponse:
    """List the versions that are loaded, the items they code, and which newer version each could follow."""
    study = study_with(request, RIGHT)
    held = list(study.dictionaries.select_related("loaded_by"))
    used = coded_items(study)
    lines = [
        {
            "dictionary": each,
            "items": [oid for oid, item in used.items() if item.dictionary_id == each.pk],
            "others": [other for other in held if other.kind == each.kind and other.pk != each.pk],
        }
        for each in held
    ]
    context = {
        "lines": lines,
        "kinds": Dictionary.Kind.choices,
        "headings": HEADINGS,
        "items": [(item.oid, in_language(item.label), used.get(item.oid)) for item in text_items(study)],
        "held": held,
    }
    return render(request, "edc/dictionaries.html", context)


@require_POST
@login_required
def load(request: Request) -> HttpResponse:
    """Load a version from the files posted."""
    study = study_with(request, RIGHT)
    about = About(*(request.POST.get(name, "") for name in ("kind", "version", "licence")))
    uploads = [Upload(each.name or "", each.chunks()) for each in request.FILES.getlist("file")]
    made = load_dictionary(study=study, about=about, uploads=uploads, actor=request.user)
    said = ngettext("%(count)d term loaded.", "%(count)d terms loaded.", made.term_count)
    messages.success(request, said % {"count": made.term_count})
    return go(request, reverse("dictionaries"))


@require_POST
@login_required
def set_item(request: Request) -> HttpResponse:
    """Tie an item to a dictionary, or to none."""
    study = study_with(request, RIGHT)
    chosen = request.POST.get("dictionary", "")
    dictionary = get_object_or_404(study.dictionaries, pk=whole_number(chosen)) if chosen else None
    set_coded_item(
        study=study, item_oid=request.POST.get("item", ""), dictionary=dictionary, actor=request.user
    )
    return go(request, reverse("dictionaries"))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def change(request: Request, old: int, new: int) -> HttpResponse:
    """Report what a newer version changes; after a post it is the one in use."""
    study = study_with(request, RIGHT)
    before, after = (get_object_or_404(study.dictionaries, pk=pk) for pk in (old, new))
    if request.method == "POST":
        counts = change_version(old=before, new=after, actor=request.user)
        messages.success(
            request, _("%(count)d codes were looked at. The items are coded with %(version)s now.")
            % {"count": sum(counts.values()), "version": after},
        )  # fmt: skip
        return go(request, reverse("dictionaries"))
    changes = _report(study, before, after)
    totals = [
        (name, OUTCOME_WORDS[name], sum(each.count for each in changes if each.outcome == name))
        for name in OUTCOMES
    ]
    lines = [(each, OUTCOME_WORDS[each.outcome]) for each in changes if each.outcome != "same"]
    context = {"old": before, "new": after, "lines": lines, "totals": totals}
    return render(request, "edc/dictionary_change.html", context)


def _report(study: Study, old: Dictionary, new: Dictionary) -> list[TermChange]:
    with every_site(f"counts of codes of the whole study {study.oid}, without subjects"):
        return version_changes(old, new)
