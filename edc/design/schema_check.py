"""JSON Schema validation of design files, told in both languages at the line of the fault."""

import json
import typing
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from referencing import Registry, Resource

from edc.design.errors import DesignError
from edc.design.yaml_source import Source

SCHEMA_DIR = Path(__file__).parent / "schema"
_TYPES_ZH = {
    "string": "文字",
    "number": "数字",
    "integer": "整数",
    "boolean": "true 或 false",
    "array": "列表",
    "object": "键值表",
}


@cache
def schema(name: str) -> dict[str, Any]:
    """Return the schema of a kind of file: form, codelists, study, events, …"""
    return json.loads((SCHEMA_DIR / f"{name}.json").read_text(encoding="utf-8"))


@cache
def _registry() -> Registry:
    paths = sorted(SCHEMA_DIR.glob("*.json"))
    return Registry().with_resources((path.name, Resource.from_contents(schema(path.stem))) for path in paths)


@cache
def _validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(schema(name), registry=_registry())


def schema_errors(source: Source, name: str) -> list[DesignError]:
    """Return every violation of the schema ``name`` in a file,
    deepest cause first where alternatives were tried.
    """
    found = (cause for error in _validator(name).iter_errors(source.data) for cause in _causes(error))
    return [_told(source, error) for error in found]


def _causes(error: ValidationError) -> Iterator[ValidationError]:
    """Replace a failed anyOf by the violations of its alternative that came furthest,
    if that is a deeper place.
    """
    deeper = [each for each in error.context or () if len(each.absolute_path) > len(error.absolute_path)]
    if error.validator == "anyOf" and deeper:
        yield max(deeper, key=lambda each: len(each.absolute_path))
    else:
        yield error


def _told(source: Source, error: ValidationError) -> DesignError:
    place = tuple(error.absolute_path)
    if error.validator == "additionalProperties" and isinstance(error.instance, dict):
        return _unknown_keys(source, place, error)
    zh, en = _message(error)
    return source.error(place, zh, en)


def _unknown_keys(source: Source, place: tuple[Any, ...], error: ValidationError) -> DesignError:
    known: dict[str, Any] = dict(typing.cast(Any, error.schema)).get("properties", {})
    instance: dict[str, Any] = typing.cast(Any, error.instance)
    unknown = [key for key in instance if key not in known]
    keys = ", ".join(unknown)
    return source.error(
        (*place, unknown[0]),
        f"不认识的键：{keys}；可用：{', '.join(known)}",
        f"Unknown key: {keys}; known are {', '.join(known)}.",
    )


def _message(error: ValidationError) -> tuple[str, str]:
    value: Any = error.validator_value
    rule, instance = error.validator, typing.cast(Any, error.instance)
    if rule == "required":
        missing = [key for key in value if key not in instance]
        return f"缺少：{', '.join(missing)}", f"Missing: {', '.join(missing)}."
    if rule == "type":
        kinds = value if isinstance(value, list) else [value]
        zh = "或".join(_TYPES_ZH.get(kind, "空") for kind in kinds)
        return (
            f"应为{zh}，现为 {_shown(error.instance)}",
            f"Must be {' or '.join(kinds)}, is {_shown(error.instance)}.",
        )
    if rule == "enum":
        allowed = ", ".join(str(each) for each in value)
        return (
            f"应为其中之一：{allowed}；现为 {_shown(error.instance)}",
            f"Must be one of {allowed}; is {_shown(error.instance)}.",
        )
    if rule == "pattern":
        return (
            f"{_shown(error.instance)} 不符合格式 {value}",
            f"{_shown(error.instance)} does not match {value}.",
        )
    if rule in ("oneOf", "anyOf"):
        choices = _choices(value)
        return f"须且只须给出其中一组键：{choices}", f"Give exactly one of these: {choices}."
    if error.schema is False or rule is None:
        return "此处不可使用这个键，删去", "This key is not allowed here: remove it."
    return f"不符合规定({rule}: {_shown(value)})", f"{error.message} ({rule})."


def _choices(alternatives: list[dict[str, Any]]) -> str:
    named = (
        " + ".join(each.get("required", [])) or each.get("$ref", "").rpartition("/")[2]
        for each in alternatives
    )
    return " | ".join(name or json.dumps(each) for name, each in zip(named, alternatives, strict=True))


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "…"


def fragment_errors(data: Any, definition: str) -> list[tuple[str, str]]:
    """Return the violations of one definition of ``terms.json``, as messages in Chinese and English."""
    schema_of_part = {"$ref": f"terms.json#/$defs/{definition}"}
    found = Draft202012Validator(schema_of_part, registry=_registry()).iter_errors(data)
    return [_message(cause) for error in found for cause in _causes(error)]
