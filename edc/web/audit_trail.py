"""The audit trail: filtered, exported, and its chain checked on demand."""

from functools import cached_property

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from edc import audit
from edc.models import Study, User
from edc.selectors.audit_filters import AuditFilter, matching
from edc.selectors.audit_trail import audited_studies
from edc.selectors.evaluation import in_language
from edc.selectors.visible import sites_visible_to
from edc.services.audit_export import record_audit_export
from edc.web.answers import study_with
from edc.web.audit_csv import csv_lines
from edc.web.audit_rows import audit_rows
from edc.web.audit_words import ACTIONS, CHANNELS, choices_of, role_choices

PAGE_SIZE = 100
# A trail of millions of rows is not counted to its end for one page of it.
MOST_COUNTED = 10_000


class CappedPaginator(Paginator):
    """Counts up to MOST_COUNTED rows; `more` tells that there are more, which filters or an export reach."""

    @cached_property
    def count(self) -> int:
        return self.object_list[:MOST_COUNTED].count()

    @property
    def more(self) -> bool:
        return self.count == MOST_COUNTED


@require_safe
@login_required
def trail(request: HttpRequest) -> HttpResponse:
    """Show a page of the study's events, the newest first unless told otherwise."""
    study, wanted = asked_of(request)
    found = matching(request.user, wanted)
    if request.GET.get("sort") == "oldest":
        found = found.reverse()
    page = CappedPaginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": list(audit_rows(page.object_list)),
        "asked": wanted,
        "oldest": request.GET.get("sort") == "oldest",
        **filter_choices(request.user, study),
    }
    return render(request, "edc/audit.html", context)


def asked_of(request: HttpRequest) -> tuple[Study, AuditFilter]:
    """Return the study asked for, the present one unless ?study= names another, and the filters."""
    wanted = AuditFilter.of(request.GET)
    named = audited_studies(request.user).filter(oid=wanted.study).first() if wanted.study else None
    study = named or study_with(request, "view_audit")
    return study, wanted.of_study(study.oid)


def filter_choices(actor: User, study: Study) -> dict[str, object]:
    """Return what the filters offer to choose from, in words."""
    version = study.design_versions.first()
    forms = version.design.forms if version else ()
    return {
        "studies": audited_studies(actor),
        "sites": sites_visible_to(actor, study),
        "forms": [(form.oid, in_language(form.name)) for form in forms],
        "roles": role_choices(),
        "actions": choices_of(ACTIONS),
        "channels": choices_of(CHANNELS),
    }


@require_safe
@login_required
def export(request: HttpRequest) -> StreamingHttpResponse:
    """Send the filtered events as CSV, oldest first, values withheld where the page withholds them."""
    study, wanted = asked_of(request)
    event = record_audit_export(study=study, form="csv", filters=wanted.given(), actor=request.user)
    found = matching(request.user, wanted).filter(pk__lte=event.pk).order_by("pk")
    answer = StreamingHttpResponse(csv_lines(found), content_type="text/csv; charset=utf-8")
    name = f"audit-{study.oid}-{timezone.localdate():%Y%m%d}.csv"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@require_POST
@login_required
def check(request: HttpRequest) -> HttpResponse:
    """Walk the whole chain now and say whether it holds, or where it first does not."""
    study_with(request, "view_audit")
    broken, count = audit.verify_chain()
    if broken is None:
        words = _("The chain holds: %(count)d rows, none altered, removed or inserted.") % {"count": count}
    else:
        words = _("The chain breaks at row %(row)s: %(problem)s. Tell the administrator now.") % {
            "row": broken.event_id or _("the end"), "problem": broken.problem,
        }  # fmt: skip
    return render(request, "edc/audit_chain.html", {"holds": broken is None, "words": words})
