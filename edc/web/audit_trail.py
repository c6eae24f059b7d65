"""The audit trail: filtered, exported, and its chain checked on demand."""

import csv
import json
from collections.abc import Iterator
from datetime import datetime, time, timedelta

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from edc import audit
from edc.models import AuditEvent, Study
from edc.selectors import audit_visible_to
from edc.selectors.audit_trail import AuditTrail
from edc.web.answers import study_with

PAGE_SIZE = 100
COLUMNS = (
    "id", "at", "actor", "role", "site", "subject", "action", "target", "path", "before", "after", "reason",
    "channel", "request_id", "hash",
)  # fmt: skip
# A cell that begins so is a formula to a spreadsheet.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@require_safe
@login_required
def trail(request: HttpRequest) -> HttpResponse:
    """Show a page of the study's events, the newest first unless told otherwise."""
    study = study_with(request, "view_audit")
    asked = request.GET.dict()
    found = matching(request, study, asked)
    actions = audit_visible_to(request.user).filter(study=study).order_by("action")
    context = {
        "page": Paginator(found, PAGE_SIZE).get_page(asked.get("page")),
        "asked": asked,
        "actions": actions.values_list("action", flat=True).distinct(),
    }
    return render(request, "edc/audit.html", context)


def matching(request: HttpRequest, study: Study, asked: dict[str, str]) -> AuditTrail:
    """Return the events of the study that the filters leave; a filter that is no date is left out."""
    found = audit_visible_to(request.user).filter(study=study)
    wanted = {
        "subject__subject_key__iexact": asked.get("subject", "").strip(),
        "actor_name__icontains": asked.get("person", "").strip(),
        "action": asked.get("action", ""),
        "target_type": asked.get("target", ""),
        "target_id": asked.get("target_id", ""),
        "at__gte": _midnight(asked.get("since", "")),
        "at__lt": _midnight(asked.get("until", ""), days=1),
    }
    found = found.filter(**{name: value for name, value in wanted.items() if value})
    return found.order_by("pk" if asked.get("sort") == "oldest" else "-pk")


def _midnight(text: str, days: int = 0) -> datetime | None:
    """Return the beginning of a day of the local calendar, so many days later; None for what is no day."""
    try:
        day = parse_date(text)
    except ValueError:
        return None
    return timezone.make_aware(datetime.combine(day + timedelta(days=days), time.min)) if day else None


@require_safe
@login_required
def export(request: HttpRequest) -> StreamingHttpResponse:
    """Send the filtered events as CSV, oldest first, values withheld where the page withholds them."""
    study = study_with(request, "view_audit")
    found = matching(request, study, request.GET.dict() | {"sort": "oldest"})
    answer = StreamingHttpResponse(_lines(found), content_type="text/csv; charset=utf-8")
    name = f"audit-{study.oid}-{timezone.localdate():%Y%m%d}.csv"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


class _Echo:
    """A file that gives back what is written to it: the CSV writer's line."""

    def write(self, text: str) -> str:
        return text


def _lines(found: AuditTrail) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(COLUMNS)
    for event in found.iterator(chunk_size=1000):
        yield writer.writerow([_safe(value) for value in _row(event)])


def _row(event: AuditEvent) -> list[str]:
    return [
        str(event.pk),
        event.at.isoformat(),
        event.actor_name,
        event.role,
        event.site.oid if event.site else "",
        event.subject.subject_key if event.subject else "",
        event.action,
        f"{event.target_type} {event.target_id}",
        event.path,
        "withheld" if event.withheld else _text(event.before),
        "withheld" if event.withheld else _text(event.after),
        event.reason,
        event.channel,
        event.request_id,
        event.hash,
    ]


def _text(value: object) -> str:
    return "" if value is None else json.dumps(value, ensure_ascii=False)


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


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
