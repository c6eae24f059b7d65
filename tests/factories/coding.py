"""Synthetic mini dictionaries and the models of coding; no word of a licensed dictionary."""

import io
import zipfile
from collections.abc import Iterable

import factory
from factory.django import DjangoModelFactory

from edc.models import CodedItem, Coding, Dictionary, DictionaryTerm, Synonym, SynonymFile
from tests.factories.models import SHA, FormInstanceFactory, StudyFactory, UserFactory

# code, name, preferred term, currency
ENGLISH = (
    ("90001", "Sham headache", "90001", "Y"),
    ("90002", "Sham head pain", "90001", "Y"),
    ("90003", "Sham nausea", "90003", "Y"),
    ("90004", "Sham head ailment", "90001", "N"),
)
CHINESE = (
    ("90001", "虚拟头痛", "90001", "Y"),
    ("90002", "虚拟头部疼痛", "90001", "Y"),
    ("90003", "虚拟恶心", "90003", "Y"),
    ("90004", "虚拟头部不适", "90001", "N"),
)
ABOVE = {
    "en": {"90001": ("Head pains", "Head", "Nervous shams"), "90003": ("Gut signs", "Gut", "Gut shams")},
    "zh": {"90001": ("头部疼痛类", "头部", "神经类虚拟"), "90003": ("胃肠征象", "胃肠", "胃肠类虚拟")},
}
LEVEL_CODES = {"90001": ("80001", "70001", "60001"), "90003": ("80003", "70003", "60003")}
ATC = (
    "code,level,name_zh,name_en,parent,current\n"
    "X,ATC1,虚拟药,Sham drugs,,\nX01,ATC2,虚拟止痛药,Sham analgesics,X,\n"
    "X01AA,ATC4,虚拟林,Shamolin,X01,\nX01AB,ATC4,旧虚拟林,Old shamolin,X01,N\n"
)


def meddra_zip(
    terms: Iterable[tuple[str, str, str, str]] = ENGLISH, language: str = "en", version: str = "1.0"
) -> bytes:
    """Return a ZIP of the MedAscii files of a synthetic dictionary, laid out as the real ones are."""
    terms = tuple(terms)
    names = {code: name for code, name, _pt, _current in terms}
    llt = [f"{code}${name}${pt}$$$$$$${current}$$" for code, name, pt, current in terms]
    hierarchy = []
    for pt, codes in LEVEL_CODES.items():
        above = ABOVE[language][pt]
        fields = [pt, *codes, names.get(pt, "?"), *above, "Sham", "", codes[2], "Y"]
        hierarchy.append("$".join(fields) + "$")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("MedAscii/llt.asc", "\r\n".join(llt))
        archive.writestr("MedAscii/mdhier.asc", "\r\n".join(hierarchy))
        archive.writestr("MedAscii/meddra_release.asc", f"{version}$English$$$$")
    return out.getvalue()


class DictionaryFactory(DjangoModelFactory):
    class Meta:
        model = Dictionary

    study = factory.SubFactory(StudyFactory)
    kind = "meddra"
    version = factory.Sequence(lambda n: f"{n}.0")
    licence = "Sham licence 1"
    levels = ["SOC", "LLT"]
    term_count = 1
    loaded_by = factory.SubFactory(UserFactory)


class DictionaryTermFactory(DjangoModelFactory):
    class Meta:
        model = DictionaryTerm

    dictionary = factory.SubFactory(DictionaryFactory)
    code = factory.Sequence(lambda n: f"{n}")
    level = "LLT"
    en = "Sham headache"
    key_en = "sham headache"
    search = "sham headache"
    path = [["SOC", "60001", "", "Nervous shams"]]


class CodedItemFactory(DjangoModelFactory):
    class Meta:
        model = CodedItem

    study = factory.SelfAttribute("dictionary.study")
    item_oid = "IT.DM.NOTE"
    dictionary = factory.SubFactory(DictionaryFactory)


class CodingFactory(DjangoModelFactory):
    class Meta:
        model = Coding

    form = factory.SubFactory(FormInstanceFactory)
    item_oid = "IT.DM.NOTE"
    verbatim = "sham headache"
    term = factory.SubFactory(DictionaryTermFactory)
    method = "manual"
    coder = factory.SubFactory(UserFactory)


class SynonymFileFactory(DjangoModelFactory):
    class Meta:
        model = SynonymFile

    dictionary = factory.SubFactory(DictionaryFactory)
    name = "synonyms.csv"
    sha256 = SHA
    findings_sha256 = SHA
    uploaded_by = factory.SubFactory(UserFactory)


class SynonymFactory(DjangoModelFactory):
    class Meta:
        model = Synonym

    file = factory.SubFactory(SynonymFileFactory)
    study = factory.SelfAttribute("file.dictionary.study")
    kind = factory.SelfAttribute("file.dictionary.kind")
    key = "head ache"
    words = "head ache"
    code = "90001"
