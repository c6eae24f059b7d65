"""Frozen dataclasses to plain JSON data and back, driven by their type hints.

A field that holds its default is left out of the data, so the data of equal objects are equal and
``decode`` of ``encode`` gives
an equal object. Numbers of ``float`` fields are floats on both sides.
"""

import dataclasses
import types
import typing
from collections.abc import Hashable
from functools import cache
from typing import Any, TypeVar, Union

T = TypeVar("T")


def encode(value: Any) -> Any:
    """Return JSON data of a dataclass, sequence, mapping or scalar."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        pairs = ((field, getattr(value, field.name)) for field in dataclasses.fields(value))
        return {field.name: encode(held) for field, held in pairs if held != _default(field)}
    if isinstance(value, list | tuple):
        return [encode(each) for each in value]
    if isinstance(value, dict):
        return {str(key): encode(each) for key, each in value.items()}
    return value


def decode(cls: type[T], data: typing.Mapping[str, Any]) -> T:
    """Build a dataclass from the data of ``encode``; unknown keys raise TypeError."""
    hints = _hints(typing.cast(Hashable, cls))
    unknown = set(data) - set(hints)
    if unknown:
        raise TypeError(f"{cls.__name__} has no field {sorted(unknown)}")
    return cls(**{name: _decode_as(hints[name], held) for name, held in data.items()})


@cache
def _hints(cls: Hashable) -> dict[str, Any]:
    return typing.get_type_hints(typing.cast(type, cls))


def _default(field: dataclasses.Field) -> Any:
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return field.default


def _decode_as(hint: Any, held: Any) -> Any:
    origin = typing.get_origin(hint)
    if origin in (Union, types.UnionType):
        return _decode_union(typing.get_args(hint), held)
    if origin is tuple:
        return tuple(_decode_as(typing.get_args(hint)[0], each) for each in held)
    if origin is dict:
        return {key: _decode_as(typing.get_args(hint)[1], each) for key, each in held.items()}
    if dataclasses.is_dataclass(hint):
        return decode(typing.cast(type, hint), held)
    if hint is float and isinstance(held, int) and not isinstance(held, bool):
        return float(held)
    return held


def _decode_union(members: tuple[Any, ...], held: Any) -> Any:
    if held is None:
        return None
    wanted = [each for each in members if each is not type(None)]
    if isinstance(held, int) and not isinstance(held, bool) and float in wanted and int not in wanted:
        return float(held)
    containers = [each for each in wanted if typing.get_origin(each) or dataclasses.is_dataclass(each)]
    if isinstance(held, dict | list | tuple) and containers:
        return _decode_as(containers[0], held)
    return held
