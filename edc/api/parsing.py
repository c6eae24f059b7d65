"""JSON bodies: what the database could not keep is refused at the door."""

from collections.abc import Mapping
from typing import IO

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

DEEPEST = 40


class StrictJSONParser(JSONParser):
    """JSON without NUL characters, lone surrogates or bottomless nesting, in keys and values alike."""

    def parse(
        self, stream: IO, media_type: str | None = None, parser_context: Mapping | None = None
    ) -> object:
        try:
            content = super().parse(stream, media_type, parser_context)
        except RecursionError:
            raise ParseError(_("The body is nested too deeply.")) from None
        refuse_unkept(content)
        return content


def refuse_unkept(content: object, depth: int = 0) -> None:
    """Raise ParseError for text, as key or value, that the database cannot keep, and for endless nesting."""
    if depth > DEEPEST:
        raise ParseError(_("The body is nested too deeply."))
    if isinstance(content, str):
        _check_text(content)
    elif isinstance(content, dict):
        for key, value in content.items():
            _check_text(key)
            refuse_unkept(value, depth + 1)
    elif isinstance(content, list):
        for value in content:
            refuse_unkept(value, depth + 1)


def _check_text(text: str) -> None:
    if "\x00" in text or not _is_unicode(text):
        raise ParseError(_("The body holds characters that cannot be kept: NUL or half a surrogate pair."))


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
