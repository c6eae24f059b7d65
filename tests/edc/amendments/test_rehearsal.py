"""A rehearsal tells what an amendment would do to each subject and leaves no trace in the data."""

import pytest

from edc import audit
from edc.models import AuditEvent, FormInstance, ItemValue, Observation, Rehearsal
from edc.selectors.subject_state import subject_state
from edc.services.amendment import cancel_rehearsal, request_rehearsal
from edc.services.query import raise_query
from edc.services.verify import verify_form
from tests.factories.amendments import amended_design
from tests.factories.designs import design_with_new_formula
from tests.factories.entering import form_of

pytestmark = pytest.mark.django_db


def effects(line):
    return {(each["kind"], each.get("path", "")) for each in line.effects}


@pytest.fixture
def rehearsal(entered, member, rehearsed):
    monitor = member("mo", "monitor")
    raise_query(form=form_of(entered, "FO.DM"), path="IT.DM.NOTE", text="Legible?", actor=monitor)
    verify_form(form=form_of(entered, "FO.DM"), actor=monitor)
    return rehearsed()


def test_each_effect_is_named(rehearsal, entered):
    line = rehearsal.lines.get()
    assert effects(line) >= {
        ("form_migrated", ""),
        ("value_dropped", "IT.DM.NOTE"),
        ("value_missing", "IT.DM.HEIGHT"),
        ("value_out_of_range", "IT.DM.AGE"),
        ("value_converted", "IT.LBC.BILI"),
        ("query_opened", "IT.LBC.ALB"),
        ("query_opened", "IT.DM.HEIGHT"),
        ("query_closed", "IT.DM.NOTE"),
        ("sdv_broken", "IT.DM.NOTE"),
        ("event_withdrawn", ""),
        ("form_added", ""),
        ("derived_changed", "IT.LBC.ALBI"),
    }
    assert line.counts["form_migrated"] == 2
    assert (line.subject, line.obstacle) == (entered, "")
    assert rehearsal.counts == {str(line.site_id): {**line.counts, "subjects": 1}}


def test_nothing_of_it_stays_in_the_data(entered, later, rehearsed, version):
    before = subject_state(entered)
    rows = [model.objects.count() for model in (ItemValue, Observation, FormInstance)]
    rehearsal = rehearsed()
    entered.refresh_from_db()
    assert rehearsal.state == Rehearsal.State.DONE
    assert subject_state(entered) == before
    assert [model.objects.count() for model in (ItemValue, Observation, FormInstance)] == rows
    assert not AuditEvent.objects.filter(action="subject.migrated").exists()
    assert (entered.design_version, rehearsal.lines.count()) == (version, 1)


def test_no_entered_value_is_kept_in_it(rehearsal):
    """A value masked later by a redaction must not live on here."""
    assert "As told" not in str(rehearsal.lines.get().effects)


def test_the_same_data_give_the_same_hash(entered, rehearsed):
    first, second = rehearsed(), rehearsed()
    assert first.content_sha256 == second.content_sha256
    assert first.pair_sha256 == second.pair_sha256
    assert first.lines.get().effects_sha256 == audit.digest(first.lines.get().effects)


def test_forms_that_the_versions_do_not_differ_in_keep_pin_and_signature(entered, system, rehearsed):
    from edc.services.design import publish_design  # noqa: PLC0415 - the other amendment

    formula = publish_design(design=design_with_new_formula(), actor=system)
    line = rehearsed(version=formula).lines.get()
    assert line.counts["form_migrated"] == 1
    assert {each["path"] for each in line.effects if each["kind"] == "derived_changed"} == {"IT.LBC.ALBI"}


def test_another_site_is_left_out_where_one_is_chosen(entered, other_site, rehearsed):
    assert rehearsed(site=other_site).lines.count() == 0


def test_one_rehearsal_at_a_time_and_it_can_be_cancelled(later, manager):
    asked = request_rehearsal(version=later, site=None, actor=manager)
    with pytest.raises(Exception, match="under way"):
        request_rehearsal(version=later, site=None, actor=manager)
    cancel_rehearsal(rehearsal=asked, actor=manager)
    asked.refresh_from_db()
    assert asked.state == Rehearsal.State.CANCELLED


def test_the_first_version_amends_nothing(study, version, manager):
    assert amended_design().sha256 != version.sha256
    with pytest.raises(Exception, match="amends nothing"):
        request_rehearsal(version=version, site=None, actor=manager)
