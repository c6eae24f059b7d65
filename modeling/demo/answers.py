"""What the demonstration's source documents say, as raw entries by item path."""

from collections.abc import Mapping
from datetime import date, timedelta

from edc.models import FormInstance
from imaging.models import ImagingStudy
from modeling.demo.cohort import DemoSubject
from modeling.synthetic import SyntheticCase

ENROLLED_ON = date(2026, 7, 2)
CRITERIA = {
    "INCLUSION": ("T1-I1", "T1-I2a", "T1-I2b", "T1-I3", "T1-I4", "T1-I5", "T1-I6"),
    "EXCLUSION": ("T1-E1", "T1-E2", "T1-E3", "T1-E4", "T1-E5"),
}
PLAIN = {
    "IT.IC.ICTYPE": "SIGNED", "IT.IC.ICVER": "V2.0", "IT.IC.ICECNO": "NFEC-2026-312", "IT.IC.ICSPEC": "Y",
    "IT.ENR.COHORT": "TARGET", "IT.ENR.REGIMEN": "ATEZO_BEV", "IT.ENR.CALENDARFU": "365",
    "IT.DM.AGEU": "YEARS", "IT.DM.SEX": "M", "IT.DM.HEIGHT": "170", "IT.DM.WEIGHT": "66",
    "IT.IE.IEVERS": "1.0",
    "IT.MH.MHYN": "N", "IT.MH.MHMALIG": "N", "IT.MH.MHORGAN": ["NONE"], "IT.MH.MHRUPT": "N",
    "IT.SU.SMKSTAT": "NEVER", "IT.SU.ALCSTAT": "NEVER",
    "IT.HBC.AETIOL": ["HBV"], "IT.HBC.HBSAG": "POS", "IT.HBC.HCVAB": "NEG", "IT.HBC.HBVDNAV": "210",
    "IT.HBC.ANTIVIR": "Y", "IT.HBC.ANTIVDRUG": "ETV", "IT.HBC.CIRRH": "Y", "IT.HBC.CIRRHDX": ["IMG"],
    "IT.HBC.ASCITES": "NONE", "IT.HBC.ENCEPH": "NONE", "IT.HBC.VARICES": "MILD",
    "IT.DXH.HCCBASIS": "CLIN", "IT.DXH.HCCGUIDE": "CN2024", "IT.DXH.UNRES": "Y", "IT.DXH.UNRESWHY": ["ONCO"],
    "IT.DXH.FIRSTREC": "PRIM",
    "IT.LVB.LOBES": "RIGHT", "IT.LVB.INFILT": "N", "IT.LVB.HVTT": "0", "IT.LVB.LNMET": "N",
    "IT.LVB.EHSSITE": ["LUNG"],
    "IT.LBH.WBC": "5.2", "IT.LBH.NEUT": "3.1", "IT.LBH.LYM": "1.4", "IT.LBH.HGB": "131",
    "IT.LBC.ALT": "46", "IT.LBC.AST": "58", "IT.LBC.ALP": "128", "IT.LBC.GGT": "112", "IT.LBC.CREAT": "71",
    "IT.LBC.SODIUM": "139", "IT.LBC.POTAS": "4.1", "IT.LBC.GLUC": "5.4",
    "IT.LBG.PT": "13.4", "IT.LBG.INR": "1.12",
    "IT.IMA.IMVISIT": "BASE", "IT.IMA.IMMOD": "CT", "IT.IMA.IMBODY": ["LIVER"], "IT.IMA.IMCA": "IOHEXOL",
    "IT.IMQ.IMQART": "0", "IT.IMQ.IMQCOV": "Y", "IT.IMQ.IMQPHASE": "Y", "IT.IMQ.IMQDEID": "Y",
    "IT.IMQ.IMQPASS": "PASS", "IT.IMQ.IMQREAD": "reader1",
    "IT.TUB.TUEVAL": "INVESTIGATOR", "IT.TUB.TUEVALID": "reader1", "IT.TUB.TULNKID[1]": "T01",
    "IT.TUB.TUORRES[1]": "TARGET", "IT.TUB.TUORGAN[1]": "LIVER", "IT.TUB.TULOC[1]": "S8",
    "IT.TUB.TUNODE[1]": "N", "IT.TUB.TUMETHOD[1]": "CT", "IT.TUB.TUAPHE[1]": "Y", "IT.TUB.TUPRVTX[1]": "N",
    "IT.PTH.PTTYPE": "BIOPSY", "IT.PTH.PTSITE": "LIVER", "IT.PTH.PTDX": "HCC", "IT.PTH.PTADEQ": "Y",
    "IT.FU.FUMODE": "OUTPT", "IT.FU.FUSTAT": "ALIVE", "IT.FU.FUPD": "N", "IT.FU.FUNACT": "N",
    "IT.FU.FUECOG": "1",
}  # fmt: skip
DRUGS = (
    {"ECTRT": "ATEZOLIZUMAB", "ECCLASS": "ICI", "ECDOSE": "1200"},
    {"ECTRT": "BEVACIZUMAB", "ECCLASS": "AVEGF", "ECDOSE": "990"},
)
EACH_DRUG = {
    "ECCYC": "1", "ECDOSU": "mg", "ECDOSFRQ": "Q3W", "ECROUTE": "INTRAVENOUS", "ECDISC": "N",
}  # fmt: skip


