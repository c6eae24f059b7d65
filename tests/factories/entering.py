"""Short ways to fill forms of the small design in tests, through the services that the pages use."""

from collections.abc import Callable, Mapping

import pytest

from edc.models import FormInstance, Observation, Subject, User
from edc.services.entry import submit_entry

RECORDS: dict[str, dict] = {
    "FO.IC": {"IT.IC.ICTYPE": "SIGNED", "IT.IC.ICDAT": "2026-06-01"},
    "FO.ENR": {"IT.ENR.ENRDAT": "2026-06-02", "IT.ENR.COHORT": "TARGET", "IT.ENR.INDEXDAT": "2026-06-20"},
    "FO.DM": {"IT.DM.SEX": "F", "IT.DM.AGE": "58"},
    "FO.LBC": {"IT.LBC.BILI": "12.5", "IT.LBC.ALB": "41"},
    "FO.TXS": {"IT.TXS.TXLINE": "1"},
    "FO.AE": {"IT.AE.AETERM": "Proteinuria"},
}


def entry(value: object, unit: str | None = None) -> dict:
    """Return an entry of a value, or of a missing code written as `?ND`."""
    if isinstance(value, str) and value.startswith("?"):
        return {"raw": None, "unit": unit, "missing": value[1:]}
    return {"raw": value, "unit": unit, "missing": None}


def record(values: Mapping[str, object], rows: Mapping[str, list[str]] | None = None) -> dict:
    """Return a form record; a value may be (raw, unit)."""
    items = {path: entry(*each) if isinstance(each, tuple) else entry(each) for path, each in values.items()}
    return {"items": items, "rows": dict(rows or {})}


def form_of(subject: Subject, form_oid: str) -> FormInstance:
    """Return the first instance of a form of the subject, as it now stands."""
    return FormInstance.objects.filter(subject=subject, form_oid=form_oid).order_by("event__ordinal", "pk")[0]


@pytest.fixture
def crcs(member: Callable[..., User]) -> tuple[User, User]:
    """Two data-entry people of the site."""
    return member("ada", "crc"), member("grace", "crc")


@pytest.fixture
def enter(crcs: tuple[User, User]) -> Callable[..., Observation]:
    """Return a function that seals one pass of a form: pass 1 by the first person, pass 2 by the second."""

    def seal(form: FormInstance, number: int = 1, **changes: object) -> Observation:
        values = RECORDS[form.form_oid] | {_path(form, name): each for name, each in changes.items()}
        values = {path: each for path, each in values.items() if each is not None}
        return submit_entry(form=form, actor=crcs[number - 1], record=record(values), source="test")

    return seal


def _path(form: FormInstance, name: str) -> str:
    return form.design_version.design.form(form.form_oid).items_by_name[name].oid


@pytest.fixture
def complete(enter: Callable[..., Observation], subject: Subject) -> Callable[..., FormInstance]:
    """Return a function that completes a form of `subject` by two equal passes, the consent first."""

    def both(form_oid: str, **changes: object) -> FormInstance:
        if form_oid != "FO.IC" and form_of(subject, "FO.IC").status == FormInstance.Status.TO_DO:
            both("FO.IC")
        form = form_of(subject, form_oid)
        for number in (1, 2):
            enter(form, number, **changes)
        return form_of(subject, form_oid)

    return both
