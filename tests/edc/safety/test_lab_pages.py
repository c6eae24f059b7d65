"""Reference ranges on pages: imported by file, withdrawn, and what they say beside a value at entry."""

import re
from datetime import date
from decimal import Decimal
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from edc.models import AuditEvent, ReferenceRange
from edc.selectors.lab_values import lab_findings
from tests.edc.web.entry_door import browser, get, save
from tests.factories.designs import small_design
from tests.factories.entering import entry, form_of
from tests.factories.safety import ReferenceRangeFactory, laboratory, range_file

BILI, ALB = "IT.LBC.BILI", "IT.LBC.ALB"


@pytest.fixture
def design():
    return laboratory(small_design())


@pytest.fixture
def manager(member):
    return browser(member("meg", "data_manager"))


def upload(client, *lines):
    file = SimpleUploadedFile("ranges.csv", range_file(*lines))
    return client.post(reverse("lab-range-import"), {"file": file})


def words(html):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


@pytest.fixture
def chemistry(subject, complete, site):
    """The chemistry of the baseline visit, with a range in force from the beginning of the year."""
    complete("FO.IC")
    ReferenceRangeFactory(site=site)
    return form_of(subject, "FO.LBC")


def test_a_file_of_ranges_comes_into_force_and_each_is_in_the_trail(manager, site, study):
    assert (
        upload(manager, {}, {"analyte": "ALB", "unit": "g/dL", "low": "4", "high": "5.5"}).status_code == 302
    )
    kept = ReferenceRange.objects.get(analyte="ALB")
    assert (kept.site, kept.low, kept.high, kept.unit) == (site, Decimal(4), Decimal("5.5"), "g/dL")
    told = AuditEvent.objects.filter(action="lab_range.imported").values_list("after", flat=True)
    assert [(each["analyte"], each["line"]) for each in told] == [("BILI", 2), ("ALB", 3)]
    page = words(manager.get(reverse("lab-ranges")).content.decode())
    assert "4–5.5 g/dL" in page


def test_one_faulty_cell_keeps_the_whole_file_out_and_is_named(manager, study):
    refused = upload(manager, {}, {"analyte": "ALB", "unit": "mmol/L"}, {"high": "1"})
    assert refused.status_code == 422
    assert set(refused.json()["errors"]) == {"D3", "I4"}
    assert not ReferenceRange.objects.exists()


def test_nobody_imports_for_a_site_of_others(manager, study, other_site):
    refused = upload(manager, {"site": other_site.oid})
    assert set(refused.json()["errors"]) == {"A2"}


def test_a_range_is_withdrawn_with_a_reason_and_judges_no_more(manager, chemistry, member):
    held = ReferenceRange.objects.get()
    url = reverse("lab-range-withdraw", args=[held.pk])
    assert manager.post(url, {"reason": ""}).status_code == 422
    assert manager.post(url, {"reason": "Misread"}).status_code == 302
    assert AuditEvent.objects.get(action="lab_range.withdrawn").reason == "Misread"
    assert lab_findings(chemistry, {BILI: "30"})[BILI].flag == ""
    assert browser(member("ada", "crc")).post(url, {"reason": "no"}).status_code == 404


def test_a_value_is_flagged_as_it_is_typed_in_the_unit_it_is_typed(chemistry, crcs):
    client = browser(crcs[0])
    told = save(client, chemistry, BILI, entry("20.5")).json()["items"][BILI]["lab"]
    assert words(told) == "3.4–20.5 µmol/L"
    told = save(client, chemistry, BILI, entry("2", "mg/dL"), version=1).json()["items"][BILI]["lab"]
    assert words(told).startswith("↑ H 3.4–20.5 µmol/L Grade 2: Blood bilirubin increased")
    assert "x > 1.5 * ULN" in unescape(told)
    assert "no value before treatment" in told
    assert "↑ H" in get(client, chemistry).content.decode()


def test_a_grade_by_number_alone_needs_no_range(chemistry, crcs):
    told = save(browser(crcs[0]), chemistry, ALB, entry("1.9", "g/dL")).json()["items"][ALB]["lab"]
    assert words(told) == "Grade 3: Hypoalbuminemia Alt G CTCAE 5.0: x < 20"


def test_where_the_value_before_treatment_was_high_it_is_the_measure(subject, complete, chemistry, crcs):
    complete("FO.ENR", INDEXDAT="2026-06-20")
    complete("FO.DM")
    complete("FO.LBC", LBDAT="2026-06-10T08:00:00+08:00", BILI="40")
    later = subject.forms.filter(form_oid="FO.LBC").exclude(pk=form_of(subject, "FO.LBC").pk).first()
    values = {"IT.LBC.LBDAT": "2026-07-10T08:00:00+08:00"}
    graded = {
        value: lab_findings(later, values | {BILI: value})[BILI].grades for value in ("40", "60", "60.1")
    }
    assert [[each.grade for each in grades] for grades in graded.values()] == [[], [1], [2]]
    (found,) = graded["60"]
    assert (found.base, found.base_day, found.rule) == (Decimal(40), date(2026, 6, 10), "x > BASE")


def test_a_range_for_women_holds_for_a_woman_of_the_age(subject, complete, chemistry, site):
    ReferenceRange.objects.update(sex="F", age_from=18, age_to=58)
    ReferenceRangeFactory(site=site, sex="F", age_from=58, high=Decimal(25))
    complete("FO.DM", SEX="F", AGE="58")
    assert lab_findings(chemistry, {BILI: "24"})[BILI].flag == ""
    assert lab_findings(chemistry, {BILI: "26"})[BILI].range.high == Decimal(25)


def test_the_sheet_of_verification_shows_the_flag(complete, chemistry, member):
    form = complete("FO.LBC", BILI="30")
    page = browser(member("mo", "monitor")).get(reverse("form-verification", args=[form.pk]))
    assert "↑ H" in page.content.decode()
