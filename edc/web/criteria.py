"""The eligibility criteria of a subject as the page shows them: met or not, what decided, what is missing."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from edc.design.items import ItemDef
from edc.models import EligibilityAssessment, FormInstance, Subject
from edc.rules.eligibility import CriterionResult, Met, assess, verdict
from edc.selectors import subject_values
from edc.selectors.evaluation import in_language
from edc.web.value_text import value_text


@dataclass(frozen=True)
class Source:
    """One input of a criterion: its label, its value in words (empty while missing) and the form it is on."""

    label: str
    value: str
    url: str


@dataclass(frozen=True)
class CriterionLine:
    """One criterion: shape and word of its answer, the values that decided, the inputs that are missing."""

    oid: str
    text: str
    is_exclusion: bool
    shape: str
    word: str
    sources: list[Source]
    missing: list[Source]
    provisional: bool


@dataclass(frozen=True)
class Eligibility:
    """All criteria as computed now, with the verdict in shape and word."""

    lines: list[CriterionLine]
    shape: str
    word: str
    verdict: str

    @property
    def passed(self) -> int:
        return sum(line.shape == "done" for line in self.lines)


VERDICT_SHAPES = {"eligible": "done", "not_eligible": "miss", "pending": "wait"}


def eligibility_of(subject: Subject, forms: Iterable[FormInstance], *, with_values: bool) -> Eligibility:
    """Compute the criteria from the final values as of now, storing nothing; values only `with_values`."""
    results = assess(subject.design_version.design, subject_values(subject), today=timezone.localdate())
    found = str(verdict(results))
    inputs = _Inputs(subject, forms)
    lines = [_line(result, inputs, with_values) for result in results]
    word = str(EligibilityAssessment.Verdict(found).label)
    return Eligibility(lines, VERDICT_SHAPES[found], word, found)


def _line(result: CriterionResult, inputs: "_Inputs", with_values: bool) -> CriterionLine:
    shape, word = _answer(result)
    evidence = result.evidence.items() if with_values else ()
    return CriterionLine(
        oid=result.oid,
        text=in_language(result.text),
        is_exclusion=result.category == "exclusion",
        shape=shape,
        word=word,
        sources=[inputs.source(name, value) for name, value in evidence if value is not None],
        missing=[inputs.source(name) for name in result.missing],
        provisional=result.provisional,
    )


def _answer(result: CriterionResult) -> tuple[str, str]:
    if result.met is Met.NOT_APPLICABLE:
        return "na", _("Not applicable")
    if result.passes is None:
        return "wait", _("Not evaluable")
    if result.category == "exclusion":
        return ("done", _("Absent")) if result.passes else ("miss", _("Present"))
    return ("done", _("Met")) if result.passes else ("miss", _("Not met"))


class _Inputs:
    """The inputs of rules, FORM.ITEM, found in the design and on the subject's forms."""

    def __init__(self, subject: Subject, forms: Iterable[FormInstance]) -> None:
        self.design = subject.design_version.design
        self.definitions = {form.short_name: form for form in self.design.forms}
        self.instances: dict[str, FormInstance] = {}
        for form in forms:
            held = self.instances.get(form.form_oid)
            if held is None or form.status in FormInstance.FINAL:
                self.instances[form.form_oid] = form

    def source(self, name: str, value: object = None) -> Source:
        form_name, _dot, item_name = name.partition(".")
        definition = self.definitions.get(form_name)
        item = definition.items_by_name.get(item_name) if definition else None
        instance = self.instances.get(definition.oid) if definition else None
        url = reverse("form-entry", args=[instance.pk]) if instance else ""
        label = in_language(item.label) if item else name
        return Source(label, self._words(item, value), url)

    def _words(self, item: ItemDef | None, value: object) -> str:
        if value is None:
            return ""
        if isinstance(value, bool) or item is None or isinstance(value, list | tuple | dict):
            return str(value)
        text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
        unit = item.unit if item.is_number else None
        return value_text(self.design, item, text.removesuffix(" 00:00:00"), unit)
