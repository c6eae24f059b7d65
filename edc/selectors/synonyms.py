"""Synonyms of a study: which are in force, and what a file of them would do."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from edc import access
from edc.coding.synonyms import CHANGED, NEW, RETIRED, SAME, TWICE, UNKNOWN
from edc.coding.synonyms import Synonym as Line
from edc.models import Dictionary, DictionaryTerm, Study, Synonym, SynonymFile, User

KEEPS = "manage_design"


@dataclass(frozen=True)
class Finding:
    """What becomes of a line: its outcome, and the code that the words had before."""

    line: Line
    outcome: str
    before: str = ""

    def shown(self) -> list[str | int]:
        return [self.line.line, self.line.words[:300], self.line.code[:40], self.outcome, self.before]


def synonym_files_visible_to(actor: User | None, study: Study | None = None) -> QuerySet[SynonymFile]:
    """Return the files of the studies whose dictionaries the actor keeps."""
    found = SynonymFile.objects.filter(dictionary__study__in=access.studies_for(actor, KEEPS))
    if study is not None:
        found = found.filter(dictionary__study=study)
    return found.select_related("dictionary", "uploaded_by", "committed_by")


def synonyms_in_force(study: Study, kind: str) -> QuerySet[Synonym]:
    """Return the synonyms of the study for a kind of dictionary."""
    return Synonym.objects.filter(study=study, kind=kind, ended_at=None)


def synonym_terms(study: Study, dictionary: Dictionary) -> dict[str, DictionaryTerm]:
    """Return by key the current term of this version that the study's synonyms name."""
    codes = dict(synonyms_in_force(study, dictionary.kind).values_list("key", "code"))
    terms = dictionary.terms.filter(code__in=set(codes.values()), current=True)
    by_code = {term.code: term for term in terms}
    return {key: by_code[code] for key, code in codes.items() if code in by_code}


def findings_of(dictionary: Dictionary, lines: Sequence[Line]) -> list[Finding]:
    """Return what each line would do in the study now, in the order of the file."""
    current = dict(dictionary.terms.values_list("code", "current"))
    held = dict(synonyms_in_force(dictionary.study, dictionary.kind).values_list("key", "code"))
    first: dict[str, str] = {}
    return [_finding(each, current, held, first) for each in lines]


def _finding(line: Line, current: dict[str, bool], held: dict[str, str], first: dict[str, str]) -> Finding:
    if line.fault:
        return Finding(line, line.fault)
    if line.code not in current:
        return Finding(line, UNKNOWN)
    if not current[line.code]:
        return Finding(line, RETIRED)
    said = first.setdefault(line.key, line.code)
    if said != line.code:
        return Finding(line, TWICE, said)
    before = held.get(line.key, "")
    return Finding(line, SAME if before == line.code else CHANGED if before else NEW, before)
