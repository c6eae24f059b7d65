"""How pages name a term of a dictionary and the classes above it, in the reader's language."""

from django.utils.translation import get_language

from edc.models import DictionaryTerm


def local_term(term: DictionaryTerm) -> str:
    """Return the term's name in the page's language, the other where that one is empty."""
    return term.en or term.zh if _in_english() else term.zh or term.en


def other_term(term: DictionaryTerm) -> str:
    """Return the term's name in the other language."""
    return term.zh if _in_english() else term.en


def classes(term: DictionaryTerm) -> str:
    """Return the classes above the term, the widest first."""
    first, second = (3, 2) if _in_english() else (2, 3)
    return " › ".join(each[first] or each[second] for each in term.path)


def _in_english() -> bool:
    return (get_language() or "").startswith("en")
