"""The small design with a form of adverse events and laboratory items, and the models of safety."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from edc.design.items import Code, CodeList, FormDef
from edc.design.study import StudyDesign
from edc.models import ReferenceRange, SafetyCase, SafetyDecision, SafetyReport
from edc.safety.range_table import HEADINGS
from tests.factories.designs import form, item, text
from tests.factories.models import FormInstanceFactory, SiteFactory, UserFactory

TERMS = CodeList("CL.CTCAE", text("CTCAE"), external="ctcae")
GRADES = CodeList("CL.GRADE15", text("Grade"), tuple(Code(n, f"{n}(中)", n) for n in "12345"))
ADVERSE_EVENTS = form(
    "AE",
    repeats="form",
    rows=(
        item("AE", "AETERM", "text", standard="AETERM"),
        item("AE", "AECTCAE", "code", codelist="CL.CTCAE", required="always", standard="AEDECOD"),
        item("AE", "AETOXGR", "code", codelist="CL.GRADE15", required="always", standard="AETOXGR"),
    ),
)

CRITERIA = CodeList(
    "CL.SAECRIT", text("Criteria"), tuple(Code(n, f"{n}(中)", n) for n in ("DTH", "LIFE", "HOSP"))
)
SERIOUS_ITEMS = (
    item("AE", "AEREL", "code", codelist="CL.GRADE15", standard="AEREL"),
    item("AE", "AESER", "yes_no", standard="AESER"),
    item("AE", "AESCRIT", "multi", codelist="CL.SAECRIT", standard="AESDTH..AESMIE"),
)


def adverse_events(design: StudyDesign) -> StudyDesign:
    """Return the design with a form of adverse events whose rows hold a term of CTCAE and its grade."""
    forms = tuple(ADVERSE_EVENTS if each.oid == "FO.AE" else each for each in design.forms)
    made = replace(design, forms=forms, codelists=(*design.codelists, TERMS, GRADES))
    return StudyDesign.from_json(made.to_json())


def serious_events(design: StudyDesign) -> StudyDesign:
    """Return the design whose rows of adverse events say as well whether and why they are serious."""
    made = adverse_events(design)
    form_of_events = made.form("FO.AE")
    (rows,) = form_of_events.item_groups
    whole = replace(form_of_events, item_groups=(replace(rows, items=(*rows.items, *SERIOUS_ITEMS)),))
    forms = tuple(whole if each.oid == "FO.AE" else each for each in made.forms)
    made = replace(made, forms=forms, codelists=(*made.codelists, CRITERIA))
    return StudyDesign.from_json(made.to_json())


def laboratory(design: StudyDesign) -> StudyDesign:
    """Return the design whose chemistry names the analytes of bilirubin and albumin."""
    chemistry = next(each for each in design.forms if each.oid == "FO.LBC")
    forms = tuple(_with_analytes(each) if each is chemistry else each for each in design.forms)
    return StudyDesign.from_json(replace(design, forms=forms).to_json())


def _with_analytes(chemistry: FormDef) -> FormDef:
    named = {"BILI": "LBORRES/BILI", "ALB": "LBORRES/ALB"}
    groups = tuple(
        replace(
            group,
            items=tuple(replace(each, standard=named.get(each.name, each.standard)) for each in group.items),
        )
        for group in chemistry.item_groups
    )
    return replace(chemistry, item_groups=groups)


def range_file(*lines: Mapping[str, str]) -> bytes:
    """Return a CSV file of ranges of bilirubin, each line with its changes."""
    usual = {
        "site": "S01", "laboratory": "Lab A", "analyte": "BILI", "unit": "umol/L", "sex": "", "age_from": "",
        "age_to": "", "low": "3.4", "high": "20.5", "valid_from": "2026-01-01",
    }  # fmt: skip
    rows = [
        ",".join(HEADINGS),
        *(",".join((usual | dict(each))[name] for name in HEADINGS) for each in lines),
    ]
    return "\n".join(rows).encode()


class ReferenceRangeFactory(DjangoModelFactory):
    class Meta:
        model = ReferenceRange

    site = factory.SubFactory(SiteFactory)
    laboratory = "中心检验科"
    analyte = "BILI"
    unit = "umol/L"
    low = Decimal("3.4")
    high = Decimal("20.5")
    valid_from = date(2026, 1, 1)
    file_name = "ranges.xlsx"
    file_sha256 = "0" * 64
    imported_by = factory.SubFactory(UserFactory)


class SafetyCaseFactory(DjangoModelFactory):
    class Meta:
        model = SafetyCase

    form = factory.SubFactory(FormInstanceFactory)
    subject = factory.SelfAttribute("form.subject")
    study = factory.SelfAttribute("subject.study")
    number = factory.Sequence(lambda n: n + 1)
    aware_at = factory.LazyFunction(timezone.now)
    due_at = factory.LazyAttribute(lambda case: case.aware_at + timedelta(hours=24))


class SafetyReportFactory(DjangoModelFactory):
    class Meta:
        model = SafetyReport

    case = factory.SubFactory(SafetyCaseFactory)
    number = 1
    content: Mapping = {"items": {}, "narrative": "Fever since the infusion"}
    content_sha256 = "0" * 64
    submitted_by = factory.SubFactory(UserFactory)


class SafetyDecisionFactory(DjangoModelFactory):
    class Meta:
        model = SafetyDecision

    report = factory.SubFactory(SafetyReportFactory)
    causality = "possible"
    expectedness = "expected"
    action = "none"
    comment = "Known of the drug"
    by = factory.SubFactory(UserFactory)
