"""The audit trail: filtered, exported, and its chain checked on demand."""

from functools import cached_property
from pathlib import Path

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from edc import access
from edc.exchange import verify_trail
from edc.models import Study, User
from edc.selectors.audit_chain import verify_chain
from edc.selectors.audit_chain_export import chain_lines
from edc.selectors.audit_filters import AuditFilter, matching
from edc.selectors.audit_trail import audited_studies
from edc.selectors.evaluation import in_language
from edc.selectors.visible import sites_visible_to
from edc.services.audit_export import record_audit_export
from edc.services.redaction import ASKING
from edc.web.answers import study_with
from edc.web.audit_csv import COLUMNS, csv_rows
from edc.web.audit_rows import audit_rows
from edc.web.audit_words import ACTIONS, CHANNELS, GROUPS, choices_of, role_choices
from edc.web.csv_answer import csv_answer
from edc.web.request import Request

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
def trail(request: Request) -> HttpResponse:
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
        "may_redact": access.sites_for(request.user, *ASKING).filter(study=study).exists(),
        "oldest": request.GET.get("sort") == "oldest",
        **filter_choices(request.user, study),
    }
    return render(request, "edc/audit.html", context)


def asked_of(request: Request) -> tuple[Study, AuditFilter]:
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
        "actions": [*choices_of(GROUPS), *choices_of(ACTIONS)],
        "channels": choices_of(CHANNELS),
    }


@require_safe
@login_required
def export(request: Request) -> StreamingHttpResponse:
    """Send the filtered events as CSV, oldest first, values withheld where the page withholds them."""
    study, wanted = asked_of(request)
    event = record_audit_export(study=study, form="csv", filters=wanted.given(), actor=request.user)
    found = matching(request.user, wanted).filter(pk__lte=event.pk).order_by("pk")
    return csv_answer(f"audit-{study.oid}-{timezone.localdate():%Y%m%d}", COLUMNS, csv_rows(found))


@require_safe
@login_required
def chain(request: Request) -> StreamingHttpResponse:
    """Send the whole chain for the stand-alone verifier, with the content of what the reader may read."""
    study, _wanted = asked_of(request)
    event = record_audit_export(study=study, form="jsonl", filters={"study": study.oid}, actor=request.user)
    lines = chain_lines(study=study, actor=request.user, upto=event.pk)
    answer = StreamingHttpResponse(lines, content_type="application/jsonl; charset=utf-8")
    name = f"audit-trail-{study.oid}-{timezone.localdate():%Y%m%d}.jsonl"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@require_safe
@login_required
def verifier(request: Request) -> HttpResponse:
    """Send the program that checks an exported chain on any machine with Python."""
    study_with(request, "view_audit")
    answer = HttpResponse(
        Path(verify_trail.__file__).read_bytes(), content_type="text/x-python; charset=utf-8"
    )
    answer.headers["Content-Disposition"] = 'attachment; filename="verify_trail.py"'
    return answer


@require_POST
@login_required
def check(request: Request) -> HttpResponse:
    """Walk the whole chain now and say whether it holds, or where it first does not."""
    study_with(request, "view_audit")
    verdict = verify_chain()
    broken = verdict.broken
    if broken is None:
        words = _("The chain holds: %(count)d rows, none altered, removed or inserted.") % {
            "count": verdict.count
        }
        if verdict.redacted:
            words += " " + _("Redacted by two people: %(count)d rows.") % {"count": verdict.redacted}
    else:
        words = _("The chain breaks at row %(row)s: %(problem)s. Tell the administrator now.") % {
            "row": broken.event_id or _("the end"), "problem": broken.problem,
        }  # fmt: skip
    return render(request, "edc/audit_chain.html", {"holds": broken is None, "words": words})
