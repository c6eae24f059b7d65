"""Where every number of a score comes from, as rows for the provenance page and the print."""

import json
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from edc import access
from edc.models import Stream, User
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
            row["source"] = stream_words(found.get("stream") or "")
            row["form"] = in_language(design.form(found["form_oid"]).name)
            row["url"] = reverse("form-entry", args=[found["form"]]) if may_open else ""
        rows.append(row)
    return rows


def stream_words(stream: str) -> str:
    return str(Stream(stream).label) if stream in Stream.values else "–"


def image_rows(score: Score) -> list[dict[str, Any]]:
    """Return each set of features with the series it was taken from and how the mask came onto it."""
    kinds = {"deep": _("Deep features"), "radiomics": _("Radiomics")}
    masks = {
        "same grid": _("Same grid"),
        "resampled by position, nearest neighbour": _("Resampled by position, nearest neighbour"),
    }
    return [
        {
            **row,
            "phase_words": phase_words(row["phase"]),
            "kind_words": kinds.get(row["kind"], row["kind"]),
            "mask_words": masks.get(row["mask"], row["mask"]),
        }
        for row in score.inputs.get("images", [])
    ]


def run_rows(run: Run) -> dict[str, Any]:
    """Return a run and its provenance, nested parts as JSON text."""
    plain = {name: value for name, value in run.provenance.items() if not isinstance(value, dict | list)}
    nested = {name: value for name, value in run.provenance.items() if isinstance(value, dict | list)}
    return {
        "run": run,
        "plain": plain,
        "nested": {name: json.dumps(value, ensure_ascii=False, indent=1) for name, value in nested.items()},
        "sets": [
            {"set": each, "phase": phase_words(each.series.phase), "values": sorted(each.values.items())}
            for each in run.feature_sets.select_related("series")
        ],
    }
