"""The permission matrix to read, print and take out, how it changed, and any two of its states compared."""

import json
from collections.abc import Iterator
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from edc import access
from edc.models import PermissionMatrix, Role, Study
from edc.selectors.permission_matrix import (
    APPS,
    Difference,
    Matrix,
    differences,
    last_recorded,
    present_matrix,
    sha256_of,
)
from edc.services.permission_matrix import READS, record_matrix_export
from edc.web import permission_words as words
from edc.web.context import current_study
from edc.web.csv_answer import csv_answer
from edc.web.request import Request

PAGE_SIZE = 20
CANONICAL = "JSON of `content`, keys sorted, no blanks between tokens, UTF-8"


def reading_study(request: Request) -> Study:
    """Return the present study if the person may read who may do what."""
    study = current_study(request)
    if study is None or not any(access.may(request.user, name, study=study) for name in READS):
        raise PermissionDenied(READS)
    return study


def _asked(number: str | None) -> tuple[Matrix, PermissionMatrix | None]:
    """Return the matrix of that number, or for no number the present one with its record if it has one."""
    if number:
        if not number.isdecimal():
            raise Http404
        recorded = get_object_or_404(PermissionMatrix, number=int(number[:9]))
        return recorded.content, recorded
    matrix, last = present_matrix(), last_recorded()
    return matrix, last if last is not None and last.sha256 == sha256_of(matrix) else None


@require_safe
@login_required
def matrix(request: Request) -> HttpResponse:
    """Show the present matrix, or that of ?number=, and every recorded change."""
    reading_study(request)
    found, recorded = _asked(request.GET.get("number"))
    page = Paginator(PermissionMatrix.objects.all(), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "groups": list(_groups(found)),
        "roles": [(role, words.holder_word(role)) for role in _roles(found)],
        "sha256": sha256_of(found),
        "recorded": recorded,
        "asked": request.GET.get("number", ""),
        "printed_at": timezone.now(),
        "page": page,
        "changes": [(each, _lines(each)) for each in page.object_list],
        "numbers": list(PermissionMatrix.objects.values_list("number", flat=True)),
    }
    return render(request, "edc/permissions.html", context)


def _roles(found: Matrix) -> list[str]:
    """Return the matrix's roles as the platform lists them; those of an earlier release stand last."""
    order = {str(role): place for place, role in enumerate(Role.values)}
    return sorted(found["roles"], key=lambda role: (order.get(role, len(order)), role))


def _groups(found: Matrix) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield the words of each app and its capabilities, as the tables declare them."""
    known = list(words.CAPABILITIES)
    names = sorted(found["capabilities"], key=lambda name: known.index(name) if name in known else len(known))
    for app in APPS:
        rows = [_row(name, found) for name in names if found["capabilities"][name]["app"] == app]
        if rows:
            yield str(words.APPS[app]), rows


def _row(name: str, found: Matrix) -> dict[str, Any]:
    about = found["capabilities"][name]
    return {
        "name": name,
        "words": words.capability_word(name),
        "scope": words.SCOPES.get(about["scope"], about["scope"]),
        "held": [role in about["roles"] for role in _roles(found)],
        "system": about["system"],
        "tokens": words.token_words(about["tokens"]),
        "reach": words.reach_words(about["reach"]),
        "rules": words.rule_words(about["four_eyes"]),
    }


def _lines(recorded: PermissionMatrix) -> list[dict[str, Any]] | None:
    """Return what changed against the record before it; None for the first."""
    before = PermissionMatrix.objects.filter(number=recorded.number - 1).first()
    return None if before is None else _told(differences(before.content, recorded.content))


def _told(found: list[Difference]) -> list[dict[str, Any]]:
    return [
        {
            "capability": words.capability_word(each.capability),
            "name": each.capability,
            "holder": words.holder_word(each.holder) if each.holder else "",
            "what": each.what,
            "words": words.CHANGES[each.what],
            "before": words.side_words(each, each.before),
            "after": words.side_words(each, each.after),
        }
        for each in found
    ]


@require_safe
@login_required
def compare(request: Request) -> HttpResponse:
    """Show how the matrix ?after= differs from ?before=; either one left out is the present matrix."""
    reading_study(request)
    before, after = request.GET.get("before", ""), request.GET.get("after", "")
    old, new = _asked(before)[0], _asked(after)[0]
    context = {
        "before": before,
        "after": after,
        "before_sha256": sha256_of(old),
        "after_sha256": sha256_of(new),
        "lines": _told(differences(old, new)),
        "numbers": list(PermissionMatrix.objects.values_list("number", flat=True)),
    }
    return render(request, "edc/permissions_compare.html", context)


@require_safe
@login_required
def matrix_csv(request: Request) -> StreamingHttpResponse:
    """Send the matrix as CSV: a line for each capability, a column for each role; the export is recorded."""
    study = reading_study(request)
    found, _recorded = _asked(request.GET.get("number"))
    digest = sha256_of(found)
    record_matrix_export(study=study, form="csv", sha256=digest, actor=request.user)
    roles = _roles(found)
    head = (
        "app", "capability", "label", "scope", *roles, "system", "token_scopes", "streams_and_states",
        "two_people", "matrix_sha256",
    )  # fmt: skip
    return csv_answer(f"permissions-{digest[:12]}", head, _cells(found, roles, digest))


def _cells(found: Matrix, roles: list[str], digest: str) -> Iterator[list[object]]:
    for name, about in sorted(found["capabilities"].items(), key=lambda pair: (pair[1]["app"], pair[0])):
        yield [
            about["app"], name, words.capability_word(name), about["scope"],
            *(int(role in about["roles"]) for role in roles), int(about["system"]),
            " ".join(about["tokens"]), "; ".join(words.reach_words(about["reach"])),
            " ".join(about["four_eyes"]), digest,
        ]  # fmt: skip


@require_safe
@login_required
def matrix_json(request: Request) -> HttpResponse:
    """Send the matrix as JSON with the SHA-256 that its content must have; the export is recorded."""
    study = reading_study(request)
    found, recorded = _asked(request.GET.get("number"))
    digest = sha256_of(found)
    record_matrix_export(study=study, form="json", sha256=digest, actor=request.user)
    about = {
        "sha256": digest,
        "canonical": CANONICAL,
        "number": recorded.number if recorded else None,
        "recorded_at": recorded.recorded_at.isoformat() if recorded else None,
        "software_version": recorded.software_version if recorded else None,
        "content": found,
    }
    answer = HttpResponse(
        json.dumps(about, ensure_ascii=False, indent=1, sort_keys=True), content_type="application/json"
    )
    answer.headers["Content-Disposition"] = f'attachment; filename="permissions-{digest[:12]}.json"'
    return answer
