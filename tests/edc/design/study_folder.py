"""A small study on disk that a test can bend before reading it."""

from pathlib import Path
from typing import Any

import yaml

from edc.design.errors import DesignError, DesignErrors
from edc.design.reader import read_study
from edc.design.study import StudyDesign

STUDY = "ChiCTR2600000001"


def text(english: str) -> dict[str, str]:
    return {"zh": f"{english}(中)", "en": english}


def item(name: str, kind: str, **more: Any) -> dict[str, Any]:
    form = more.pop("form", "DM")
    return {"oid": f"IT.{form}.{name}", "name": name, "label": text(name), "type": kind, **more}


def form(name: str, items: list[dict[str, Any]], *, repeats: str = "event", **rows: Any) -> dict[str, Any]:
    groups = [{"oid": f"IG.{name}", "name": text(name), "repeating": False, "items": items}]
    if rows:
        groups.append(
            {"oid": f"IG.{name}.ROWS", "name": text("rows"), "repeating": True, "items": rows["rows"]}
        )
    return {
        "oid": f"FO.{name}",
        "name": text(name),
        "domain": "ZZ",
        "repeats": repeats,
        "item_groups": groups,
    }


def small_study() -> dict[str, Any]:
    """Return the files of a sound study: name to data."""
    enrolment = [item("INDEXDAT", "date", form="ENR"), item("ICDAT", "date", form="ENR")]
    doses = [
        item("DRUG", "code", form="TXS", codelist="CL.DRUG"),
        item("DOSE", "float", form="TXS", unit="mg"),
    ]
    forms = [{"form": f"FO.{name}", "mandatory": True} for name in ("DM", "ENR")]
    return {
        "library/forms/DM.yaml": form("DM", _demographics(), repeats="none"),
        "library/forms/ENR.yaml": form("ENR", enrolment, repeats="none"),
        "library/forms/TXS.yaml": form("TXS", [item("TXDAT", "date", form="TXS")], rows=doses),
        "library/codelists.yaml": {
            "CL.SEX": {"name": text("Sex"), "items": [_code("M"), _code("F")]},
            "CL.DRUG": {"name": text("Drug"), "items": [_code("ATE"), _code("BEV")]},
        },
        "library/institutions.yaml": {"nanfang": {"name": text("Nanfang")}},
        f"{STUDY}/study.yaml": _study(),
        f"{STUDY}/sites.yaml": [{"oid": "S01", "institution": "nanfang", "name": text("Nanfang")}],
        f"{STUDY}/events.yaml": [
            _event("SE.BASELINE", "index", 0, forms),
            _event("SE.C1", "SE.BASELINE", 21, [{"form": "FO.TXS", "mandatory": False, "entry": "single"}]),
        ],
        f"{STUDY}/eligibility.yaml": _criteria(),
        f"{STUDY}/rules.yaml": _rules(),
        f"{STUDY}/imaging.yaml": [],
        f"{STUDY}/outcomes.yaml": [],
    }


def _demographics() -> list[dict[str, Any]]:
    weight = item("WEIGHT", "float", unit="kg", units=[{"unit": "lb", "factor": 0.45359237}])
    weight |= {"hard": {"min": 20, "max": 300}, "soft": {"min": 35, "max": 120}}
    bmi = item("BMI", "derived", value_type="float", value="WEIGHT / pow(HEIGHT / 100, 2)", decimals=2)
    bmi |= {"formula": {"name": "BMI", "version": "1"}}
    pregnant = item(
        "PREG", "yes_no", show_when='SEX == "F"', required="conditional", required_when="AGE < 55"
    )
    return [
        item("SEX", "code", codelist="CL.SEX", required="always"),
        item("AGE", "integer", hard={"min": 0, "max": 120}),
        item("BRTHDAT", "partial_date", hard={"min": "1900-01-01", "max": "today"}),
        item("HEIGHT", "float", unit="cm"),
        weight,
        bmi,
        pregnant,
        item("RACES", "multi", codelist="CL.SEX"),
        item("SEEN", "datetime"),
        item("CARD", "text", pattern="[A-Z]{2}[0-9]{3}"),
    ]


def _rules() -> list[dict[str, Any]]:
    return [
        {
            "oid": "EC001",
            "severity": "hard",
            "form": "FO.DM",
            "items": ["AGE"],
            "check": "AGE >= 18",
            "message": text("Under age"),
        },
        {
            "oid": "EC002",
            "severity": "soft",
            "form": "FO.TXS",
            "items": ["DOSE"],
            "check": 'DOSE < 2000 || DRUG == "BEV"',
            "message": text("High dose"),
        },
    ]


def _criteria() -> list[dict[str, Any]]:
    return [
        {"oid": "I1", "category": "inclusion", "text": text("Adult"), "rule": "DM.AGE >= 18"},
        {
            "oid": "E1",
            "category": "exclusion",
            "text": text("Bevacizumab"),
            "rule": 'rows.TXS.exists(r, r.DRUG == "BEV")',
        },
        {"oid": "I2", "category": "inclusion", "text": text("Willing"), "rule": None},
    ]


def _code(code: str) -> dict[str, str]:
    return {"code": code, "zh": code, "en": code}


def _event(oid: str, anchor: str, day: int, forms: list[dict[str, Any]]) -> dict[str, Any]:
    window = {"before": 7, "after": 7}
    return {
        "oid": oid,
        "name": text(oid),
        "kind": "scheduled",
        "anchor": anchor,
        "day": day,
        "window": window,
        "forms": forms,
    }


def _study() -> dict[str, Any]:
    return {
        "oid": STUDY,
        "code": "T9",
        "subject_prefix": "T9",
        "short_title": text("Small"),
        "title": text("A small study"),
        "sponsor": text("Sponsor"),
        "registration": {"status": "prospective", "date": "2026-01-01"},
        "ethics": {"number": "E1", "date": "2026-01-01"},
        "recruiting": {"from": "2026-01-01", "to": "2026-12-31"},
        "arms": [{"oid": "ARM.ALL", "name": text("All"), "target_n": 10}],
        "index_item": "IT.ENR.INDEXDAT",
        "consent_item": "IT.ENR.ICDAT",
        "entry": {"default": "double"},
        "uses": [{"form": "FO.DM"}, {"form": "FO.ENR"}, {"form": "FO.TXS"}],
        "settings": {"washout_days": 28},
    }


def written(root: Path, files: dict[str, Any]) -> Path:
    """Write the files under ``root`` and return the study folder; text is written as it is."""
    for name, data in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        content = data if isinstance(data, str) else yaml.safe_dump(data, allow_unicode=True, sort_keys=False)
        path.write_text(content, encoding="utf-8")
    return root / STUDY


def read(root: Path, files: dict[str, Any]) -> StudyDesign:
    return read_study(written(root, files), root / "library")


def faults(root: Path, files: dict[str, Any]) -> list[DesignError]:
    """Return the faults of a study that must not be accepted."""
    try:
        read(root, files)
    except DesignErrors as found:
        return found.errors
    raise AssertionError("The study was accepted.")
