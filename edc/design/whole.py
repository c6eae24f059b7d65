"""A whole design as one document of plain data, as drafts keep it: the parts of a study folder together.

The document is ``{"study", "forms": [...], "codelists": {oid: …}, "institutions": {key: …}, "sites",
"events", "eligibility", "rules", "imaging", "outcomes", "cases"}``, each part shaped as the file of its name;
``study`` has no ``uses``: the forms are the study's own, in the order of the menu.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from edc.design.codec import encode
from edc.design.errors import DesignError, DesignErrors
from edc.design.items import FormDef
from edc.design.library import Entry, Library, sound_elements
from edc.design.protocol import CaseRecord, RuleCase
from edc.design.reader import compile_study
from edc.design.schema_check import schema_errors
from edc.design.study import StudyDesign
from edc.design.study_files import LISTS, StudyFiles
from edc.design.yaml_source import Source

Document = dict[str, Any]
PARTS = ("study", "forms", "codelists", "institutions", *LISTS, "cases")


@dataclass(frozen=True)
class Checked:
    """What came of a document: its faults in order, and the design as far as it could be compiled."""

    design: StudyDesign | None
    errors: tuple[DesignError, ...]


def written(design: StudyDesign) -> Document:
    """Return the document of a design; ``read_document`` of it gives an equal design."""
    data = _whole_numbers(encode(design))
    document: Document = {part: data.pop(part, []) for part in LISTS}
    document["forms"] = data.pop("forms")
    document["codelists"] = {each.pop("oid"): each for each in data.pop("codelists")}
    document["institutions"] = {each.pop("key"): each for each in data.pop("institutions")}
    criteria = {each.oid for each in design.eligibility}
    document["cases"] = [_case(each, criteria) for each in design.cases]
    data.pop("cases", None)
    for each in document["eligibility"]:
        each.setdefault("rule", None)
    for arm in data["arms"]:
        arm.setdefault("target_n", None)
    for period in ("recruiting", "execution"):
        if period in data:
            data[period] = _period(data[period])
    document["study"] = data
    return {part: document[part] for part in PARTS}


def written_form(form: FormDef) -> dict[str, Any]:
    """Return a form as it stands in the document of a design."""
    return _whole_numbers(encode(form))


def _whole_numbers(value: Any) -> Any:
    """Write 5.0 as 5, as people do; reading makes it a float again where the field is one."""
    if isinstance(value, dict):
        return {key: _whole_numbers(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_whole_numbers(each) for each in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _period(data: dict[str, str]) -> dict[str, str]:
    return {"from": data["start"], **({"to": data["end"]} if "end" in data else {})}


def _case(case: RuleCase, criteria: set[str]) -> dict[str, Any]:
    found: dict[str, Any] = {"criterion" if case.rule in criteria else "check": case.rule}
    if case.note:
        return {**found, "note": case.note.as_dict()}
    found["says"] = case.says
    if case.filled:
        found["filled"] = _record(case.filled)
    if case.others:
        found["others"] = [_record(each) for each in case.others]
    return {**found, "today": case.today}


def _record(record: CaseRecord) -> dict[str, Any]:
    data = encode(record)
    return {**{key: each for key, each in data.items() if key != "values"}, **data.get("values", {})}


def read_document(document: Mapping[str, Any]) -> StudyDesign:
    """Return the design of a document; raise DesignErrors with every fault."""
    checked = check_document(document)
    if checked.errors or checked.design is None:
        raise DesignErrors(checked.errors)
    return checked.design


def check_document(document: Mapping[str, Any]) -> Checked:
    """Check a document as the files of a study are checked: schema, references, types of all rules, cases.

    A fault's ``file`` is the part (``events``) or the form (``forms/DM``), its ``field`` the place in it.
    """
    held = Library()
    for form in document.get("forms", []):
        _take_form(form, held)
    for part, kind in (("codelists", held.codelists), ("institutions", held.institutions)):
        for entry in sound_elements(_source(part, part, document.get(part, {}), held), held):
            held.add(kind, str(entry.place[0]), entry)
    files = _files(document, held)
    oid = str(files.study.data.get("oid", ""))
    if any(error.file == "study" for error in held.errors):
        return Checked(None, tuple(sorted(set(held.errors))))
    design, errors = compile_study(oid, files, held)
    return Checked(design, tuple(sorted(set(errors))))


def _take_form(form: Any, held: Library) -> None:
    oid = str(form.get("oid", "")) if isinstance(form, dict) else ""
    before = len(held.errors)
    source = _source(form_file(oid), "form", form, held)
    if len(held.errors) > before:
        held.broken.add(oid)
    else:
        held.add(held.forms, oid, Entry(form, source, ()))


def form_file(oid: str) -> str:
    """Return the name that faults of this form carry as their file."""
    return f"forms/{oid.removeprefix('FO.')}"


def _files(document: Mapping[str, Any], held: Library) -> StudyFiles:
    forms = [str(each.get("oid", "")) for each in document.get("forms", []) if isinstance(each, dict)]
    uses = [{"form": oid} for oid in dict.fromkeys(forms)]
    study = _source("study", "study", {**document.get("study", {}), "uses": uses}, held)
    lists = {part: sound_elements(_source(part, part, document.get(part, []), held), held) for part in LISTS}
    cases = sound_elements(_source("cases", "cases", document.get("cases", []), held), held)
    return StudyFiles(study=study, cases=cases, **lists)


def _source(name: str, schema: str, data: Any, held: Library) -> Source:
    source = Source(name, data)
    held.errors += schema_errors(source, schema)
    return source
