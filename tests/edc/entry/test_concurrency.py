"""Two people, or two tabs, at the same moment: one wins, the other is told, nothing is lost or doubled."""

import threading
from collections.abc import Callable

import pytest
from django.db import connections

from edc.errors import Conflict, DomainError, ItemMoved, NotNow
from edc.models import AuditEvent, Disagreement, DraftItem, FormInstance, Observation, Resolution, Subject
from edc.selectors.audit_chain import Verdict, verify_chain
from edc.services.enrol import enrol_subject
from edc.services.entry import open_draft, save_item, submit_entry
from edc.services.moves import move
from edc.services.reconcile import resolve_disagreement
from tests.factories.entering import RECORDS, entry, form_of, record

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*calls: Callable[[], object]) -> list[object]:
    """Run the calls at the same moment, each on a connection of its own; return results or domain errors."""
    gate = threading.Barrier(len(calls))
    results: list[object] = [None] * len(calls)

    def run(place: int, call: Callable[[], object]) -> None:
        try:
            gate.wait(timeout=20)
            results[place] = call()
        except DomainError as error:
            results[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results


def errors(results: list[object]) -> list[DomainError]:
    return [each for each in results if isinstance(each, DomainError)]


@pytest.fixture
def form(subject, complete):
    complete("FO.IC")
    return form_of(subject, "FO.DM")


def test_two_people_beginning_a_form_get_one_pass_between_them(form, crcs):
    results = at_once(*(lambda actor=actor: open_draft(form=form, actor=actor) for actor in crcs))
    assert [type(each) for each in errors(results)] == [NotNow]
    assert form.drafts.count() == 1


def test_two_people_submitting_at_once_give_one_first_pass(form, crcs):
    whole = record(RECORDS["FO.DM"])
    results = at_once(
        *(lambda actor=actor: submit_entry(form=form, actor=actor, record=whole) for actor in crcs)
    )
    form.refresh_from_db()
    assert not errors(results)  # the one who came second gave the second pass
    assert {each.stream for each in results} == {"entry-1", "entry-2"}
    assert form.status == FormInstance.Status.COMPLETE
    assert verify_chain().broken is None


def test_one_person_submitting_twice_at_once_seals_once(form, crcs):
    for path, raw in RECORDS["FO.DM"].items():
        save_item(form=form, path=path, entry=entry(raw), expected_version=0, actor=crcs[0])
    results = at_once(*[lambda: submit_entry(form=form, actor=crcs[0])] * 2)
    assert len(errors(results)) == 1
    assert Observation.objects.filter(form=form).count() == 1


def test_two_tabs_saving_one_item_keep_one_and_show_both(form, crcs):
    save_item(form=form, path="IT.DM.AGE", entry=entry("50"), expected_version=0, actor=crcs[0])

    def save(raw):
        return lambda: save_item(
            form=form, path="IT.DM.AGE", entry=entry(raw), expected_version=1, actor=crcs[0]
        )

    results = at_once(save("51"), save("52"))
    (moved,) = errors(results)
    assert isinstance(moved, ItemMoved)
    assert isinstance(moved, Conflict)
    assert {moved.saved["raw"], moved.offered["raw"]} == {"51", "52"}
    item = DraftItem.objects.get(draft__form=form)
    assert (item.version, item.entry["raw"]) == (moved.version, moved.saved["raw"]) == (2, moved.saved["raw"])


def test_two_tabs_saving_an_item_first_keep_one(form, crcs):
    open_draft(form=form, actor=crcs[0])
    results = at_once(
        *(
            lambda raw=raw: save_item(
                form=form, path="IT.DM.AGE", entry=entry(raw), expected_version=0, actor=crcs[0]
            )
            for raw in ("51", "52")
        )
    )
    assert [type(each) for each in errors(results)] == [ItemMoved]


def test_subjects_enrolled_at_once_get_different_numbers(site, crcs):
    results = at_once(*(lambda actor=actor: enrol_subject(site=site, actor=actor) for actor in crcs))
    assert not errors(results)
    assert sorted(Subject.objects.values_list("subject_key", flat=True)) == ["01-0001", "01-0002"]


def test_a_disagreement_resolved_at_once_is_resolved_once(form, enter, member):
    enter(form, 1, AGE="58")
    enter(form, 2, AGE="59")
    managers = [member(name, "data_manager") for name in ("meg", "max")]
    found = Disagreement.objects.get(form=form)
    results = at_once(
        *(
            lambda actor=actor: resolve_disagreement(
                disagreement=found, choice="first", entry=None, reason="Source", actor=actor
            )
            for actor in managers
        )
    )
    assert [type(each) for each in errors(results)] == [NotNow]
    assert Resolution.objects.count() == 1


def test_a_stale_status_is_a_conflict(form, crcs):
    stale = FormInstance.objects.get(pk=form.pk)
    open_draft(form=form, actor=crcs[0])
    with pytest.raises(Conflict):
        move(stale, FormInstance.Status.NOT_DONE)


def test_events_recorded_at_once_make_one_chain(form, member):
    people = [member(f"crc-{n}", "crc") for n in range(4)]
    before = AuditEvent.objects.count()
    results = at_once(
        *(lambda actor=actor: enrol_subject(site=form.subject.site, actor=actor) for actor in people)
    )
    assert not errors(results)
    assert AuditEvent.objects.count() == before + 4
    assert verify_chain() == Verdict(None, before + 4, 0)
