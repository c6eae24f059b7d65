"""Versions of the consent form: two people, fixed afterwards, each site's own day."""

from dataclasses import replace
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse

from edc import jobs, tasks
from edc.errors import InvalidInput, NotNow
from edc.models import ConsentVersion, Notification, Query
from edc.selectors.consents import in_effect, label_in_effect, signed_since, versions_visible_to
from edc.services.consent import period
from edc.services.consent.giving import Given, record_consent
from edc.services.consent.versions import (
    VersionFacts,
    begin_due,
    discard_version,
    publish_version,
    retire_version,
    set_starts,
    upload_version,
)
from tests.edc.web.entry_door import browser
from tests.factories.consents import ConsentFactory, ConsentVersionFactory
from tests.factories.consents import in_effect as taken_up
from tests.factories.evidence import pdf, scan

FACTS = VersionFacts("V2.0", "zh", date(2026, 1, 5), "NFEC-2026-312", date(2026, 1, 20), reconsent=True)


def uploaded(study, actor, **changes):
    return upload_version(study=study, facts=replace(FACTS, **changes), content=pdf(), actor=actor)


def test_one_person_uploads_and_another_publishes(study, manager, second_manager):
    draft = uploaded(study, manager)
    assert not versions_visible_to(second_manager, study).filter(state="published").exists()
    with pytest.raises(PermissionDenied):
        publish_version(version=draft, actor=manager)
    publish_version(version=draft, actor=second_manager)
    draft.refresh_from_db()
    assert (draft.state, draft.published_by) == ("published", second_manager)
    told = Notification.objects.values_list("user__username", "kind")
    assert set(told) == {("max", "consent_submitted"), ("meg", "consent_decided")}


def test_the_database_wants_two_people_too(study, manager):
    draft = uploaded(study, manager)
    with pytest.raises(IntegrityError), transaction.atomic():
        ConsentVersion.objects.filter(pk=draft.pk).update(state="published", published_by=manager)


@pytest.mark.requirement("P5")
def test_what_a_version_says_cannot_be_changed(study, manager):
    draft = uploaded(study, manager)
    for change in ({"label": "V9"}, {"sha256": "1" * 64}, {"reconsent": False}, {"dated": date(2026, 1, 6)}):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            ConsentVersion.objects.filter(pk=draft.pk).update(**change)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"label": " "}, "label"),
        ({"language": "xx"}, "language"),
        ({"approved_on": date(2099, 1, 1)}, "approved_on"),
        ({"dated": date(2026, 1, 21)}, "dated"),
        ({"changes": "x" * 501}, "changes"),
        ({"approval": ""}, "approval"),
    ],
)
def test_a_version_names_what_is_wrong_of_it(study, manager, changes, field):
    with pytest.raises(InvalidInput) as wrong:
        uploaded(study, manager, **changes)
    assert set(wrong.value.fields) == {field}


def test_only_a_pdf_is_a_consent_form(study, manager):
    with pytest.raises(InvalidInput) as wrong:
        upload_version(study=study, facts=FACTS, content=scan(), actor=manager)
    assert set(wrong.value.fields) == {"file"}


def test_a_label_is_there_once_in_a_language_and_again_when_discarded(study, manager, second_manager):
    first = uploaded(study, manager)
    with pytest.raises(InvalidInput):
        uploaded(study, manager)
    with pytest.raises(InvalidInput) as wrong:
        uploaded(study, manager, language="en")
    assert set(wrong.value.fields) == {"reconsent"}
    assert uploaded(study, manager, language="en", reconsent=False).pk
    discard_version(version=first, reason="Page missing", actor=manager)
    with pytest.raises(NotNow):
        publish_version(version=first, actor=second_manager)
    assert uploaded(study, manager, reconsent=False).pk != first.pk


def test_each_site_has_its_own_day(study, site, other_site, manager, day):
    version = ConsentVersionFactory(study=study)
    days = {"version": version, "approval": "S-17", "actor": manager}
    set_starts(sites=[site], effective_from=day(3), **days)
    set_starts(sites=[other_site], effective_from=day(-3), **days)
    assert (in_effect(site), in_effect(other_site)) == (version, None)
    with pytest.raises(InvalidInput):
        set_starts(sites=[site], effective_from=date(2025, 12, 14), **days)
    retire_version(version=version, reason="V2 follows", actor=manager)
    assert in_effect(site) is None
    with pytest.raises(NotNow):
        set_starts(sites=[site], effective_from=day(1), **days)