def answers_for(
    *, form: FormInstance, person: DemoSubject, case: SyntheticCase, images: ImagingStudy | None
) -> dict[str, object]:
    """Return what the subject's papers say; the form takes what it asks for."""
    diameter = str(round(float(str(case.clinical["IT.LVB.TUMMAX"])) * 10))
    answers: dict[str, object] = {
        **PLAIN,
        **_subject(form, person, case),
        **_treatment(person),
        **_criteria(),
        **{oid: str(value) for oid, value in case.clinical.items()},
        "IT.LVB.TUMSUM": case.clinical["IT.LVB.TUMMAX"],
        "IT.TUB.TUDIAM[1]": diameter,
        "IT.TUB.TUVIAB[1]": diameter,
    }
    return answers | (_acquisition(person, images) if images else {})


def day_of(form: FormInstance, person: DemoSubject) -> date:
    """Return the day that the form's other dates get."""
    if form.form_oid in ("FO.IC", "FO.ENR", "FO.DM", "FO.IE"):
        return ENROLLED_ON
    if form.form_oid == "FO.FU":
        return person.treated_on + timedelta(days=400)
    return person.ct_on + timedelta(days=1)


def _subject(form: FormInstance, person: DemoSubject, case: SyntheticCase) -> Mapping[str, object]:
    site, number = form.subject.site, form.subject.subject_key[-4:]
    return {
        "IT.IC.ICDAT": ENROLLED_ON - timedelta(days=1),
        "IT.ENR.ENRDAT": ENROLLED_ON,
        "IT.ENR.INDEXDAT": person.treated_on,
        "IT.DM.SUBJID": f"T1-S{site.number}-{number}",
        "IT.DM.SITEID": site.oid,
        "IT.DM.BRTHDAT": str(person.treated_on.year - int(case.clinical["IT.DM.AGE"])),
        "IT.DXH.HCCDXDAT": f"{person.ct_on - timedelta(days=20):%Y-%m}",
        "IT.LVB.LVBDAT": person.ct_on,
        "IT.TUB.TUDTC[1]": person.ct_on,
    }


def _treatment(person: DemoSubject) -> dict[str, object]:
    rows: dict[str, object] = {}
    for key, drug in enumerate(DRUGS, start=1):
        row = {**EACH_DRUG, **drug, "ECSTDAT": person.treated_on.isoformat()}
        rows |= {f"IT.TXS.{name}[{key}]": value for name, value in row.items()}
    return rows


def _criteria() -> dict[str, object]:
    rows: dict[str, object] = {}
    asked = [(category, oid) for category, oids in CRITERIA.items() for oid in oids]
    for key, (category, oid) in enumerate(asked, start=1):
        rows[f"IT.IE.IECAT[{key}]"] = category
        rows[f"IT.IE.IETESTCD[{key}]"] = oid
        rows[f"IT.IE.IERESP[{key}]"] = "Y" if category == "INCLUSION" else "N"
    return rows


def _acquisition(person: DemoSubject, images: ImagingStudy) -> dict[str, object]:
    thickness = images.series.order_by("pk").values_list("slice_thickness_mm", flat=True).first()
    return {
        "IT.IMA.IMDAT": person.ct_on,
        "IT.IMA.IMPHASE": list(person.phases),
        "IT.IMA.IMSL": f"{thickness:g}",
        "IT.IMA.IMUID": images.study_instance_uid,
        "IT.IMA.IMNSER": str(images.series.count()),
    }
