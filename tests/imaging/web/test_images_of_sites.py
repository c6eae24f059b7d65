"""The page of locks takes missing images from what PostgreSQL keeps: the same number as counting forms."""

import random
from dataclasses import replace
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from edc.design.items import Text
from edc.extensions import lock_checks
from edc.models import FormInstance, StudyEvent, Subject
from edc.selectors.owed import LEFT
from imaging.models import DemandedForm, SubjectImages, UploadSession
from tests.factories.imaging import ImagingStudyFactory, SeriesFactory, UploadSessionFactory
from tests.factories.models import (
    DesignVersionFactory,
    FormInstanceFactory,
    SiteFactory,
    StudyEventFactory,
    SubjectFactory,
)

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite keeps no counts of subjects"),
]
TODAY = timezone.localdate()


@pytest.fixture
def forms(version) -> list[FormInstance]:
    """Return the imaging forms of subjects in every state at two sites, some with images or an upload."""
    chance = random.Random(6)
    demanded = list(DemandedForm.objects.filter(design_version=version))
    sites = [SiteFactory(study=version.study), SiteFactory(study=version.study)]
    made = []
    for number in range(24):
        subject = SubjectFactory(
            site=sites[number % 2], study=version.study, design_version=version,
            status=chance.choice(("enrolled", "enrolled", "enrolled", "screen_failed", "withdrawn")),
        )  # fmt: skip
        for each in demanded:
            made.append(form_of(subject, each, chance))
    return made


def form_of(subject: Subject, demanded: DemandedForm, chance: random.Random) -> FormInstance:
    day = chance.choice((None, TODAY, TODAY + timedelta(days=1)))
    event = StudyEventFactory(
        subject=subject, event_oid=demanded.event_oid, planned_date=day,
        status=chance.choice(("held", "planned", "planned", "missed")),
        window_start=day and chance.choice((None, day - timedelta(days=1))),
    )  # fmt: skip
    status = chance.choice(("to_do", "to_do", "complete", "not_done"))
    form = FormInstanceFactory(event=event, form_oid=demanded.form_oid, status=status)
    if chance.random() < 0.4:
        study = ImagingStudyFactory(form=form)
        if chance.random() < 0.7:
            SeriesFactory(imaging_study=study)
    if chance.random() < 0.3:
        UploadSessionFactory(form=form, status=chance.choice(UploadSession.Status.values))
    return form


def test_what_is_kept_equals_what_is_counted(forms):
    study = forms[0].subject.study
    check = next(each for each in lock_checks() if each.key == "images_missing")
    staying = FormInstance.objects.filter(subject__study=study).exclude(subject__status__in=LEFT)
    kept = check.of_sites(study)

    assert len(kept) == 2
    assert kept == check.count(staying, "subject__site")

    StudyEvent.objects.filter(subject__study=study).update(status="held")
    UploadSession.objects.update(status=UploadSession.Status.SUBMITTED)
    later = check.of_sites(study)

    assert sum(later.values()) > sum(kept.values())
    assert later == check.count(staying, "subject__site")


def test_a_form_on_a_version_without_subjects_is_counted_by_both(forms, version):
    study = forms[0].subject.study
    design = replace(version.design, title=Text("第二版", "Second version"))
    newer = DesignVersionFactory(study=study, number=2, content=design.to_json(), sha256=design.sha256)
    FormInstance.objects.filter(subject__study=study).update(design_version=newer)
    check = next(each for each in lock_checks() if each.key == "images_missing")
    staying = FormInstance.objects.filter(subject__study=study).exclude(subject__status__in=LEFT)

    kept = check.of_sites(study)

    assert sum(kept.values()) > 0
    assert kept == check.count(staying, "subject__site")


def test_what_is_counted_anew_is_what_was_kept(forms):
    connection.check_constraints()
    kept = list(SubjectImages.objects.order_by("pk").values())
    SubjectImages.objects.filter(pk=forms[0].subject_id).update(missing=99)
    SubjectImages.objects.filter(pk=forms[-1].subject_id).delete()

    call_command("recount_subjects", stdout=StringIO())

    assert list(SubjectImages.objects.order_by("pk").values()) == kept
