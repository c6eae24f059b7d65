"""The shared forms, codelists, institutions and edit checks, and those of one study beside them."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from edc.design.errors import DesignError
from edc.design.schema_check import schema_errors
from edc.design.yaml_source import Place, Source, load_yaml


@dataclass(frozen=True)
class Entry:
    """One element of a design file with where it stands."""

    data: Any
    source: Source
    place: Place

    def error(self, inner: Place, zh: str, en: str) -> DesignError:
        return self.source.error((*self.place, *inner), zh, en)


@dataclass
class Library:
    """Elements by OID; ``broken`` names those left out because they violate their schema."""

    forms: dict[str, Entry] = field(default_factory=dict)
    codelists: dict[str, Entry] = field(default_factory=dict)
    institutions: dict[str, Entry] = field(default_factory=dict)
    rules: list[Entry] = field(default_factory=list)
    cases: list[Entry] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    errors: list[DesignError] = field(default_factory=list)

    def add(self, kind: Mapping[str, Entry], oid: str, entry: Entry) -> None:
        """Add an element to one of the mappings; an OID seen before is an error at the second place."""
        if oid in kind:
            first = kind[oid]
            where = f"{first.source.name}:{first.source.line(first.place)}"
            self.errors.append(
                entry.error((), f"{oid} 重复，已定义于 {where}", f"{oid} is defined twice, first at {where}.")
            )
            return
        kind[oid] = entry  # type: ignore[index]


def checked(path: Path, name: str, schema: str, library: Library) -> Source:
    """Read a file and check it against its schema; the faults are added to the library's."""
    source = load_yaml(path, name)
    if not source.errors or source.data is not None:
        library.errors += schema_errors(source, schema) if source.data is not None else [_empty(source)]
    library.errors += source.errors
    return source


def _empty(source: Source) -> DesignError:
    return source.error((), "文件是空的", "The file is empty.")


def sound_elements(source: Source, library: Library) -> list[Entry]:
    """Return the elements of a list or mapping file that have no fault;
    the others' OIDs become ``broken``.
    """
    data = source.data
    pairs: list[tuple[Hashable, Any]] = []
    if isinstance(data, dict):
        pairs = list(data.items())
    elif isinstance(data, list):
        pairs = list(enumerate(data))
    faulty = _faulty_keys(source, library, [key for key, _ in pairs])
    for key, element in pairs:
        if key in faulty:
            library.broken.add(
                str(element.get("oid")) if isinstance(element, dict) and isinstance(key, int) else str(key)
            )
    return [Entry(element, source, (key,)) for key, element in pairs if key not in faulty]


def _faulty_keys(source: Source, library: Library, keys: list[Hashable]) -> set[Hashable]:
    fields = [error.field for error in library.errors if error.file == source.name]
    starts = {key: (f"[{key}]" if isinstance(key, int) else str(key)) for key in keys}
    return {key for key, start in starts.items() if any(_is_in(each, start) for each in fields)}


def _is_in(error_field: str, start: str) -> bool:
    rest = error_field.removeprefix(start)
    return error_field.startswith(start) and (not rest or rest[0] in ".[")


def read_into(library: Library, folder: Path, prefix: str, *, required: bool) -> Library:
    """Add the forms, codelists and institutions of a folder; ``prefix`` names the folder in messages."""
    for path in sorted((folder / "forms").glob("*.yaml")):
        _read_form(library, path, f"{prefix}/forms/{path.name}")
    for name, kind in (("codelists", library.codelists), ("institutions", library.institutions)):
        path = folder / f"{name}.yaml"
        if path.exists() or required:
            source = checked(path, f"{prefix}/{path.name}", name, library)
            for entry in sound_elements(source, library):
                library.add(kind, str(entry.place[0]), entry)
    return library


def _read_form(library: Library, path: Path, name: str) -> None:
    before = len(library.errors)
    source = checked(path, name, "form", library)
    oid = source.data.get("oid") if isinstance(source.data, dict) else None
    if len(library.errors) > before:
        library.broken.add(str(oid or f"FO.{path.stem}"))
        return
    entry = Entry(source.data, source, ())
    if oid != f"FO.{path.stem}":
        library.errors.append(
            entry.error(
                ("oid",),
                f"OID 须与文件名一致：FO.{path.stem}",
                f"The OID must match the file name: FO.{path.stem}.",
            )
        )
    library.add(library.forms, str(oid), entry)


def read_library(folder: Path) -> Library:
    """Read the shared library; its faults are in ``errors`` of the result."""
    library = read_into(Library(), folder, folder.name, required=True)
    library.rules = _optional_list(folder, "rules", library)
    library.cases = _optional_list(folder, "cases", library)
    return library


def _optional_list(folder: Path, name: str, library: Library) -> list[Entry]:
    path = folder / f"{name}.yaml"
    if not path.exists():
        return []
    return sound_elements(checked(path, f"{folder.name}/{path.name}", name, library), library)
