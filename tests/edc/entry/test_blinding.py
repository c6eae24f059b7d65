"""Nothing of one pass reaches the other person, nor anybody before both are sealed."""

import json

import pytest

from edc import selectors
from edc.errors import NotNow
from edc.models import AuditEvent, FormInstance
from edc.services.entry import open_draft, save_item, submit_entry
from tests.factories.entering import entry, form_of

# Not a number that the hexadecimal digits of a hash are likely to hold.
SECRET = "101"


@pytest.fixture
def form(subject, complete):
    complete("FO.IC")
    return form_of(subject, "FO.DM")


@pytest.fixture
def readers(member, crcs):
    roles = ["data_manager", "monitor", "investigator", "auditor", "clinician", "administrator"]
    return [crcs[1], *(member(role, role, study_wide=True) for role in roles)]


def everything(actor, form):
    """All that the selectors give the actor about entered values, as one text."""
    trail = selectors.audit_visible_to(actor)
    shown = [
        [draft.pk for draft in [selectors.own_draft(actor, form)] if draft],
        [each.content for each in selectors.observations_visible_to(actor).filter(form=form)],
        [[each.value, each.raw] for each in selectors.values_visible_to(actor).filter(form=form)],
        [
            [each.first_entry, each.second_entry]
            for each in selectors.disagreements_visible_to(actor).filter(form=form)
        ],
        [[event.before, event.after, event.reason] for event in trail],
        selectors.form_state(form, actor).record,
        [each.text_en for each in selectors.queries_visible_to(actor)],
    ]
    return json.dumps(shown)


def test_a_draft_is_its_own_persons_only(form, crcs, readers):
    save_item(form=form, path="IT.DM.AGE", entry=entry(SECRET), expected_version=0, actor=crcs[0])
    assert SECRET in json.dumps(selectors.form_state(form, crcs[0]).record)
    for reader in readers:
        assert SECRET not in everything(reader, form), reader.username


@pytest.mark.requirement("N12")
def test_a_sealed_first_pass_is_its_own_persons_only(form, enter, crcs, readers):
    enter(form, 1, AGE=SECRET)
    form.refresh_from_db()
    assert SECRET in everything(crcs[0], form)
    for reader in readers:
        assert SECRET not in everything(reader, form), reader.username


def test_while_passes_disagree_only_who_resolves_sees_both(form, enter, crcs, readers):
    enter(form, 1, AGE=SECRET)
    enter(form, 2, AGE="78")
    form.refresh_from_db()
    seeing = {reader.username for reader in readers if SECRET in everything(reader, form)}
    assert seeing == {"data_manager"}


def test_after_reconciliation_the_trail_shows_the_passes(form, enter, readers):
    enter(form, 1, AGE=SECRET)
    enter(form, 2, AGE=SECRET)
    auditor = next(reader for reader in readers if reader.username == "auditor")
    events = selectors.audit_visible_to(auditor).filter(action="entry.submitted", target_id=str(form.pk))
    assert [event.after["content"]["items"]["IT.DM.AGE"]["raw"] for event in events] == [SECRET, SECRET]


def test_withheld_values_cannot_be_read_as_columns(form, enter, member):
    enter(form, 1, AGE=SECRET)
    trail = selectors.audit_visible_to(member("aud", "auditor", study_wide=True))
    for names in ([], ["after"], ["before", "at"], ["reason"]):
        with pytest.raises(TypeError):
            trail.values(*names)
        with pytest.raises(TypeError):
            trail.values_list(*names)
    assert list(trail.values_list("action", flat=True))


def test_the_refusal_of_a_second_entry_tells_no_value(form, enter, crcs):
    enter(form, 1, AGE=SECRET)
    with pytest.raises(NotNow) as refused:
        open_draft(form=form, actor=crcs[0])
    assert SECRET not in str(refused.value)
    with pytest.raises(NotNow) as refused:
        submit_entry(form=form, actor=crcs[1])
    assert SECRET not in str(refused.value)


@pytest.mark.requirement("E3")
def test_every_event_with_entered_values_is_marked_blinded(form, enter, crcs):
    save_item(form=form, path="IT.DM.AGE", entry=entry(SECRET), expected_version=0, actor=crcs[0])
    enter(form, 1, AGE=SECRET)
    form.refresh_from_db()
    assert form.status == FormInstance.Status.FIRST_SEALED
    telling = [
        event for event in AuditEvent.objects.all() if SECRET in json.dumps([event.before, event.after])
    ]
    telling = [event for event in telling if event.target_id == str(form.pk)]
    assert telling
    assert all(event.blinded == "entry-1" for event in telling)


def test_another_site_sees_nothing(form, enter, member, other_site):
    enter(form, 1)
    enter(form, 2)
    for role in ("crc", "data_manager", "monitor", "investigator"):
        stranger = member(f"far-{role}", role, other_site)
        assert not selectors.subjects_visible_to(stranger).exists()
        assert not selectors.forms_visible_to(stranger).exists()
        assert not selectors.events_visible_to(stranger).exists()
        assert not selectors.values_visible_to(stranger).exists()
        assert not selectors.observations_visible_to(stranger).exists()


@pytest.mark.parametrize("actor", [None])
def test_nobody_sees_nothing(form, actor):
    for selector in (
        selectors.studies_visible_to,
        selectors.subjects_visible_to,
        selectors.forms_visible_to,
        selectors.events_visible_to,
        selectors.observations_visible_to,
        selectors.values_visible_to,
        selectors.disagreements_visible_to,
        selectors.queries_visible_to,
        selectors.audit_visible_to,
    ):
        assert not selector(actor).exists()
