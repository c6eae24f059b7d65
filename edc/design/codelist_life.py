"""The life of codes over the published versions of a study: added, retired, never re-meant.

Data hold codes, not words: what a code once meant it must mean for ever.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Any

from edc.design.errors import DesignError
from edc.design.items import Text
from edc.design.study import StudyDesign

# Two wordings that share less than this part of their characters, in both languages, say different things.
LEAST_ALIKE = 0.4
FILE = "codelists"


@dataclass(frozen=True)
class Term:
    """A code as last published: its words, the version that brought it, the version that retired it."""

    code: str
    label: Text
    since: int
    retired_since: int | None = None


Terms = dict[str, dict[str, Term]]


@dataclass(frozen=True)
class Rewording:
    """A published code whose words a document changes."""

    codelist: str
    code: str
    index: int
    before: Text
    after: Text

    @property
    def key(self) -> str:
        """What the reason for the rewording is kept under."""
        return f"{self.codelist}/{self.code}"


def published_terms(versions: Iterable[tuple[int, StudyDesign]]) -> Terms:
    """Return every code that any version had, by codelist; the versions in the order of their numbers."""
    found: Terms = {}
    for number, design in versions:
        for codelist in design.codelists:
            terms = found.setdefault(codelist.oid, {})
            for each in codelist.items:
                known = terms.get(each.code, Term(each.code, each.label, number))
                retired = (known.retired_since or number) if each.retired else None
                terms[each.code] = replace(known, label=each.label, retired_since=retired)
    return found


def rewordings(terms: Terms, codelists: Mapping[str, Any]) -> Iterator[Rewording]:
    """Yield each published code that the codelists of a document word otherwise."""
    for oid, codelist in codelists.items():
        for index, each in enumerate(codelist.get("items") or []):
            before = terms.get(oid, {}).get(str(each.get("code")))
            after = Text(str(each.get("zh", "")), str(each.get("en", "")))
            if before is not None and after != before.label:
                yield Rewording(oid, before.code, index, before.label, after)


def code_faults(
    terms: Terms, codelists: Mapping[str, Any], reasons: Mapping[str, str]
) -> Iterator[DesignError]:
    """Yield codes that were taken out, given another meaning, or reworded without a reason."""
    for oid, codelist in codelists.items():
        present = {str(each.get("code")) for each in codelist.get("items") or []}
        for code in terms.get(oid, {}):
            if codelist.get("items") and code not in present:
                zh = f"代码 {code} 已发布过，不能删除：改为停用"
                en = f"The code {code} was published and cannot be taken out: retire it."
                yield _fault(oid, "items", zh, en)
    for each in rewordings(terms, codelists):
        place = f"items[{each.index}]"
        if is_new_meaning(each, terms[each.codelist]):
            zh = f"代码 {each.code} 原为“{each.before.zh}”，不能改为“{each.after.zh}”：停用它，另加一个代码"
            en = (
                f"The code {each.code} means “{each.before.en}” and cannot mean “{each.after.en}”: "
                "retire it and add another code."
            )
            yield _fault(each.codelist, place, zh, en)
        elif not reasons.get(each.key):
            zh = f"代码 {each.code} 的文字由“{each.before.zh}”改为“{each.after.zh}”：写明意义不变的理由"
            en = f"The code {each.code} is worded otherwise: say why its meaning stays the same."
            yield _fault(each.codelist, place, zh, en)


def synonym_faults(codelists: Mapping[str, Any]) -> Iterator[DesignError]:
    """Yield synonyms that also mean another code of their list: whoever types them would find both."""
    for oid, codelist in codelists.items():
        codes = codelist.get("items") or []
        for index, each in ((n, code) for n, code in enumerate(codes) if code.get("synonyms")):
            taken = {
                word.strip().casefold() for other in codes if other is not each for word in _words(other)
            }
            for word in each["synonyms"]:
                if str(word).strip().casefold() in taken:
                    zh = f"同义词“{word}”也指同一代码表的另一个代码：只留在一处"
                    en = f"The synonym “{word}” also means another code of the list: keep it at one of them."
                    yield _fault(oid, f"items[{index}].synonyms", zh, en)


def _words(code: Mapping[str, Any]) -> Iterator[str]:
    yield from (str(code.get(key, "")) for key in ("code", "zh", "en"))
    yield from map(str, code.get("synonyms") or ())


def is_new_meaning(change: Rewording, terms: Mapping[str, Term]) -> bool:
    """Tell whether new words are those of another code of the list, or unlike the old in both languages."""
    others = [term.label for code, term in terms.items() if code != change.code]
    if any(_same(change.after.zh, each.zh) or _same(change.after.en, each.en) for each in others):
        return True
    return all(
        _alike(change.before[language], change.after[language]) < LEAST_ALIKE for language in ("zh", "en")
    )


def _same(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()


def _alike(one: str, other: str) -> float:
    return SequenceMatcher(None, one.casefold(), other.casefold()).ratio()


def _fault(oid: str, inner: str, zh: str, en: str) -> DesignError:
    return DesignError(FILE, 1, f"{oid}.{inner}", zh, en)
