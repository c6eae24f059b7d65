"""What a person reads on a page: text, attributes that are shown or spoken, and the strings of scripts."""

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser

from django.template.base import Lexer, TokenType

SAID = frozenset({"title", "aria-label", "placeholder", "alt", "label"})
NOT_WORDS = frozenset({"style", "script", "kbd", "code", "samp"})
HAN = re.compile(r"[\u3400-\u9fff]")
VOID = frozenset({"area", "br", "col", "hr", "img", "input", "link", "meta", "path", "rect", "source", "use"})
# Blocks of templates whose content is a class or an attribute.
MARKUP_BLOCK = re.compile(r"block \w+(_class|_attributes|_data)$")


class PageWords(HTMLParser):
    """Collects the words of a page; feed it and read `words`."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._silent: list[str] = []
        self._json = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        # An element with a language of its own says the same once more in the other one.
        if (self._silent and tag not in VOID) or ("lang" in given and tag != "html"):
            self._silent.append(tag)
            return
        self.words += [value for name, value in attrs if name in SAID and value]
        if tag == "input" and given.get("type") in ("submit", "button"):
            self.words.append(given.get("value") or "")
        if tag in NOT_WORDS:
            self._silent.append(tag)
            self._json = tag == "script" and given.get("type") == "application/json"

    def handle_endtag(self, tag: str) -> None:
        if self._silent and self._silent[-1] == tag:
            self._silent.pop()
            self._json = False

    def handle_data(self, data: str) -> None:
        if self._json:
            self.words += texts_of(json.loads(data))
        elif not self._silent:
            self.words.append(data)


def texts_of(value: object) -> Iterator[str]:
    """Yield the texts in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from texts_of(each)


def words_of_page(html: str) -> list[str]:
    """Return the texts of a page, each with its blanks made single."""
    parser = PageWords()
    parser.feed(html)
    return [text for text in (" ".join(each.split()) for each in parser.words) if text]


def words_of_template(source: str) -> list[str]:
    """Return the texts that stand in a template as they are, outside its tags and not translated."""
    kept: list[str] = []
    skipping = ""
    for token in Lexer(source).tokenize():
        words = token.contents.split() if token.token_type == TokenType.BLOCK else []
        if skipping:
            skipping = "" if words[:1] == [skipping] else skipping
        elif words[:1] in (["blocktranslate"], ["comment"]) or MARKUP_BLOCK.match(" ".join(words)):
            skipping = f"end{words[0]}"
        elif token.token_type == TokenType.TEXT:
            kept.append(token.contents)
        if words:
            kept.append(" ")
    return words_of_page("".join(kept))
