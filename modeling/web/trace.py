"""Where every number of a score comes from, as rows for the provenance page and the print."""

import json
from typing import Any

from django.urls import reverse

from edc import access
from edc.models import User
from edc.selectors.evaluation import in_language
from edc.templatetags.tandem import local
from modeling.models import Run, Score
from modeling.web.wording import item_words, phase_words


def trace_of(user: User, score: Score) -> dict[str, Any]:
    """Return the inputs with their origin and every run with its provenance."""
    return {
        "clinical": clinical_rows(user, score),
        "images": image_rows(score),
        "parts": [row for row in score.contributions if row.get("parts")],
        "runs": [run_rows(run) for run in score.run.analysis.runs.all()],
    }


def clinical_rows(user: User, score: Score) -> list[dict[str, Any]]:
    """Return each form value with the form it stands in; the link is there for who may open the form."""
    design = score.subject.design_version.design
    layout = {item["oid"]: item for item in score.model_version.manifest["layout"]["items"]}
    points = {row["name"]: row["points"] for row in score.contributions}
    may_open = access.may(user, "view_data", site=score.subject.site)
    rows = []
    for oid, item in layout.items():
        found = score.inputs.get("clinical", {}).get(oid)
        row = {"oid": oid, "label": local(item), "points": points.get(oid), "found": found}
        if found:
            row["words"] = item_words(design, oid, found["value"], item.get("unit") or "")
            row["form"] = in_language(design.form(found["form_oid"]).name)
            row["url"] = reverse("form-entry", args=[found["form"]]) if may_open else ""
        rows.append(row)
    return rows


def image_rows(score: Score) -> list[dict[str, Any]]:
    return [{**row, "phase_words": phase_words(row["phase"])} for row in score.inputs.get("images", [])]


def run_rows(run: Run) -> dict[str, Any]:
    """Return a run and its provenance, nested parts as JSON text."""
    plain = {name: value for name, value in run.provenance.items() if not isinstance(value, dict | list)}
    nested = {name: value for name, value in run.provenance.items() if isinstance(value, dict | list)}
    return {
        "run": run,
        "plain": plain,
        "nested": {name: json.dumps(value, ensure_ascii=False, indent=1) for name, value in nested.items()},
        "sets": [
            {"set": each, "count": len(each.values)} for each in run.feature_sets.select_related("series")
        ],
    }