@pytest.fixture
def signed(subject, site, crc, complete, day):
    """Return a consent to V1.0, in effect for 90 days, that was signed 50 days ago."""
    complete("FO.IC", ICDAT=day(50).isoformat())
    version = taken_up(site, "V1.0", 90)
    return record_consent(subject=subject, version=version, given=Given("Dr Lin"), actor=crc)


def asked(consent):
    return Query.objects.filter(form=consent.form, rule_oid="CONSENT.VERSION", state="open").count()


@pytest.mark.parametrize("most", [50, 0])
def test_a_day_set_into_the_past_asks_who_signed_since_and_moved_back_settles(
    study, site, signed, manager, day, monkeypatch, most
):
    monkeypatch.setattr(period, "MOST_AT_ONCE", most)
    sent = []
    monkeypatch.setattr(jobs, "enqueue", lambda name, **ids: sent.append((name, ids)))
    version = ConsentVersionFactory(study=study, label="V2.0")
    days = {"version": version, "sites": [site], "approval": "S-18", "actor": manager}
    for ago, expected in ((60, 1), (40, 0), (60, 1), (-3, 0)):
        set_starts(effective_from=day(ago), **days)
        for name, ids in sent:
            assert name == tasks.ask_about_consents.name
            tasks.ask_about_consents.apply(kwargs=ids, throw=True)
        assert asked(signed) == expected
    assert bool(sent) == (most == 0)


def test_who_signed_before_the_days_in_question_is_not_looked_at(study, site, signed, day):
    assert signed_since(site, day(50)) == [signed.subject_id]
    assert signed_since(site, day(49)) == []


def test_a_version_counts_until_the_day_it_was_retired(study, site, manager, day):
    taken_up(site, "V1.0", 90)
    mistaken = taken_up(site, "V2.0", 10)
    assert label_in_effect(site, day(0)) == "V2.0"
    retire_version(version=mistaken, reason="Not approved here", actor=manager)
    assert [label_in_effect(site, day(ago)) for ago in (11, 1, 0)] == ["V1.0", "V2.0", "V1.0"]


def test_a_day_stays_once_a_subject_consented(study, site, subject, manager, day):
    version = taken_up(site, "V1.0", 30)
    given = {"version": version, "sites": [site], "approval": "S-17", "actor": manager}
    assert set_starts(effective_from=day(20), **given)[0].effective_from == day(20)
    ConsentFactory(subject=subject, version=version)
    with pytest.raises(NotNow):
        set_starts(effective_from=day(10), **given)


def test_the_worker_tells_a_site_when_its_day_comes(study, site, subject, crc, manager, day):
    ConsentFactory(subject=subject, version=taken_up(site, "V1.0", 60))
    begin_due()
    version = ConsentVersionFactory(study=study, label="V2.0", reconsent=True)
    start = set_starts(version=version, sites=[site], effective_from=day(-1), approval="S-18", actor=manager)[
        0
    ]
    assert not Notification.objects.filter(kind="reconsent_due").exists()
    type(start).objects.filter(pk=start.pk).update(effective_from=day(0))
    assert (begin_due(), begin_due()) == (1, 0)
    told = Notification.objects.filter(kind="reconsent_due")
    assert {(each.user.username, each.about) for each in told} >= {("ada", "V2.0"), ("crc0", "V2.0")}


def test_the_pages_upload_publish_and_set_days(study, site, manager, second_manager, crc, day):
    paper = pdf()
    sent = {
        "label": "V2.0", "language": "zh", "dated": "2026-01-05", "approval": "NFEC-2026-312",
        "approved_on": "2026-01-20", "reconsent": "yes", "file": SimpleUploadedFile("icf.pdf", paper),
    }  # fmt: skip
    browser(manager).post(reverse("consent-versions"), sent)
    version = ConsentVersion.objects.get()
    assert version.reconsent
    assert not version.covers_earlier
    assert browser(crc).get(reverse("consent-version", args=[version.pk])).status_code == 404
    publish = reverse("consent-version-publish", args=[version.pk])
    assert browser(manager).post(publish).status_code == 403
    assert browser(second_manager).post(publish).status_code == 302
    start = {"site": "S01", "effective_from": day(0).isoformat(), "approval": "S-18"}
    browser(manager).post(reverse("consent-version-start", args=[version.pk]), start)
    assert in_effect(site) == version
    assert b"V2.0" in browser(crc).get(reverse("consent-version", args=[version.pk])).content
    answer = browser(crc).get(reverse("consent-version-file", args=[version.pk]))
    assert answer.content == paper
    assert answer["Content-Type"] == "application/pdf"
