"""Examples of the services of coding."""

from edc.models import Dictionary
from edc.services import coding, dictionaries, dictionary_versions, synonyms
from tests.factories.coding import (
    ATC,
    CodedItemFactory,
    CodingFactory,
    DictionaryFactory,
    DictionaryTermFactory,
)

NOTE = "IT.DM.NOTE"
WORDS = "Sham headache"


def a_value(w):
    """A note of a completed form and the term of the study's dictionary that has the same words."""
    dictionary = DictionaryFactory(study=w.study)
    CodedItemFactory(dictionary=dictionary, item_oid=NOTE)
    value = w.complete("FO.DM", NOTE=WORDS).values.get(item_oid=NOTE)
    return value, DictionaryTermFactory(dictionary=dictionary)


def a_coding(w):
    value, term = a_value(w)
    return CodingFactory(form=value.form, verbatim=value.raw, term=term, coder=w.manager)


def two_versions(w):
    old = a_coding(w).term.dictionary
    new = DictionaryFactory(study=w.study)
    return old, new


def atc(w):
    return dictionaries.load_dictionary(
        study=w.study, about=dictionaries.About(Dictionary.Kind.ATC, "2026", "Sham"), actor=w.manager,
        uploads=[dictionaries.Upload("atc.csv", [ATC.encode()])],
    )  # fmt: skip


def checked(w):
    term = DictionaryTermFactory(dictionary=DictionaryFactory(study=w.study))
    return synonyms.check_synonyms(
        dictionary=term.dictionary, file_name="words.csv", actor=w.manager,
        chunks=[f"words,code\nhead ache,{term.code}\n".encode()],
    )  # fmt: skip


CODING = {
    "synonyms.check_synonyms": (None, lambda w, _: checked(w)),
    "synonyms.commit_synonyms": (
        checked,
        lambda w, found: synonyms.commit_synonyms(file=found, actor=w.manager),
    ),
    "synonyms.discard_synonyms": (
        checked,
        lambda w, found: synonyms.discard_synonyms(file=found, actor=w.manager),
    ),
    "coding.code_value": (
        a_value,
        lambda w, found: coding.code_value(value=found[0], term=found[1], actor=w.manager),
    ),
    "coding.auto_code": (a_value, lambda w, _: coding.auto_code(study=w.study, actor=w.manager)),
    "coding.approve_coding": (
        a_coding,
        lambda w, found: coding.approve_coding(coding=found, actor=w.investigator),
    ),
    "coding.send_back_coding": (
        a_coding,
        lambda w, found: coding.send_back_coding(coding=found, reason="Another sense", actor=w.investigator),
    ),
    "dictionaries.load_dictionary": (None, lambda w, _: atc(w)),
    "dictionaries.set_coded_item": (
        lambda w: DictionaryFactory(study=w.study),
        lambda w, found: dictionaries.set_coded_item(
            study=w.study, item_oid=NOTE, dictionary=found, actor=w.manager
        ),
    ),
    "dictionary_versions.change_version": (
        two_versions,
        lambda w, found: dictionary_versions.change_version(old=found[0], new=found[1], actor=w.manager),
    ),
}
