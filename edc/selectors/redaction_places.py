"""Where a text of a subject stands: every text and JSON column of every row that leads to the subject."""

import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from django.apps import apps
from django.db import models
from django.utils import timezone

from edc.design.items import ItemDef
from edc.design.values import read_value
from edc.models import IdempotencyRecord, ImportCell, ImportedSubject, RedactedCell, Redaction, Subject
from edc.rules.subject_values import split_path

OURS = ("edc", "imaging", "modeling")
FREE_TEXT = ("text", "long_text")
# What the guards of the append-only tables let a redaction change: the migrations with MASKABLE.
MASKABLE = {
    "edc_auditevent": ("before", "after", "reason"),
    "edc_observation": ("content", "reason"),
    "edc_disagreement": ("first_entry", "second_entry"),
    "edc_resolution": ("entry", "reason"),
    "edc_decision": ("entry", "reason"),
    "edc_recheck": ("content",),
    "edc_querymessage": ("text",),
    "edc_safetyreport": ("content",),
    "edc_safetydecision": ("comment",),
    "edc_specimenstep": ("place", "condition", "reason"),
}
# Columns that the platform fills: hashes and names of things, which nobody types.
FILLED = re.compile(
    r"(sha256|hash|uid|oid|path|stream|status|state|version|formula|subject_key|request_id|prefix|code|kind)$"
)
TEXTS = (models.CharField, models.TextField, models.JSONField)
# Rows of the redaction itself: emptied, or holding what is masked already.
OWN = (Redaction, RedactedCell)


@dataclass(frozen=True)
class Place:
    """A row and what its columns must say instead."""

    row: models.Model
    columns: dict[str, object]


def places_of(redaction: Redaction) -> Iterator[Place]:
    """Yield every row of the subject that holds the text, with its columns masked."""
    mask = Mask(redaction)
    for model, found in _rows_of(redaction.subject):
        names = _columns(model)
        for row in found.iterator(chunk_size=500):
            columns = mask.columns(row, names)
            if columns:
                yield Place(row, columns)


def _columns(model: type[models.Model]) -> Sequence[str]:
    if model._meta.db_table in MASKABLE:
        return MASKABLE[model._meta.db_table]
    fields = (each for each in model._meta.concrete_fields if type(each) in TEXTS and not each.choices)
    return [each.name for each in fields if not FILLED.search(each.name)]


def _rows_of(subject: Subject) -> Iterator[tuple[type[models.Model], models.QuerySet]]:
    yield Subject, Subject.objects.filter(pk=subject.pk)
    for model, lookup in _leading_to_subjects().items():
        yield model, model._base_manager.filter(**{lookup: subject})
    # Answers to programs and lines of files name the subject in words.
    yield IdempotencyRecord, IdempotencyRecord.objects.exclude(body=None)
    yield (
        ImportCell,
        ImportCell.objects.filter(
            batch__study=subject.study_id, subject_key__in=[subject.subject_key, *_source_keys(subject)]
        ),
    )


def _source_keys(subject: Subject) -> list[str]:
    """Return the names under which files of other systems hold the subject."""
    links = ImportedSubject.objects.filter(study=subject.study_id, subject=subject)
    return list(links.values_list("source_key", flat=True))


@cache
def _leading_to_subjects() -> dict[type[models.Model], str]:
    """Return each model with the shortest way of foreign keys from it to a subject."""
    found: dict[type[models.Model], str] = {}
    queue: deque[tuple[type[models.Model], str]] = deque([(Subject, "")])
    while queue:
        target, way = queue.popleft()
        for model in (each for name in OURS for each in apps.get_app_config(name).get_models()):
            field = next((f for f in model._meta.concrete_fields if f.related_model is target), None)
            if field is None or model in found or model in (Subject, *OWN):
                continue
            found[model] = f"{field.name}__{way}" if way else field.name
            queue.append((model, found[model]))
    return found


class Mask:
    """What replaces a text: a mark in free text; elsewhere no value, with the missing code for unknown."""

    def __init__(self, redaction: Redaction) -> None:
        self.text = redaction.text
        self.mark = f"[redacted {redaction.pk}]"
        self.number = redaction.pk
        self._design = redaction.form.design_version.design
        item = self._item(redaction.path)
        self._alike = self._read(item) if item and item.type not in FREE_TEXT else frozenset()

    def _read(self, item: ItemDef) -> frozenset[str]:
        """Return the values that the text was understood as: they give away as much as the text."""
        codelist = self._design.codelist_of(item)
        today = timezone.localdate()
        readings = (
            read_value(item, self.text, unit, None, codelist=codelist, today=today) for unit in _units(item)
        )
        values = (each for reading in readings for each in (reading.value, reading.standard_value))
        return frozenset(str(each) for each in values if each not in (None, "", []))

    def columns(self, row: models.Model, names: Sequence[str]) -> dict[str, object]:
        """Return the columns of the row that hold the text, masked."""
        path = str(getattr(row, "path", "") or "")
        held = {name: getattr(row, name) for name in names}
        if "raw" in held and "standard_value" in held:
            return self._value_columns(held, path)
        masked = {name: self.of(value, path) for name, value in held.items()}
        changed = {name: value for name, value in masked.items() if value != held[name]}
        return {name: _cut(row, name, value) for name, value in changed.items()}

    def _value_columns(self, held: dict, path: str) -> dict[str, object]:
        """Mask a final value, whose columns say one thing together."""
        if not (self._holds(held["raw"]) or self._holds(held["value"])):
            return {}
        if self._is_free(path):
            names = ("raw", "value", "standard_value")
            return {name: self.of(held[name], path) for name in names if self._holds(held[name])}
        return {"raw": "", "value": None, "standard_value": None, "unit": "", "missing": "UNK"}

    def of(self, value: object, path: str) -> object:
        """Return a value without the text, whatever its depth; one that lacks it comes back equal."""
        if isinstance(value, str):
            return value.replace(self.text, self.mark)
        if isinstance(value, list):
            return [self.of(each, path) for each in value]
        if not isinstance(value, dict):
            return value
        said = value.get("raw", value.get("value"))
        if "missing" in value and ("raw" in value or "value" in value) and not self._is_free(path):
            return self._unknown(value) if self._holds(said) else value
        return {
            self.of(key, ""): self.of(each, key if self._item(key) else path) for key, each in value.items()
        }

    def _unknown(self, entry: dict) -> dict:
        emptied = {name: None for name in ("raw", "value", "unit") if name in entry}
        return {**entry, **emptied, "missing": "UNK", "redacted": self.number}

    def _holds(self, value: object) -> bool:
        if isinstance(value, list):
            return any(self._holds(each) for each in value)
        return value is not None and (self.text in str(value) or str(value) in self._alike)

    def _is_free(self, path: str) -> bool:
        item = self._item(path)
        return item is None or item.type in FREE_TEXT

    def _item(self, path: str) -> ItemDef | None:
        try:
            return self._design.item(split_path(str(path))[0])
        except (KeyError, ValueError):
            return None


def _units(item: ItemDef) -> tuple[str | None, ...]:
    return tuple(item.offered_units) or (None,)


def _cut(row: models.Model, name: str, value: object) -> object:
    """Return a masked text no longer than its column takes."""
    most = getattr(row._meta.get_field(name), "max_length", None)
    return value[:most] if most and isinstance(value, str) else value
