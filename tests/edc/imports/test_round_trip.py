"""What is taken out as long CSV or ODM and brought into an empty study of that design is the same data."""

import pytest

from edc import access
from edc.models import ImportBatch, ItemValue, Membership, Study
from edc.services.data_import import files
from edc.services.data_import.batches import request_check, upload_file
from edc.services.data_import.commit import commit_batch, request_commit
from edc.services.data_import.dry_run import check_batch
from edc.services.design import publish_design
from edc.services.entry import submit_entry
from tests.edc.export.conftest import _exports_of_the_test, freezing, meg, packing  # noqa: F401
from tests.factories.designs import small_design
from tests.factories.entering import form_of, record

FIELDS = ("value", "standard_value", "missing", "raw", "unit", "derived")


@pytest.fixture
def filled(complete, subject, crcs):
    """A subject with units, missing codes, rows, several codes, odd texts and what was typed otherwise."""
    complete("FO.ENR")
    complete("FO.DM", AGE="５８", NOTE='=1+1 "quoted", 中文\n两行', BRTHDAT="1968年5月")
    complete("FO.LBC", LBDAT="2026-06-10 09:30", BILI=("1.4", "mg/dL"), ALB="?UNK")
    items = {
        "IT.TXS.TXLINE": "1",
        "IT.TXS.DRUG[1]": "ATEZO",
        "IT.TXS.DOSE[1]": "1,200",
        "IT.TXS.PARTS[1]": ["BEV", "LENV"],
        "IT.TXS.DRUG[3]": "BEV",
        "IT.TXS.DOSE[3]": "?UNK",
    }
    rows = record(items, {"IG.TXSROW": ["1", "3"]})
    for person in crcs:
        submit_entry(form=form_of(subject, "FO.TXS"), actor=person, record=rows)
    return subject.study


@pytest.fixture
def empty(system):
    """Another study of the same design, without subjects."""
    return publish_design(design=small_design(oid="ChiCTR2600000002"), actor=system).study


def content(study: Study):
    columns = ("subject__subject_key", "event__event_oid", "event__repeat_key", "form_oid", "repeat_key")
    place = [f"form__{each}" for each in columns] + ["item_oid", "row_key"]
    rows = ItemValue.objects.filter(form__subject__study=study).values_list(*place, *FIELDS)
    return {row[: len(place)]: row[len(place) :] for row in rows}


def bring(study, person, name, data):
    Membership.objects.create(user=person, study=study, role="data_manager")
    access.sync_grants(person)
    batch = upload_file(study=study, file_name=name, chunks=[data], actor=person)
    mapping = files.first_mapping(batch, study.design_versions.first().design).to_dict()
    request_check(batch=batch, mapping=mapping | {"subjects": "same_key"}, actor=person)
    check_batch(batch_id=batch.pk)
    batch.refresh_from_db()
    assert batch.counts.get("rejected", 0) == 0, list(batch.cells.filter(outcome="rejected").values())
    request_commit(batch=batch, reason="Round trip", actor=person)
    commit_batch(batch_id=batch.pk)
    batch = ImportBatch.objects.get(pk=batch.pk)
    assert (batch.state, batch.problem_en) == ("committed", "")


@pytest.mark.parametrize(("package", "inside"), [("csv", "data/long.csv"), ("odm", "odm/snapshot.xml")])
@pytest.mark.requirement("I10")
def test_an_export_comes_back_as_the_same_data(filled, empty, freezing, packing, meg, package, inside):  # noqa: F811
    _export, archive = packing(freezing(), package)
    name = next(each for each in archive.namelist() if each.endswith(inside))

    bring(empty, meg, name.rpartition("/")[2], archive.read(name))

    before, after = content(filled), content(empty)
    assert len(before) > 15
    assert after == before
