"""YAML files with the line of every value kept, so that a fault can be shown where it was written.

Only ``true`` and ``false`` are booleans and only plain decimals are numbers: the codes ``Y``, ``NO`` or
``ON`` and dates stay text.
"""

import re
from collections.abc import Hashable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from edc.design.errors import DesignError

Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PLAIN = (
    ("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), "tf"),
    ("tag:yaml.org,2002:null", re.compile(r"^(?:~|null|)$"), ["~", "n", ""]),
    ("tag:yaml.org,2002:int", re.compile(r"^-?(?:0|[1-9][0-9]*)$"), "-0123456789"),
    ("tag:yaml.org,2002:float", re.compile(r"^-?[0-9]+\.[0-9]+(?:e[-+]?[0-9]+)?$"), "-0123456789"),
)


class DesignLoader(Loader):  # type: ignore[misc]
    """The YAML 1.2 meaning of plain scalars on the YAML 1.1 parser."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, Any]]] = {}


for _tag, _pattern, _first in _PLAIN:
    DesignLoader.add_implicit_resolver(_tag, _pattern, list(_first))

Place = tuple[Hashable, ...]


@dataclass
class Source:
    """The data of one YAML file and the line of each place in it;
    a place is the tuple of keys and indexes to it.
    """

    name: str
    data: Any = None
    lines: dict[Place, int] = field(default_factory=dict)
    errors: list[DesignError] = field(default_factory=list)

    def line(self, place: Place) -> int:
        """Return the line of a place, or of the nearest place around it that was written."""
        while place not in self.lines and place:
            place = place[:-1]
        return self.lines.get(place, 1)

    def error(self, place: Place, zh: str, en: str) -> DesignError:
        return DesignError(self.name, self.line(place), dotted(place), zh, en)


def dotted(place: Place) -> str:
    """Write a place as ``items[2].label.zh``; the file itself is ``.``."""
    parts = (f"[{each}]" if isinstance(each, int) else f".{each}" for each in place)
    return "".join(parts).lstrip(".") or "."


def load_yaml(path: Path, name: str) -> Source:
    """Read a YAML file; what cannot be read, and keys written twice, are in ``errors`` of the result."""
    source = Source(name)
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=DesignLoader)
    except OSError as error:
        source.errors.append(
            source.error((), f"读不到文件：{error.strerror}", f"Cannot read the file: {error.strerror}.")
        )
        return source
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or str(error)
        line = mark.line + 1 if mark else 1
        source.errors.append(
            DesignError(name, line, ".", f"不是合法的 YAML:{reason}", f"Not valid YAML: {reason}.")
        )
        return source
    source.data = _build(node, (), source) if node else None
    return source


def _build(node: yaml.Node, place: Place, source: Source) -> Any:
    source.lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        return _build_mapping(node, place, source)
    if isinstance(node, yaml.SequenceNode):
        return [_build(each, (*place, index), source) for index, each in enumerate(node.value)]
    return _scalar(node)


def _build_mapping(node: yaml.MappingNode, place: Place, source: Source) -> dict[str, Any]:
    built: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = str(key_node.value)
        inner = (*place, key)
        if key in built:
            line = key_node.start_mark.line + 1
            source.errors.append(
                DesignError(
                    source.name,
                    line,
                    dotted(inner),
                    f"“{key}”写了两次，删去一处",
                    f"'{key}' is written twice: remove one.",
                )
            )
        source.lines.setdefault(inner, key_node.start_mark.line + 1)
        built[key] = _build(value_node, inner, source)
    return built


def _scalar(node: yaml.Node) -> Any:
    tag, text = node.tag.rpartition(":")[2], node.value
    if tag == "bool":
        return text == "true"
    if tag == "null":
        return None
    if tag == "int":
        return int(text)
    return float(text) if tag == "float" else text
