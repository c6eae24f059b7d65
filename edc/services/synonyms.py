"""Synonyms from a file: checked first, and the very same file committed afterwards, or given up."""

from collections import Counter
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from edc import access, audit
from edc.coding.synonyms import CHANGED, FAULTS, NEW, read_synonyms
from edc.errors import Conflict, InvalidInput, NotHeld, NotNow
from edc.exchange.faults import FileFault
from edc.exchange.table_read import open_table
from edc.models import Dictionary, Study, Synonym, SynonymFile, User
from edc.selectors.evaluation import in_language
from edc.selectors.synonyms import KEEPS, Finding, findings_of, synonyms_in_force
from edc.services.data_import import files
from edc.services.moves import move

State = SynonymFile.State
MOST_SHOWN = 500
BATCH = 1000


def check_synonyms(
    *, dictionary: Dictionary, file_name: str, chunks: Iterable[bytes], actor: User
) -> SynonymFile:
    """Keep a CSV or Excel file of words and codes with what it would do; nothing of it is in force yet.

    Raises InvalidInput naming `file` where it is no such table; then the file is not kept. Raises NotNow for
    a dictionary of no known kind: what serves one of them says nothing of the next.
    """
    access.require(actor, KEEPS, study=dictionary.study)
    if dictionary.kind == Dictionary.Kind.OTHER:
        raise NotNow(_("Only dictionaries of a known kind have synonyms: MedDRA, WHODrug, ATC, ICD-10."))
    kind = files.kind_of(file_name)
    if kind == "odm":
        raise _wrong(_("Upload the synonyms as Excel (.xlsx) or CSV."))
    with files.gone_on_failure() as stored, transaction.atomic():
        sha256, _size = files.keep(chunks, stored)
        found = _findings(dictionary, file_name, sha256)
        told = sorted(found, key=lambda each: each.outcome not in FAULTS)
        made = SynonymFile.objects.create(
            dictionary=dictionary, name=file_name[-200:], sha256=sha256, counts=_counts(found),
            findings=[each.shown() for each in told[:MOST_SHOWN]], findings_sha256=_digest(found),
            uploaded_by=actor,
        )  # fmt: skip
        audit.record(
            actor=actor, action="synonyms.checked", target=made,
            place=audit.Place(study=dictionary.study), after=_about(made),
        )  # fmt: skip
    return made


def _findings(dictionary: Dictionary, name: str, sha256: str) -> list[Finding]:
    try:
        table = open_table(files.folder() / sha256, files.kind_of(name))
        return findings_of(dictionary, read_synonyms(table.headings, table.lines()))
    except FileFault as fault:
        raise _wrong(in_language(fault.text)) from None


def _wrong(words: str) -> InvalidInput:
    return InvalidInput(_("Some fields need correction."), fields={"file": words})


def _counts(found: Iterable[Finding]) -> dict[str, int]:
    return dict(Counter(each.outcome for each in found))


def _digest(found: Iterable[Finding]) -> str:
    return audit.digest([each.shown() for each in found])


def _about(made: SynonymFile) -> dict[str, object]:
    return {
        "file": made.name, "sha256": made.sha256, "dictionary": str(made.dictionary), "counts": made.counts
    }  # fmt: skip


@transaction.atomic
def commit_synonyms(*, file: SynonymFile, actor: User) -> SynonymFile:
    """Put the synonyms of a checked file in force, all of them; one that says another code ends the earlier.

    Raises NotNow where a line is faulty, NotHeld where the file is not the one that was checked, and
    Conflict where the check would say something else today.
    """
    study = file.dictionary.study
    access.require(actor, KEEPS, study=study)
    Study.objects.select_for_update(no_key=True).get(pk=study.pk)
    if any(file.counts.get(name) for name in FAULTS):
        raise NotNow(_("Some lines are faulty. Correct them and upload the file again."))
    found = _findings(file.dictionary, file.name, _same_file(file))
    if _digest(found) != file.findings_sha256:
        raise Conflict(_("The dictionary or the synonyms changed since the check. Upload the file again."))
    move(file, State.COMMITTED, committed_by=actor, committed_at=timezone.now())
    keys = [each.line.key for each in found if each.outcome == CHANGED]
    for start in range(0, len(keys), BATCH):
        held = synonyms_in_force(study, file.dictionary.kind).filter(key__in=keys[start : start + BATCH])
        held.update(ended_at=timezone.now())
    new = {each.line.key: each.line for each in found if each.outcome in (NEW, CHANGED)}
    Synonym.objects.bulk_create(
        (
            Synonym(
                study=study, kind=file.dictionary.kind, key=each.key, words=each.words, code=each.code,
                file=file,
            )
            for each in new.values()
        ),
        batch_size=BATCH,
    )  # fmt: skip
    audit.record(
        actor=actor, action="synonyms.committed", target=file, place=audit.Place(study=study),
        after=_about(file),
    )  # fmt: skip
    return file


def _same_file(file: SynonymFile) -> str:
    if not files.is_kept(file.sha256):
        raise NotHeld(_("The uploaded file is not in the store any more: upload it again."))
    return file.sha256


@transaction.atomic
def discard_synonyms(*, file: SynonymFile, actor: User) -> SynonymFile:
    """Give a checked file up; nothing of it is in force."""
    study = file.dictionary.study
    access.require(actor, KEEPS, study=study)
    move(file, State.DISCARDED)
    audit.record(
        actor=actor, action="synonyms.discarded", target=file, place=audit.Place(study=study),
        before=_about(file),
    )  # fmt: skip
    return file
