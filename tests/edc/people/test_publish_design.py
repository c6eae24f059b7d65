"""A design is published once for each content, by who may, and found again unchanged."""

import dataclasses
from io import StringIO
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command

from edc.models import DesignVersion, Institution, Site, Study
from edc.models.design import design_of
from edc.services.design import publish_design
from tests.factories.designs import SITES, small_design, text

STUDIES = Path(__file__).resolve().parents[3] / "studies"


def test_the_same_content_is_the_same_version(version, system):
    assert publish_design(design=small_design(), actor=system) == version
    changed = publish_design(design=small_design(title=text("Changed")), actor=system)
    assert (changed.number, changed.study.title_en) == (2, "Changed")
    assert DesignVersion.objects.count() == 2


def test_a_published_design_comes_back_equal(version):
    stored = DesignVersion.objects.get(pk=version.pk)
    assert design_of(stored) == small_design()
    assert design_of(stored).sha256 == stored.sha256


def test_a_site_that_leaves_is_closed_not_deleted(study, system):
    publish_design(design=small_design(sites=SITES[:1]), actor=system)
    assert list(study.sites.values_list("oid", "number", "active")) == [
        ("S01", "01", True), ("S02", "02", False),
    ]  # fmt: skip


def test_an_amendment_renames_a_hospital_for_its_own_study_alone(study, member, system):
    def renamed(name, **changes):
        hospitals = [dataclasses.replace(each, name=text(name)) for each in small_design().institutions]
        sites = [dataclasses.replace(each, name=text(name)) for each in small_design().sites]
        return small_design(institutions=tuple(hospitals), sites=tuple(sites), **changes)

    manager = member("meg", "data_manager", study_wide=True)
    publish_design(design=renamed("Alone"), actor=manager)
    assert set(Institution.objects.values_list("name_en", flat=True)) == {"Alone"}

    other = publish_design(design=small_design(oid="ChiCTR2600000002"), actor=system).study
    held = list(Institution.objects.values_list("key", "name_en"))
    publish_design(design=renamed("Later"), actor=manager)

    assert list(Institution.objects.values_list("key", "name_en")) == held
    assert {each.name_en for each in study.sites.all()} == {"Later"}
    assert "Later" not in {each.name_en for each in other.sites.all()}


@pytest.mark.parametrize("role", ["crc", "monitor", "investigator", "administrator"])
def test_only_who_builds_designs_publishes(study, member, role):
    with pytest.raises(PermissionDenied):
        publish_design(design=small_design(title=text("x")), actor=member("other", role))


def test_a_study_is_founded_by_the_system_alone(member):
    with pytest.raises(PermissionDenied):
        publish_design(design=small_design(oid="ChiCTR2600000002"), actor=member("meg", "data_manager"))


@pytest.mark.django_db
def test_the_five_studies_load_and_load_again():
    folders = sorted(str(path) for path in STUDIES.glob("ChiCTR*"))
    for _time in range(2):
        call_command("load_study", *folders, stdout=StringIO(), skip_checks=True)
    assert (Study.objects.count(), DesignVersion.objects.count()) == (5, 5)
    assert Site.objects.count() == 35


@pytest.mark.django_db
def test_a_faulty_folder_publishes_nothing_and_names_the_fault(tmp_path):
    (tmp_path / "study.yaml").write_text("oid: nothing\n")
    errors = StringIO()
    with pytest.raises(CommandError):
        call_command(
            "load_study", str(tmp_path), f"--library={STUDIES / 'library'}", stderr=errors, skip_checks=True
        )
    assert "study.yaml:1" in errors.getvalue()
    assert not Study.objects.exists()
