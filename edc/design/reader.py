"""Reading a study folder into a StudyDesign, with all faults of the study in one list."""

from pathlib import Path
from typing import Any, TypeVar

from edc.design.cases import with_cases
from edc.design.codec import decode
from edc.design.errors import DesignError, DesignErrors
from edc.design.items import CodeList, Text
from edc.design.library import Entry, Library, checked, read_into, read_library, sound_elements
from edc.design.protocol import (
    Arm,
    Decision,
    EligibilityRule,
    EntryPlan,
    Ethics,
    EventDef,
    ImagingProtocol,
    Institution,
    OutcomeDef,
    Period,
    Registration,
    RuleDef,
    SiteDef,
    SourcePlan,
)
from edc.design.references import check_references
from edc.design.rule_check import check_rules
from edc.design.study import StudyDesign
from edc.design.study_files import LISTS, StudyFiles
from edc.design.used_forms import UsedForms, used_forms

T = TypeVar("T")


def read_study(path: Path, library: Path) -> StudyDesign:
    """Read.

    Check and compile the study in the folder ``path`` with the shared library in the folder ``library``.

    Raises DesignErrors with every fault of the study's files and of the library files.
    """
    held = read_library(library)
    read_into(held, path, path.name, required=False)
    files = _study_files(path, held)
    if not isinstance(files.study.data, dict) or "study.yaml" in _faulty_files(held):
        raise DesignErrors(held.errors)
    design, errors = compile_study(path.name, files, held)
    if errors:
        raise DesignErrors(errors)
    return design


def compile_study(folder: str, files: StudyFiles, held: Library) -> tuple[StudyDesign, list[DesignError]]:
    """Compile sound files and check references, rules and cases; return the design and all faults known.

    Where there are faults the design lacks what is broken; nobody may store it.
    """
    used = used_forms(files.uses, held, files.study.data["oid"])
    errors = [*held.errors, *used.errors, *check_references(folder, files, used, held)]
    design = _compile(files, used, held)
    design, rule_errors = check_rules(design, files, used, held)
    design, case_errors = with_cases(design, held.cases, files.cases)
    return design, [*errors, *rule_errors, *case_errors]


def _faulty_files(held: Library) -> set[str]:
    return {Path(error.file).name for error in held.errors}


def _study_files(path: Path, held: Library) -> StudyFiles:
    study = checked(path / "study.yaml", f"{path.name}/study.yaml", "study", held)
    lists: dict[str, list[Entry]] = {}
    for name in LISTS:
        source = checked(path / f"{name}.yaml", f"{path.name}/{name}.yaml", name, held)
        lists[name] = sound_elements(source, held)
    cases = path / "cases.yaml"
    own = checked(cases, f"{path.name}/cases.yaml", "cases", held) if cases.exists() else None
    return StudyFiles(study=study, cases=sound_elements(own, held) if own else [], **lists)


def _compile(files: StudyFiles, used: UsedForms, held: Library) -> StudyDesign:
    data = dict(files.study.data)
    plain = {key: data[key] for key in _PLAIN if key in data}
    return StudyDesign(
        **{key: _as_text(value) for key, value in plain.items()},
        settings=_settings(data.get("settings", {})),
        registration=decode(Registration, data["registration"]),
        ethics=decode(Ethics, data["ethics"]),
        recruiting=_period(data["recruiting"]),
        execution=_period(data["execution"]) if "execution" in data else None,
        arms=tuple(decode(Arm, each) for each in data["arms"]),
        entry=decode(EntryPlan, data["entry"]),
        source=decode(SourcePlan, data["source"]) if "source" in data else None,
        coded=dict(data.get("coded", {})),
        stratification=tuple(data.get("stratification", [])),
        decisions=tuple(decode(Decision, each) for each in data.get("decisions", [])),
        forms=tuple(used.forms),
        codelists=_codelists(used, held),
        sites=_each(SiteDef, files.sites),
        institutions=_institutions(files, held),
        events=_each(EventDef, files.events),
        eligibility=_each(EligibilityRule, files.eligibility),
        rules=_each(RuleDef, [*held.rules, *files.rules]),
        imaging=_each(ImagingProtocol, files.imaging),
        outcomes=_each(OutcomeDef, files.outcomes),
    )


_PLAIN = (
    "oid",
    "code",
    "subject_prefix",
    "short_title",
    "title",
    "design",
    "objective",
    "sponsor",
    "sponsor_institution",
    "index_item",
    "consent_item",
)


def _as_text(value: Any) -> Any:
    return decode(Text, value) if isinstance(value, dict) else value


def _settings(written: dict[str, Any]) -> dict[str, Any]:
    return {key: float(value) if type(value) is int else value for key, value in written.items()}


def _period(written: dict[str, str]) -> Period:
    return Period(start=written["from"], end=written.get("to"))


def _each(cls: type[T], entries: list[Entry]) -> tuple[T, ...]:
    return tuple(decode(cls, {k: v for k, v in entry.data.items() if k != "studies"}) for entry in entries)


def _codelists(used: UsedForms, held: Library) -> tuple[CodeList, ...]:
    named = {item.data["codelist"] for item in used.items if "codelist" in item.data}
    entries = {oid: held.codelists[oid].data for oid in sorted(named) if oid in held.codelists}
    return tuple(decode(CodeList, {"oid": oid, **data}) for oid, data in entries.items())


def _institutions(files: StudyFiles, held: Library) -> tuple[Institution, ...]:
    keys = {entry.data["institution"] for entry in files.sites}
    if "sponsor_institution" in files.study.data:
        keys.add(files.study.data["sponsor_institution"])
    found = {key: held.institutions[key].data for key in sorted(keys) if key in held.institutions}
    return tuple(decode(Institution, {"key": key, **data}) for key, data in found.items())
