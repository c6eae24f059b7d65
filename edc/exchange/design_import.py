"""A design of another system written as a study folder that the design reader accepts, with its account."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import yaml

from edc.design.errors import DesignErrors
from edc.design.reader import read_study
from edc.design.study import StudyDesign
from edc.exchange.design_files import DesignFiles, design_files
from edc.exchange.faults import FileFault
from edc.exchange.foreign import ForeignEvent, ForeignForm, ForeignGroup, ForeignItem, ForeignStudy, Lost
from edc.exchange.mapping import Mapping, read_mapping
from edc.exchange.odm_read.clinical import odm_cells
from edc.exchange.odm_read.metadata import read_odm_study
from edc.exchange.redcap_dictionary import read_dictionary
from edc.exchange.source import SourceCell

ACCOUNT, MAPPING = "import-account.json", "import-mapping.json"
_LOGIC = ("show_when", "value")
_TRIES = 6


@dataclass(frozen=True)
class DesignImport:
    """What came of a file: the design, the mapping for its data, what it held and what was not carried."""

    folder: Path
    design: StudyDesign
    mapping: Mapping
    seen: dict[str, int]
    carried: dict[str, int]
    lost: tuple[Lost, ...]


def import_design(path: Path, out: Path) -> DesignImport:
    """Read an ODM or a REDCap dictionary and write `out/<study>/` and `out/library/`; raise FileFault.

    A condition or calculation that the rules refuse is left out and listed. A file of clinical data alone
    gives the design that its data show: text items without labels.
    """
    lost: list[Lost] = []
    without: frozenset[tuple[str, str]] = frozenset()
    for _attempt in range(_TRIES):
        study = _read(path)
        made = design_files(study, without)
        folder = _write(made, out)
        try:
            design = read_study(folder, out / "library")
        except DesignErrors as faults:
            refused = _refused(faults, made)
            if not refused - without:
                raise FileFault(
                    "写出的设计有误：" + str(faults.errors[0]), "Not sound: " + str(faults.errors[0])
                ) from None
            without |= refused
            continue
        lost = study.lost
        result = DesignImport(
            folder, design, read_mapping(made.mapping), study.seen, counts_of(design), tuple(lost)
        )
        _write_account(result)
        return result
    raise FileFault("写出的设计有误", "The design written is not sound.")


def _read(path: Path) -> ForeignStudy:
    if path.suffix.lower() == ".csv":
        return read_dictionary(path)
    found = read_odm_study(path)
    return found if found is not None else shown_by_data(path.stem, odm_cells(path, Mapping(shape="odm")))


def shown_by_data(name: str, cells: Iterable[SourceCell]) -> ForeignStudy:
    """Return the design that clinical data show: their visits, forms, groups and items, all as text."""
    study = ForeignStudy(name, {"": name}, "clinical data", seen={"ItemData": 0})
    study.lose(
        "*",
        "文件没有研究设计：由数据推出，全部为文本",
        "The file has no study design: it was drawn from the data, all as text.",
    )
    forms: dict[str, ForeignForm] = {}
    events: dict[str, ForeignEvent] = {}
    for cell in cells:
        study.seen["ItemData"] += 1
        if cell.site and cell.site not in study.sites:
            study.sites.append(cell.site)
        form = forms.setdefault(cell.form, ForeignForm(cell.form, {"": cell.form}, cell.form_repeat != "1"))
        form.repeating = form.repeating or cell.form_repeat != "1"
        group = next((each for each in form.groups if each.oid == cell.column), None)
        if group is None:
            group = ForeignGroup(cell.column, {"": cell.column})
            form.groups.append(group)
        group.repeating = group.repeating or cell.row not in ("", "1")
        if all(each.oid != cell.item for each in group.items):
            group.items.append(ForeignItem(cell.item, cell.item, "text", {"": cell.item}))
        event = events.setdefault(cell.event, ForeignEvent(cell.event, {"": cell.event}))
        event.repeating = event.repeating or cell.event_repeat not in ("", "1")
        if (cell.form, False) not in event.forms:
            event.forms.append((cell.form, False))
    study.forms, study.events = list(forms.values()), [each for each in events.values() if each.oid]
    return study


def _write(made: DesignFiles, out: Path) -> Path:
    folder = out / made.oid
    (folder / "forms").mkdir(parents=True, exist_ok=True)
    for stale in (folder / "forms").glob("*.yaml"):
        stale.unlink()
    for name, content in made.files.items():
        (folder / name).write_text(_yaml(content), encoding="utf-8")
    library = out / "library"
    (library / "forms").mkdir(parents=True, exist_ok=True)
    for name in ("codelists", "institutions"):
        path = library / f"{name}.yaml"
        if not path.exists():
            path.write_text("{}\n", encoding="utf-8")
    (folder / MAPPING).write_text(json.dumps(made.mapping, ensure_ascii=False, indent=1), encoding="utf-8")
    return folder


def _yaml(content: object) -> str:
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=110)


def _refused(faults: DesignErrors, made: DesignFiles) -> set[tuple[str, str]]:
    """Return the (item OID, key) of the logic in which the reader found faults."""
    found = set()
    for fault in faults.errors:
        content = made.files.get(f"forms/{Path(fault.file).name}") or {"item_groups": []}
        for group in content["item_groups"]:
            for item in group["items"]:
                found |= {
                    (item["oid"], key)
                    for key in _LOGIC
                    if key in item and _names(fault.field, content, item, key)
                }
    return found


def _names(field: str, content: dict, item: dict, key: str) -> bool:
    for number, group in enumerate(content["item_groups"]):
        for place, each in enumerate(group["items"]):
            if each is item and field.startswith(f"item_groups[{number}].items[{place}]"):
                return field.endswith(key) or key not in field
    return False


def counts_of(design: StudyDesign) -> dict[str, int]:
    """Return how much a design holds, by kind."""
    items = [item for form in design.forms for item in form.items]
    kinds = Counter(item.type for item in items)
    return {
        "forms": len(design.forms),
        "groups": sum(len(form.item_groups) for form in design.forms),
        "items": len(items),
        "codelists": len(design.codelists),
        "codes": sum(len(each.items) for each in design.codelists),
        "events": len(design.events),
        "conditions": sum(item.show_when is not None for item in items),
        "calculations": kinds["derived"],
        "checks": len(design.rules),
    }


def _write_account(result: DesignImport) -> None:
    account = {
        "seen": result.seen,
        "carried": result.carried,
        "not_carried": [{"what": each.what, "zh": each.zh, "en": each.en} for each in result.lost],
    }
    (result.folder / ACCOUNT).write_text(json.dumps(account, ensure_ascii=False, indent=1), encoding="utf-8")
