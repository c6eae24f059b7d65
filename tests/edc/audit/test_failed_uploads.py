"""A service that fails after it stored an upload leaves no file behind, and takes nobody else's away."""

from dataclasses import replace
from pathlib import Path

import pytest

from edc import audit
from edc.errors import InvalidInput
from edc.services import study_documents
from edc.services.data_import import files
from edc.services.data_import.batches import upload_file
from tests.edc.audit.coding_examples import CODING
from tests.edc.audit.consent_examples import CONSENTS
from tests.edc.audit.evidence_examples import EVIDENCE
from tests.edc.audit.safety_examples import SAFETY
from tests.edc.audit.test_every_service_records import World
from tests.edc.audit.training_examples import CONTENT, TERMS
from tests.factories.evidence import pdf

PDF = replace(CONTENT, text_zh="", text_en="", pdf=pdf())
UPLOADS = {
    "consent.scans.add_scan": CONSENTS["consent.scans.add_scan"],
    "consent.versions.upload_version": CONSENTS["consent.versions.upload_version"],
    "evidence.add_page": EVIDENCE["evidence.add_page"],
    "study_documents.publish_document": (
        None,
        lambda w, _: study_documents.publish_document(
            study=w.study, content=PDF, terms=TERMS, actor=w.manager
        ),
    ),
    "data_import.batches.upload_file": (
        None,
        lambda w, _: upload_file(
            study=w.study, file_name="a.csv", chunks=[b"S,AGE\n1,59\n"], actor=w.manager
        ),
    ),
    "dictionaries.load_dictionary": CODING["dictionaries.load_dictionary"],
    "synonyms.check_synonyms": CODING["synonyms.check_synonyms"],
    "lab_ranges.import_ranges": SAFETY["lab_ranges.import_ranges"],
}


@pytest.fixture
def world(member, subject, complete, enter, crcs, system):
    return World(member, subject, complete, enter, crcs, system)


@pytest.fixture
def stored(settings, tmp_path):
    """Every file of the store."""
    settings.ARTIFACT_DIR = tmp_path
    return lambda: [path for path in Path(tmp_path).rglob("*") if path.is_file()]


@pytest.mark.parametrize("service", UPLOADS)
def test_a_file_whose_transaction_fails_is_gone(world, stored, monkeypatch, service):
    prepare, call = UPLOADS[service]
    found = prepare(world) if prepare else None
    assert world.manager
    lay = []

    def fail(**_facts):
        lay.extend(stored())
        raise RuntimeError("the trail is full")

    monkeypatch.setattr(audit, "record", fail)
    with pytest.raises(RuntimeError):
        call(world, found)
    assert len(lay) == 1
    assert stored() == []


def test_a_file_that_cannot_be_read_is_not_kept(world, stored):
    with pytest.raises(InvalidInput):
        upload_file(study=world.study, file_name="a.xlsx", chunks=[b"no sheet"], actor=world.manager)
    assert stored() == []


def failing(*, between: bool):
    with files.gone_on_failure() as kept:
        files.keep([b"a"], kept)
        if between:
            files.keep([b"a"], files.Stored())
        raise RuntimeError


def test_an_equal_file_of_somebody_else_stays(stored):
    with pytest.raises(RuntimeError):
        failing(between=False)
    assert stored() == []
    for between in (True, False):
        with pytest.raises(RuntimeError):
            failing(between=between)
        assert [path.read_bytes() for path in stored()] == [b"a"]
