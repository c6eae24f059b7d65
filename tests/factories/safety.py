"""The small design with a form of adverse events and laboratory items, and the models of safety."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import factory
from factory.django import DjangoModelFactory

from edc.design.items import Code, CodeList
from edc.design.study import StudyDesign
from edc.models import ReferenceRange
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
