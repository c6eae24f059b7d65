"""Dictionaries of a study: loaded from its own licensed files, and tied to the items that they code."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from edc import access, audit
from edc.coding.hierarchy import read_hierarchy
from edc.coding.meddra import read_meddra
from edc.coding.terms import Term, in_both, key_of, levels_of
from edc.design.search_keys import usual_keys
from edc.errors import InvalidInput
from edc.exchange.faults import FileFault
from edc.exchange.table_read import open_table
from edc.models import CodedItem, Dictionary, DictionaryTerm, Study, User
from edc.selectors.evaluation import in_language
from edc.services.data_import import files
from edc.services.reasons import required_text

RIGHT = "manage_design"
BATCH = 1000


@dataclass(frozen=True)
class Upload:
    """A file as it comes in: its name and its bytes in pieces."""

    name: str
    chunks: Iterable[bytes]


@dataclass(frozen=True)
class About:
    """What is loaded: the dictionary, its version, and who holds the licence."""

    kind: str
    version: str
    licence: str


def load_dictionary(*, study: Study, about: About, uploads: list[Upload], actor: User) -> Dictionary:
    """Keep a version of a dictionary, whole and unchangeable; MedDRA from one or two ZIPs, one a language.

    Raises InvalidInput naming the line of the file that is wrong; then nothing is kept.
    """
    access.require(actor, RIGHT, study=study)
    version = required_text(about.version, field="version", at_most=30)
    licence = required_text(about.licence, field="licence", at_most=200)
    if about.kind not in Dictionary.Kind.values:
        raise _wrong("kind", _("Choose a dictionary."))
    if study.dictionaries.filter(kind=about.kind, version=version).exists():
        raise _wrong("version", _("This version is loaded already. A version never changes."))
    with files.gone_on_failure() as stored, transaction.atomic():
        kept = [(each.name[:200], files.keep(each.chunks, stored)[0]) for each in uploads]
        return _loaded(study, About(about.kind, version, licence), kept, actor)


def _loaded(study: Study, about: About, kept: list[tuple[str, str]], actor: User) -> Dictionary:
    terms = _terms(about.kind, about.version, kept)
    dictionary = Dictionary.objects.create(
        study=study, kind=about.kind, version=about.version, licence=about.licence, term_count=len(terms),
        files=[{"name": name, "sha256": sha256} for name, sha256 in kept], levels=levels_of(terms.values()),
        loaded_by=actor,
    )  # fmt: skip
    rows = (_row(dictionary, term) for term in terms.values())
    DictionaryTerm.objects.bulk_create(rows, batch_size=BATCH)
    after = {
        "dictionary": str(dictionary), "licence": about.licence, "terms": len(terms),
        "files": dictionary.files,
    }  # fmt: skip
    audit.record(
        actor=actor,
        action="dictionary.loaded",
        target=dictionary,
        place=audit.Place(study=study),
        after=after,
    )
    tie_declared_items(study=study, items=_declared(dictionary), actor=actor)
    return dictionary


def _terms(kind: str, version: str, kept: list[tuple[str, str]]) -> dict[str, Term]:
    if not kept:
        raise _wrong("file", _("Choose the files of the dictionary."))
    try:
        if kind == Dictionary.Kind.MEDDRA:
            read = [_meddra(sha256, version) for _name, sha256 in kept]
        else:
            read = [_table(name, sha256) for name, sha256 in kept]
    except FileFault as fault:
        raise _wrong("file", in_language(fault.text)) from None
    first = read[0]
    for other in read[1:]:
        first = in_both(first, other)
    return first


def _meddra(sha256: str, version: str) -> dict[str, Term]:
    terms, said = read_meddra(files.folder() / sha256)
    if said and said != version:
        raise _wrong("version", _("The file says it is version %(version)s.") % {"version": said})
    return terms


def _table(name: str, sha256: str) -> dict[str, Term]:
    kind = files.kind_of(name)
    if kind == "odm":
        raise _wrong("file", _("Upload the dictionary as Excel (.xlsx) or CSV."))
    table = open_table(files.folder() / sha256, kind)
    return read_hierarchy(table.headings, table.lines())


def _row(dictionary: Dictionary, term: Term) -> DictionaryTerm:
    keys = (key_of(term.zh), key_of(term.en))
    search = " ".join(each for key in keys for each in usual_keys(key))
    path = [[each.level, each.code, each.zh, each.en] for each in term.path]
    return DictionaryTerm(
        dictionary=dictionary, code=term.code, level=term.level, zh=term.zh, en=term.en, key_zh=keys[0],
        key_en=keys[1], search=search, path=path, current=term.current,
    )  # fmt: skip


def _wrong(field: str, words: str) -> InvalidInput:
    return InvalidInput(_("Some fields need correction."), fields={field: words})


def tie_declared_items(*, study: Study, items: Mapping[str, str], actor: User) -> None:
    """Code each of these items, by OID, with the newest loaded dictionary of the kind that is named.

    Called in the transaction that publishes a design with newly declared items, or loads the first dictionary
    of a kind. An item that is coded already stays as it is; afterwards it is a person's decision.
    """
    held = set(study.coded_items.values_list("item_oid", flat=True))
    for item_oid, kind in items.items():
        dictionary = study.dictionaries.filter(kind=kind).order_by("-pk").first()
        if item_oid not in held and dictionary is not None:
            _tie(study, item_oid, None, dictionary, actor)


def _declared(dictionary: Dictionary) -> dict[str, str]:
    """Return what the newest design declares for the dictionary, where it is the first of its kind."""
    study, kind = dictionary.study, dictionary.kind
    version = study.design_versions.order_by("-number").first()
    if version is None or study.dictionaries.filter(kind=kind).exclude(pk=dictionary.pk).exists():
        return {}
    return {oid: each for oid, each in version.design.coded.items() if each == kind}


@transaction.atomic
def set_coded_item(
    *, study: Study, item_oid: str, dictionary: Dictionary | None, actor: User
) -> CodedItem | None:
    """Say that an item is coded with a dictionary from now on, or (None) is coded no more.

    To go on with a newer version of the same dictionary is `change_version`, which takes the codings along.
    """
    access.require(actor, RIGHT, study=study)
    if item_oid not in {item.oid for item in text_items(study)}:
        raise _wrong("item", _("Choose an item of free text."))
    if dictionary is not None and dictionary.study_id != study.pk:
        raise PermissionDenied(RIGHT)
    held = CodedItem.objects.select_for_update(of=("self",)).select_related("dictionary")
    before = held.filter(study=study, item_oid=item_oid).first()
    if before and dictionary and before.dictionary.kind == dictionary.kind != Dictionary.Kind.OTHER:
        raise _wrong("dictionary", _("This item is coded with it already. Change the version instead."))
    return _tie(study, item_oid, before, dictionary, actor)


def _tie(
    study: Study, item_oid: str, before: CodedItem | None, dictionary: Dictionary | None, actor: User
) -> CodedItem | None:
    if before:
        before.delete()
    made = dictionary and CodedItem.objects.create(study=study, item_oid=item_oid, dictionary=dictionary)
    audit.record(
        actor=actor, action="coding.item_set", target=made or study, place=audit.Place(study=study),
        path=item_oid, before=str(before.dictionary) if before else None,
        after=str(dictionary) if dictionary else None,
    )  # fmt: skip
    return made or None


def text_items(study: Study) -> list:
    """Return the free text items of the study's newest design: what can be coded."""
    version = study.design_versions.order_by("-number").first()
    forms = version.design.forms if version else ()
    return [item for form in forms for item in form.items if item.type in ("text", "long_text")]
