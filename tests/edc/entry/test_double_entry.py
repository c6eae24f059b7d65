"""Two people enter the same form; the differences are found, resolved, and one record results."""

import pytest
from django.core.exceptions import PermissionDenied

from edc.errors import InvalidInput, NotNow
from edc.models import Disagreement, FormInstance, ItemValue, Observation
from edc.services.entry import open_draft, save_item, submit_entry
from edc.services.reconcile import resolve_disagreement
from tests.factories.entering import entry, form_of, record

Status = FormInstance.Status


@pytest.fixture
def form(subject, complete):
    complete("FO.IC")
    return form_of(subject, "FO.DM")


def values_of(form):
    return {value.path: value.value for value in ItemValue.objects.filter(form=form)}


def test_equal_passes_complete_the_form(form, enter):
    enter(form, 1)
    assert form_of(form.subject, "FO.DM").status == Status.FIRST_SEALED
    enter(form, 2)
    form.refresh_from_db()
    assert form.status == Status.COMPLETE
    assert values_of(form) == {"IT.DM.SEX": "F", "IT.DM.AGE": 58}
    assert form.content_sha256


def test_passes_that_differ_only_in_writing_agree(form, enter):
    enter(form, 1, AGE="58", NOTE="ok  then")
    enter(form, 2, AGE=" 58 ", NOTE="ok then ")
    form.refresh_from_db()
    assert form.status == Status.COMPLETE


def test_the_same_person_may_not_enter_both_passes(form, enter, crcs):
    enter(form, 1)
    with pytest.raises(NotNow, match="Another person"):
        open_draft(form=form, actor=crcs[0])
    with pytest.raises(NotNow, match="Another person"):
        enter(form, 1)


def test_the_database_itself_refuses_the_same_person_twice(form, enter, crcs):
    first = enter(form, 1)
    from django.db import IntegrityError, transaction

    with pytest.raises(IntegrityError), transaction.atomic():
        Observation.objects.create(
            form=form, stream="entry-2", observer=crcs[0], content=first.content, content_sha256="0"
        )


def test_only_one_person_holds_a_pass(form, crcs):
    open_draft(form=form, actor=crcs[0])
    with pytest.raises(NotNow, match="entering this pass"):
        open_draft(form=form, actor=crcs[1])


def test_a_draft_is_sealed_as_typed_and_gone(form, crcs):
    saved = save_item(form=form, path="IT.DM.SEX", entry=entry("F"), expected_version=0, actor=crcs[0])
    assert (saved.version, saved.state.progress.filled) == (1, 1)
    save_item(form=form, path="IT.DM.AGE", entry=entry("58"), expected_version=0, actor=crcs[0])
    sealed = submit_entry(form=form, actor=crcs[0])
    assert sealed.content["items"]["IT.DM.AGE"]["raw"] == "58"
    assert not form.drafts.exists()


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"AGE": None}, "IT.DM.AGE"),
        ({"AGE": "200"}, "IT.DM.AGE"),
        ({"AGE": "old"}, "IT.DM.AGE"),
        ({"SEX": "X"}, "IT.DM.SEX"),
        ({"SMOKER": "Y"}, "IT.DM.PACKYRS"),
    ],
)
def test_what_is_impossible_or_required_is_refused_by_name(form, enter, changes, path):
    with pytest.raises(InvalidInput) as refused:
        enter(form, 1, **changes)
    assert path in refused.value.fields
    form.refresh_from_db()
    assert form.status == Status.TO_DO


def test_a_missing_code_answers_a_required_item(form, enter):
    enter(form, 1, AGE="?UNK")
    enter(form, 2, AGE="?UNK")
    assert ItemValue.objects.get(form=form, item_oid="IT.DM.AGE").missing == "UNK"


def test_a_hidden_item_has_no_value(form, enter):
    sealed = enter(form, 1, SMOKER="N", PACKYRS="20")
    assert "IT.DM.PACKYRS" not in sealed.content["items"]


@pytest.mark.parametrize("role", ["monitor", "data_manager", "investigator", "auditor", "uploader"])
@pytest.mark.requirement("P7")
def test_only_data_entry_enters(form, member, role):
    with pytest.raises(PermissionDenied):
        submit_entry(form=form, actor=member("other", role), record=record({"IT.DM.SEX": "F"}))


@pytest.mark.requirement("P6")
def test_a_disagreement_waits_for_a_reasoned_resolution(form, enter, member):
    manager = member("meg", "data_manager")
    enter(form, 1, AGE="58")
    enter(form, 2, AGE="85")
    form.refresh_from_db()
    assert form.status == Status.DISAGREEMENT
    found = Disagreement.objects.get(form=form)
    assert (found.path, found.kind) == ("IT.DM.AGE", "transposition")
    assert values_of(form) == {}

    with pytest.raises(InvalidInput) as refused:
        resolve_disagreement(disagreement=found, choice="first", entry=None, reason=" ", actor=manager)
    assert "reason" in refused.value.fields

    resolve_disagreement(
        disagreement=found, choice="first", entry=None, reason="Source page 2", actor=manager
    )
    form.refresh_from_db()
    assert form.status == Status.COMPLETE
    assert values_of(form)["IT.DM.AGE"] == 58
    assert ItemValue.objects.get(form=form, item_oid="IT.DM.AGE").source_stream == "adjudicated"


def test_a_third_value_must_be_possible(form, enter, member):
    manager = member("meg", "data_manager")
    enter(form, 1, AGE="58")
    enter(form, 2, AGE="59")
    found = Disagreement.objects.get(form=form)
    with pytest.raises(InvalidInput):
        resolve_disagreement(
            disagreement=found, choice="other", entry=entry("300"), reason="s", actor=manager
        )
    resolve_disagreement(disagreement=found, choice="other", entry=entry("60"), reason="s", actor=manager)
    assert values_of(form)["IT.DM.AGE"] == 60
    with pytest.raises(NotNow):
        resolve_disagreement(disagreement=found, choice="first", entry=None, reason="s", actor=manager)


def test_who_entered_a_pass_may_not_resolve(form, enter, member, crcs):
    enter(form, 1, AGE="58")
    enter(form, 2, AGE="59")
    member("ada", "data_manager")
    found = Disagreement.objects.get(form=form)
    with pytest.raises(NotNow, match="entered one of the passes"):
        resolve_disagreement(disagreement=found, choice="first", entry=None, reason="s", actor=crcs[0])
