"""What pages say beside a laboratory value: H or L with the range, and the grades of CTCAE for it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from edc.models import FormInstance
from edc.safety.ranges import LabRange
from edc.safety.terminology import ctcae
from edc.selectors.evaluation import in_language
from edc.selectors.lab_values import LabFinding, ProposedGrade, lab_findings
from edc.web.unit_words import unit_words


@dataclass(frozen=True)
class GradeWords:
    """A proposed grade in words, with where it comes from."""

    term: str
    text: str
    source: str


def range_words(found: LabRange) -> str:
    """Return a range as people read it, with its unit."""
    low, high = (f"{limit.normalize():f}" if limit is not None else "" for limit in (found.low, found.high))
    text = f"{low}–{high}" if low and high else f"≥ {low}" if low else f"≤ {high}"
    return f"{text} {unit_words(found.unit)}".strip()


def lab_notes(form: FormInstance, values: Mapping[str, object]) -> dict[str, str]:
    """Return by path what stands beside each laboratory value, as HTML."""
    found = lab_findings(form, values)
    return {path: _note(form, path, each) for path, each in found.items() if each.range or each.grades}


def _note(form: FormInstance, path: str, found: LabFinding) -> str:
    shown = replace(found.range, unit=found.unit) if found.range else None
    context = {
        "form": form,
        "path": path,
        "flag": found.flag,
        "range": range_words(shown) if shown else "",
        "where": _where(found.range) if found.range else "",
        "grades": [_grade(each, found) for each in found.grades],
    }
    return render_to_string("edc/form_entry_lab.html", context)


def _where(found: LabRange) -> str:
    day = date_format(found.valid_from, "Y-m-d")
    return _("%(laboratory)s, from %(day)s") % {"laboratory": found.laboratory, "day": day}


def _grade(each: ProposedGrade, found: LabFinding) -> GradeWords:
    term = ctcae().term(each.term)
    name = in_language(term.label) if term else each.term
    text = _("Grade %(grade)s: %(term)s") % {"grade": each.grade, "term": name}
    return GradeWords(each.term, text, provenance(each, found))


def provenance(each: ProposedGrade, found: LabFinding) -> str:
    """Return where a proposed grade comes from: the condition, the range, the value before treatment."""
    parts = [f"CTCAE 5.0: {each.rule}"]
    if found.range:
        parts.append(_where(found.range))
    if each.reads_base and each.base is not None and each.base_day is not None:
        known = {"value": f"{each.base.normalize():f}", "day": each.base_day.isoformat()}
        parts.append(_("before treatment %(value)s on %(day)s") % known)
    elif each.reads_base:
        parts.append(_("no value before treatment"))
    if each.assumes:
        parts.append(_("takes for granted: %(what)s") % {"what": in_language(each.assumes)})
    return _("; ").join(parts)
