"""The home page's question: what do I owe today?"""

from datetime import timedelta

import pytest
from django.utils import timezone

from edc import selectors
from edc.models import FormInstance
from edc.services.entry import save_item
from edc.services.query import answer_query, raise_query
from edc.services.reconcile import resolve_disagreement
from edc.services.schedule import miss_event
from edc.services.sign import sign_form
from tests.factories.entering import entry, form_of
from tests.factories.models import PASSWORD


def owed(actor, study, *kinds):
    works = selectors.owed_by(actor, study)
    return [(work.kind, work.title, work.event_name) for work in works if not kinds or work.kind in kinds]


def test_a_new_subject_owes_the_forms_whose_visit_is_due(subject, study, crcs):
    titles = [title for _kind, title, _event in owed(crcs[0], study, "entry-1")]
    assert {"IC", "ENR", "DM"} <= set(titles)
    assert all(kind == "entry-1" for kind, *_rest in owed(crcs[0], study))


def test_a_first_pass_becomes_the_other_persons_second(subject, study, crcs, enter):
    enter(form_of(subject, "FO.IC"), 1)
    second = ("entry-2", "IC", "Screening")
    assert second in owed(crcs[1], study)
    assert second not in owed(crcs[0], study)
    assert owed(crcs[1], study)[0] == second  # what blocks the comparison stands first
    enter(form_of(subject, "FO.IC"), 2)
    assert not owed(crcs[1], study, "entry-2")


def test_a_draft_is_owed_by_its_own_person(subject, study, crcs):
    form = form_of(subject, "FO.IC")
    save_item(form=form, path="IT.IC.ICTYPE", entry=entry("SIGNED"), expected_version=0, actor=crcs[0])
    mine = [work for work in selectors.owed_by(crcs[0], study) if work.title == "IC"]
    assert len(mine) == 1
    assert mine[0].url == f"/forms/{form.pk}/"
    assert "IC" not in [title for _kind, title, _event in owed(crcs[1], study)]


def test_a_disagreement_is_owed_by_the_data_manager(subject, study, crcs, enter, member):
    manager = member("meg", "data_manager")
    form = form_of(subject, "FO.IC")
    enter(form, 1)
    enter(form, 2, ICDAT="2026-06-10")
    assert owed(manager, study) == [("disagreement", "IC", "Screening")]
    resolve_disagreement(
        disagreement=form.disagreements.get(), choice="first", entry=None, reason="Source", actor=manager
    )
    assert owed(manager, study) == []


def test_a_complete_form_is_owed_by_the_investigator_until_signed(subject, study, complete, member):
    investigator = member("pi", "investigator")
    form = complete("FO.IC")
    assert ("sign", "IC", "Screening") in owed(investigator, study)
    sign_form(form=form, actor=investigator, password=PASSWORD, meaning="reviewed")
    assert owed(investigator, study, "sign") == []


def test_a_query_is_owed_by_the_site_and_then_by_who_asked(study, complete, crcs, member):
    manager = member("meg", "data_manager")
    query = raise_query(form=complete("FO.IC"), path="", text="Which version?", actor=manager)
    assert owed(crcs[0], study, "query")
    assert not owed(manager, study, "query")
    answer_query(query=query, text="3", actor=crcs[0])
    assert owed(manager, study, "query")
    assert not owed(crcs[0], study, "query")


def test_a_visit_not_yet_due_or_missed_is_not_owed(subject, study, crcs):
    event = subject.events.get(event_oid="SE.BASELINE")
    assert "Baseline" in [name for *_rest, name in owed(crcs[0], study)]
    event.planned_date = timezone.localdate() + timedelta(days=60)
    event.window_start = event.planned_date - timedelta(days=7)
    event.save()
    assert "Baseline" not in [name for *_rest, name in owed(crcs[0], study)]
    event.planned_date = event.window_start = None
    event.save()
    miss_event(event=event, reason="Ill", actor=crcs[0])
    assert "Baseline" not in [name for *_rest, name in owed(crcs[0], study)]
    assert set(event.forms.values_list("status", flat=True)) == {FormInstance.Status.NOT_DONE}


@pytest.mark.parametrize("role", ["auditor", "administrator", "uploader", "radiologist"])
def test_other_roles_owe_no_forms(subject, study, member, role):
    assert owed(member("other", role), study) == []


def test_another_site_owes_nothing_of_this_one(subject, study, member, other_site):
    assert owed(member("far", "crc", other_site), study) == []
