"""Every form of every study opens in the browser; each that differs keeps what is typed and is submitted."""

from datetime import date
from html import unescape

import pytest
from django.utils import timezone

from edc.design.items import ItemDef
from edc.design.study import StudyDesign
from edc.models import DraftItem, FormInstance, Subject
from edc.rules.subject_values import split_path
from edc.services.enrol import enrol_subject
from edc.services.entry import submit_entry
from edc.services.schedule import add_event, add_form
from modeling.demo.records import plausible_record
from tests.edc.web.entry_door import browser, get, post, save
from tests.studies import REGISTERED, study_design

DAY = date(2026, 6, 1)
CONSENT = {"IT.IC.ICTYPE": "SIGNED"}


@pytest.fixture(params=REGISTERED)
def design(request: pytest.FixtureRequest) -> StudyDesign:
    return study_design(request.param)


def one_of_each_form(subject: Subject, actor) -> list[FormInstance]:
    """Return the first instance of each form of the design, adding the visits and forms not there yet."""
    found: dict[str, FormInstance] = {}
    for each in subject.forms.order_by("event__ordinal", "event__repeat_key", "ordinal", "pk"):
        found.setdefault(each.form_oid, each)
    for event in subject.design_version.design.events:
        for planned in event.forms:
            if planned.form not in found:
                held = subject.events.filter(event_oid=event.oid).first() or add_event(
                    subject=subject, event_oid=event.oid, held_on=timezone.localdate(), actor=actor
                )
                made = held.forms.filter(form_oid=planned.form).first()
                found[planned.form] = made or add_form(event=held, form_oid=planned.form, actor=actor)
    return list(found.values())


def test_every_form_opens_saves_and_submits(design, site, member):
    actor = member("ada", "crc")
    subject = enrol_subject(site=site, actor=actor)
    client = browser(actor)
    consent = subject.forms.get(form_oid="FO.IC")
    submit_entry(form=consent, actor=actor, record=plausible_record(form=consent, wanted=CONSENT, day=DAY))
    assert get(client, consent).status_code == 200

    for form in one_of_each_form(subject, actor):
        if form.pk != consent.pk:
            open_page(client, form)
            if as_in_no_study_before(design, form.form_oid):
                enter(client, form)


def as_in_no_study_before(design: StudyDesign, form_oid: str) -> bool:
    """Tell whether the form with its checks and codelists differs from that of each study tried before."""
    before = REGISTERED[: REGISTERED.index(design.oid)]
    return content(design, form_oid) not in [content(study_design(oid), form_oid) for oid in before]


def content(design: StudyDesign, form_oid: str) -> tuple[object, ...] | None:
    form = next((each for each in design.forms if each.oid == form_oid), None)
    codelists = tuple(design.codelist_of(item) for item in form.items) if form else ()
    return form and (form, design.rules_for(form_oid), codelists, design.entry_mode(form_oid))


def open_page(client, form: FormInstance) -> None:
    page = get(client, form)
    assert page.status_code == 200, form.form_oid
    text = unescape(page.content.decode())
    items = form.design_version.design.form(form.form_oid).items
    assert all(item.label.en in text for item in items), form.form_oid


def enter(client, form: FormInstance) -> None:
    definition = form.design_version.design.form(form.form_oid)
    record = plausible_record(form=form, wanted={}, day=DAY)
    for group in definition.item_groups:
        if group.repeating:
            answer = post(client, "form-rows", form, group=group.oid)
            assert (answer.status_code, answer.json()["key"]) == (200, "1"), answer.content
            assert 'data-row="1"' in answer.json()["html"]
    if not record["items"]:
        record["items"] = any_item(form)
    typed = one_of_each_type(form, record["items"])
    keep(client, form, typed)
    if record["items"]:
        begin_with(form, {path: each for path, each in record["items"].items() if path not in typed})
        seal(client, form, record["items"])


def one_of_each_type(form: FormInstance, entries: dict[str, dict]) -> dict[str, dict]:
    """Return the first entry of each item type, of what is answered and of what has a missing code."""
    found = {}
    for path, entry in entries.items():
        kind = form.design_version.design.item(split_path(path)[0]).type
        found.setdefault((kind, entry["missing"] is None), path)
    return {path: entries[path] for path in found.values()}


def begin_with(form: FormInstance, entries: dict[str, dict]) -> None:
    """Lay the other entries into the draft at once: each type has been sent through the door before."""
    draft = form.drafts.get()
    DraftItem.objects.bulk_create(
        DraftItem(draft=draft, path=path, entry=each) for path, each in entries.items()
    )


def keep(client, form: FormInstance, entries: dict[str, dict], version: int = 0) -> None:
    for path, entry in entries.items():
        answer = save(client, form, path, entry, version)
        assert answer.status_code == 200, (form.form_oid, path, answer.content.decode())
        assert answer.json()["version"] == version + 1, (form.form_oid, path, answer.json()["items"][path])
        assert answer.json()["items"][path]["shape"] in ("done", "soft", "na", "over"), path


def seal(client, form: FormInstance, entries: dict[str, dict]) -> None:
    """Submit, giving another answer to what a hard check refuses: what follows is asked and given in turn."""
    versions = dict.fromkeys(entries, 1)
    for _round in range(6):
        answer = post(client, "form-submit", form)
        if answer.status_code == 200:
            break
        assert answer.status_code == 422, answer.content.decode()
        for path in answer.json()["errors"]:
            item = form.design_version.design.item(split_path(path)[0])
            entry = another(item, entries.get(path))
            keep(client, form, {path: entry}, versions.get(path, 0))
            entries[path], versions[path] = entry, versions.get(path, 0) + 1
    assert answer.status_code == 200, (form.form_oid, answer.content.decode())
    form.refresh_from_db()
    assert form.status in ("first_sealed", "complete")


def another(item: ItemDef, entry: dict | None) -> dict:
    """Return the other answer to a yes-or-no question, a missing code for anything else."""
    if item.type == "yes_no":
        return {"raw": "N" if entry and entry["raw"] == "Y" else "Y", "unit": None, "missing": None}
    return {"raw": None, "unit": None, "missing": "ND"}


def any_item(form: FormInstance) -> dict[str, dict]:
    """Return a missing code for the first item that a person types, for forms that require nothing."""
    definition = form.design_version.design.form(form.form_oid)
    for item in definition.items:
        if item.is_typed_in and not item.show_when:
            path = f"{item.oid}[1]" if item.name in definition.repeating_names else item.oid
            assert split_path(path)[0] == item.oid
            return {path: {"raw": None, "unit": None, "missing": "ND"}}
    return {}
