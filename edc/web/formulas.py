"""What the newest design version's formulas change in values already computed, and taking them over."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from edc import access
from edc.selectors.evaluation import in_language
from edc.selectors.formula_changes import ValueChange, formula_report
from edc.selectors.owed import form_name
from edc.services.formulas import adopt_formulas
from edc.web.answers import go, study_with
from edc.web.request import Request


@require_safe
@login_required
def report(request: Request) -> HttpResponse:
    """Show what the new formulas change, before anything is computed anew; of other sites their number."""
    study = study_with(request, "manage_design")
    found = formula_report(request.user, study)
    sites = set(access.sites_for(request.user, "view_data").values_list("pk", flat=True))
    changed = found.changed if found else []
    shown = [each for each in changed if each.form.subject.site_id in sites]
    context = {
        "report": found,
        "rows": [_row(each) for each in shown],
        "elsewhere": len(changed) - len(shown),
        "adoptions": study.formula_adoptions.select_related("design_version", "adopted_by"),
        "tab": "formulas",
    }
    return render(request, "edc/checks_formulas.html", context)


def _row(change: ValueChange) -> dict[str, object]:
    return {"change": change, "form": form_name(change.form), "item": in_language(change.item.label)}


@require_POST
@login_required
def adopt(request: Request) -> HttpResponse:
    """Compute the values anew, as the report that was read said."""
    study = study_with(request, "manage_design")
    adoption = adopt_formulas(
        study=study,
        report_sha256=request.POST.get("report", ""),
        reason=request.POST.get("reason", ""),
        actor=request.user,
    )
    changed = sum(each["before"] != each["after"] for each in adoption.report)
    messages.success(
        request, _("The formulas are taken over; values changed: %(count)d.") % {"count": changed}
    )
    return go(request, reverse("formulas"))
