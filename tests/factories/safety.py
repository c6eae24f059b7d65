"""The small design with a form of adverse events and laboratory items, and the models of safety."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

import factory
from factory.django import DjangoModelFactory

from edc.design.items import Code, CodeList, FormDef
from edc.design.study import StudyDesign
from edc.models import ReferenceRange
from edc.safety.range_table import HEADINGS
from tests.factories.designs import form, item, text
from tests.factories.models import SiteFactory, UserFactory

TERMS = CodeList("CL.CTCAE", text("CTCAE"), external="ctcae")
GRADES = CodeList("CL.GRADE15", text("Grade"), tuple(Code(n, f"{n}(中)", n) for n in "12345"))
ADVERSE_EVENTS = form(
    "AE",
    repeats="form",
    rows=(
        item("AE", "AETERM", "text"),
        item("AE", "AECTCAE", "code", codelist="CL.CTCAE", required="always", standard="AEDECOD"),
        item("AE", "AETOXGR", "code", codelist="CL.GRADE15", required="always", standard="AETOXGR"),
    ),
)


def adverse_events(design: StudyDesign) -> StudyDesign:
    """Return the design with a form of adverse events whose rows hold a term of CTCAE and its grade."""
    forms = tuple(ADVERSE_EVENTS if each.oid == "FO.AE" else each for each in design.forms)
    made = replace(design, forms=forms, codelists=(*design.codelists, TERMS, GRADES))
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
