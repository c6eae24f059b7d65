"""The imaging app's part in edc's pages: tabs, owed work, the panel, proposals and chips."""

from collections.abc import Callable
from datetime import date

import pytest

from edc import access, extensions
from edc.extensions import ProposedValue
from edc.models import FormInstance, Site, Study, Subject, User
from edc.services.schedule import hold_event
from imaging.models import ImagingStudy
from imaging.services.reads import assign_reads
from imaging.web.extension import ImagingExtension
from tests.imaging.conftest import ball

pytestmark = pytest.mark.django_db


@pytest.fixture
def part() -> ImagingExtension:
    (found,) = (each for each in extensions.registered() if isinstance(each, ImagingExtension))
    return found


@pytest.mark.parametrize(
    ("role", "urls"),
    [
        ("crc", ["/imaging/forms/"]),
        ("monitor", ["/imaging/forms/"]),
        ("radiologist", ["/imaging/reads/"]),
        ("auditor", []),
        ("data_scientist", []),
    ],
)
def test_each_role_gets_its_tabs(
    part: ImagingExtension, member: Callable[..., User], study: Study, role: str, urls: list[str]
) -> None:
    assert [tab.url for tab in part.tabs(held=access.held_in(member("eve", role), study))] == urls


def test_images_are_owed_from_the_visit_until_they_arrive(
    part: ImagingExtension, crc: User, study: Study, form: FormInstance, site: Site, other_site: Site,
    deliver: Callable[..., dict],
) -> None:  # fmt: skip
    assert part.owed(actor=crc, study=study, site=None) == []
    hold_event(event=form.event, held_on=date(2026, 11, 1), actor=crc)

    (owed,) = part.owed(actor=crc, study=study, site=site)
    assert (owed.kind, owed.subject_key, owed.url) == ("upload", "01-0001", f"/imaging/forms/{form.pk}/")
    assert part.owed(actor=crc, study=study, site=other_site) == []

    deliver(ball())
    assert part.owed(actor=crc, study=study, site=None) == []


def test_a_read_is_owed_by_its_reader_under_its_number_alone(
    part: ImagingExtension, member: Callable[..., User], study: Study, deliver: Callable[..., dict]
) -> None:
    deliver(ball())
    readers = (member("lin", "radiologist"), member("chen", "radiologist"))
    manager = member("wang", "data_manager", study_wide=True)
    mine, _other = assign_reads(imaging_study=ImagingStudy.objects.get(), readers=readers, actor=manager)

    (owed,) = part.owed(actor=readers[0], study=study, site=None)

    assert (owed.kind, owed.subject_key, owed.event_name) == ("read", f"RD-{mine.pk:04d}", "")
    assert part.owed(actor=manager, study=study, site=None) == []


def test_the_panel_stands_on_imaging_forms_for_who_may_see_them(
    part: ImagingExtension, crc: User, member: Callable[..., User], form: FormInstance, subject: Subject
) -> None:
    template, context = part.form_panel(actor=crc, form=form)
    assert (template, context["panel"]["may_upload"]) == ("imaging/upload_panel.html", True)
    assert part.form_panel(actor=crc, form=subject.forms.get(form_oid="FO.DM")) is None
    assert part.form_panel(actor=member("eve", "radiologist"), form=form) is None


def offered(part: ImagingExtension, actor: User, form: FormInstance) -> dict[str, ProposedValue]:
    return {each.path.rpartition(".")[2]: each for each in part.proposals(actor=actor, form=form)}


def test_values_are_proposed_from_the_headers_with_their_source(
    part: ImagingExtension, crc: User, form: FormInstance, deliver: Callable[..., dict]
) -> None:
    assert offered(part, crc, form) == {}
    datasets = ball()
    for each in datasets:
        each.Manufacturer, each.ManufacturerModelName = "SIEMENS", "Definition"
        each.ConvolutionKernel, each.ContrastBolusAgent = "Br38f", "Iohexol 350"
    deliver(datasets)

    found = offered(part, crc, form)

    assert {name: each.raw for name, each in found.items()} == {
        "IMDAT": "2024-03-12",
        "IMMOD": "CT",
        "IMUID": ImagingStudy.objects.get().study_instance_uid,
        "IMNSER": "1",
        "IMPHASE": ["PVP"],
        "IMSL": "2",
        "IMSP": "2",
        "IMPX": "1",
        "IMKVP": "120",
        "IMKERN": "Br38f",
        "IMMANU": "SIEMENS Definition",
        "IMCA": "IOHEXOL",
    }
    assert found["IMSL"].unit == "mm"
    assert "0018,0050" in found["IMSL"].source


def test_every_proposed_code_is_of_the_studys_list(
    part: ImagingExtension, crc: User, form: FormInstance, deliver: Callable[..., dict]
) -> None:
    deliver(ball())
    design = form.design_version.design
    definition = design.form("FO.IMA")

    for each in part.proposals(actor=crc, form=form):
        codelist = design.codelist_of(definition.items_by_oid[each.path])
        codes = [each.raw] if isinstance(each.raw, str) else each.raw
        assert codelist is None or set(codes) <= codelist.codes


def test_nobody_without_the_form_gets_its_proposals(
    part: ImagingExtension, member: Callable[..., User], form: FormInstance, deliver: Callable[..., dict]
) -> None:
    deliver(ball())

    assert part.proposals(actor=member("eve", "radiologist"), form=form) == []


def test_chips_tell_the_series_of_many_subjects_in_one_query(
    part: ImagingExtension, crc: User, form: FormInstance, subject: Subject, deliver: Callable[..., dict],
    django_assert_max_num_queries,
) -> None:  # fmt: skip
    deliver(ball())

    with django_assert_max_num_queries(4):
        chips = part.subject_chips(actor=crc, subjects=[subject])

    assert (chips[subject.pk].status, chips[subject.pk].url) == ("img", f"/imaging/forms/{form.pk}/")
