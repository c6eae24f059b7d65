"""XML written straight to a file: elements are closed in order, and nothing is kept in memory."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, TextIO

_TEXT: Final = {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;", ord("\r"): "&#13;"}
_ATTRIBUTE: Final = _TEXT | {ord('"'): "&quot;", ord("\n"): "&#10;", ord("\t"): "&#9;"}
# What XML 1.0 cannot hold in any spelling; no value of a form can contain it and be worth keeping.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NEEDS_CARE = re.compile('[&<>"\r\n\t\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]')


def escaped(text: str) -> str:
    """Return the text as it stands between tags."""
    return _FORBIDDEN.sub("\ufffd", text).translate(_TEXT) if _NEEDS_CARE.search(text) else text


def quoted(text: str) -> str:
    """Return the text as it stands inside a quoted attribute."""
    return _FORBIDDEN.sub("\ufffd", text).translate(_ATTRIBUTE) if _NEEDS_CARE.search(text) else text


class XmlFile:
    """Writes one document; attributes that are None are left out, `xml_lang` becomes `xml:lang`."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        out.write('<?xml version="1.0" encoding="UTF-8"?>\n')

    def start(self, tag: str, **attributes: str | None) -> None:
        self._out.write(f"<{tag}{_attributes(attributes)}>")

    def end(self, tag: str) -> None:
        self._out.write(f"</{tag}>\n")

    def empty(self, tag: str, **attributes: str | None) -> None:
        """Write an element without content."""
        self._out.write(f"<{tag}{_attributes(attributes)}/>")

    def leaf(self, tag: str, text: str, **attributes: str | None) -> None:
        """Write an element with a text."""
        self._out.write(f"<{tag}{_attributes(attributes)}>{escaped(text)}</{tag}>")

    def raw(self, text: str) -> None:
        """Write what is XML already."""
        self._out.write(text)

    @contextmanager
    def inside(self, tag: str, **attributes: str | None) -> Iterator[None]:
        """Write an element around what is written inside."""
        self.start(tag, **attributes)
        yield
        self.end(tag)

    def words(self, tag: str, zh: str, en: str) -> None:
        """Write an element with a text in Chinese and English."""
        with self.inside(tag):
            self.leaf("TranslatedText", zh, xml_lang="zh")
            self.leaf("TranslatedText", en, xml_lang="en")


def _attributes(attributes: dict[str, str | None]) -> str:
    return "".join(
        f' {name.replace("xml_lang", "xml:lang")}="{quoted(value)}"'
        for name, value in attributes.items()
        if value is not None
    )
