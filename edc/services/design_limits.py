"""What of a design is longer than its place in the database: a fault of the document, never of the server."""

from collections.abc import Iterator
from typing import Any

from django.db import models

from edc.design.errors import DesignError
from edc.design.whole import Document
from edc.models import Institution, Site, Study

LANGUAGES = ("zh", "en")


def length_faults(document: Document) -> Iterator[DesignError]:
    """Yield the titles of the study and the names of its sites and their institutions that do not fit."""
    for title in ("title", "short_title"):
        yield from _long(Study, title, document.get("study"), "study", title)
    sites = [each for each in document.get("sites", []) if isinstance(each, dict)]
    for number, site in enumerate(sites):
        yield from _long(Site, "name", site, "sites", f"[{number}].name")
    for key in dict.fromkeys(str(each.get("institution")) for each in sites):
        yield from _too_long(Institution, "key", key, "institutions", key)
        held = document.get("institutions", {}).get(key)
        yield from _long(Institution, "name", held, "institutions", f"{key}.name")


def _long(model: type[models.Model], name: str, held: Any, file: str, field: str) -> Iterator[DesignError]:
    words = held.get(name) if isinstance(held, dict) else None
    if not isinstance(words, dict):
        return
    for language in LANGUAGES:
        text = words.get(language, "")
        yield from _too_long(model, f"{name}_{language}", text, file, f"{field}.{language}")


def _too_long(
    model: type[models.Model], column: str, text: object, file: str, field: str
) -> Iterator[DesignError]:
    most = getattr(model._meta.get_field(column), "max_length", None)
    if most and isinstance(text, str) and len(text) > most:
        zh = f"有 {len(text)} 个字符，最多 {most} 个：改短"
        en = f"Has {len(text)} characters, at most {most} fit: shorten it."
        yield DesignError(file, 1, field, zh, en)
