"""The clinical data of other systems' files, imported into the design that came of the same system."""

import xml.etree.ElementTree as ET
from collections import Counter

import pytest

from edc.exchange.design_import import import_design
from edc.models import ImportBatch, ItemValue
from edc.services.data_import.batches import request_check, upload_file
from edc.services.data_import.commit import commit_batch, request_commit
from edc.services.data_import.dry_run import check_batch
from edc.services.design import publish_design


@pytest.fixture
def samples(shared_data):
    return shared_data / "odm" / "samples"


@pytest.fixture
def into(samples, tmp_path, system, member):
    """Return a function that publishes the design of one sample and checks the data of another in it."""

    def run(design_file, data_file):
        made = import_design(samples / design_file, tmp_path / "out")
        study = publish_design(design=made.design, actor=system).study
        actor = member("meg", "data_manager", study.sites.first(), study_wide=True)
        content = (samples / data_file).read_bytes()
        batch = upload_file(study=study, file_name="data.xml", chunks=[content], actor=actor)
        request_check(batch=batch, mapping=made.mapping.to_dict(), actor=actor)
        check_batch(batch_id=batch.pk)
        return ImportBatch.objects.get(pk=batch.pk), actor

    return run


def items_of(path):
    """Count the values of an ODM 1.x file by item, independently of the importer."""
    return Counter(
        each.get("ItemOID") for each in ET.parse(path).getroot().iter() if each.tag.endswith("}ItemData")
    )


def committed(batch, actor):
    request_commit(batch=batch, reason="Migration", actor=actor)
    commit_batch(batch_id=batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.problem_en) == ("committed", "")
    return batch.study


def said(batch):
    """Return the reasons of what was not taken, with how often."""
    return Counter(batch.cells.filter(outcome="rejected").values_list("message_en", flat=True))


def test_a_redcap_project_comes_in_with_its_checkboxes(into, samples):
    counts = items_of(samples / "redcap/MultipleChoice.REDCap.xml")
    boxes = sum(number for oid, number in counts.items() if "___" in oid)

    batch, actor = into(*["redcap/MultipleChoice.REDCap.xml"] * 2)

    # The six boxes of one question are one cell; record_id and the form's state are no items.
    assert batch.counts["cells"] == sum(counts.values()) - boxes + boxes // 6
    assert batch.counts["rejected"] == counts["record_id"] + counts["demographics_complete"]
    study = committed(batch, actor)
    assert study.subjects.count() == 50
    source = ET.parse(samples / "redcap/MultipleChoice.REDCap.xml").getroot()
    women = sum(e.get("ItemOID") == "sex" and e.get("Value") == "0" for e in source.iter())
    assert ItemValue.objects.filter(item_oid="IT.DEMOGRAPHICS.SEX", value="0").count() == women
    chosen = ItemValue.objects.filter(item_oid="IT.DEMOGRAPHICS.RACE").values_list("value", flat=True)
    assert {code for codes in chosen for code in codes} == {"0-zero", "1", "2", "3", "4.4", "Five.5"}


def test_a_longitudinal_redcap_project_comes_in_by_event(into, samples):
    batch, actor = into(*["redcap/Visits.REDCap.xml"] * 2)

    study = committed(batch, actor)

    assert study.subjects.count() == 1
    assert {each.form.event.event_oid for each in ItemValue.objects.select_related("form__event")} <= {
        each.oid for each in study.design_versions.first().design.events
    }


def test_openedc_data_come_into_openedc_metadata(into, samples):
    counts = items_of(samples / "openedc/clinicaldata.xml")

    batch, _actor = into("openedc/metadata.xml", "openedc/clinicaldata.xml")

    assert sum(counts.values()) == 1684
    assert batch.counts["cells"] == sum(counts.values())
    assert batch.counts["subjects"] == 90
    taken = batch.counts["accepted"] + batch.counts.get("unchanged", 0) + batch.counts.get("empty", 0)
    assert taken + sum(said(batch).values()) == 1684
    assert all(said(batch))


def test_odm_2_data_with_repeating_groups_come_in_row_by_row(into, samples):
    batch, actor = into(*["cdisc2.0/RepeatingIG-UC-D-Example.xml"] * 2)

    study = committed(batch, actor)

    rows = ItemValue.objects.filter(form__subject__study=study).values_list("row_key", flat=True)
    assert len(rows) == 12  # thirteen ItemData, one of them without a value
    assert len(set(rows)) == 4


def test_rave_s_audit_records_come_in_as_their_last_values(into, samples):
    batch, _actor = into(*["rave/car_message.xml"] * 2)

    # Of 740 ItemData records, 603 items remain when the last word on each counts.
    assert batch.counts["cells"] == batch.counts["accepted"] + batch.counts["empty"] == 603
    assert not said(batch)
