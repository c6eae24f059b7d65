"""What the source documents of the journey's subject say, by form and item path, as a person types it."""

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

from modeling.synthetic import DEMO_SIZE, SyntheticCase, make_case, write_dicom
from tests.studies import study_design

STUDY, SITE = "ChiCTR2600126480", "S01"
SEED = 5
TREATED_ON = date(2024, 6, 18)
CT_ON = TREATED_ON - timedelta(days=9)
SAMPLED_ON = (CT_ON + timedelta(days=1)).isoformat()
# The model takes its clinical values from these; consent comes before everything else.
CONSENT, CHEMISTRY, IMAGES = "FO.IC", "FO.LBC", "FO.IMA"
FORMS = ("FO.ENR", "FO.DM", "FO.LVB", "FO.LBH", CHEMISTRY, "FO.LBT", "FO.PSL")
ALBUMIN = "IT.LBC.ALB"

TYPED: dict[str, dict[str, object]] = {
    CONSENT: {
        "IT.IC.ICTYPE": "SIGNED", "IT.IC.ICDAT": "2026-07-01", "IT.IC.ICVER": "V2.0",
        "IT.IC.ICECNO": "NFEC-2026-312", "IT.IC.ICSPEC": "Y",
    },
    "FO.ENR": {
        "IT.ENR.ENRDAT": "2026-07-02", "IT.ENR.COHORT": "TARGET", "IT.ENR.INDEXDAT": TREATED_ON.isoformat(),
        "IT.ENR.REGIMEN": "ATEZO_BEV", "IT.ENR.CALENDARFU": "400",
    },
    "FO.DM": {
        "IT.DM.SITEID": SITE, "IT.DM.DMDAT": "2026-07-02", "IT.DM.AGEU": "YEARS", "IT.DM.SEX": "M",
        "IT.DM.HEIGHT": "172", "IT.DM.WEIGHT": "70",
    },
    "FO.LVB": {
        "IT.LVB.LVBDAT": CT_ON.isoformat(), "IT.LVB.INFILT": "N", "IT.LVB.HVTT": "0", "IT.LVB.LNMET": "N",
    },
    "FO.LBH": {
        "IT.LBH.LBDAT": SAMPLED_ON, "IT.LBH.WBC": "5.6", "IT.LBH.NEUT": "3.3", "IT.LBH.LYM": "1.5",
        "IT.LBH.HGB": "136",
    },
    CHEMISTRY: {
        "IT.LBC.LBDAT": SAMPLED_ON, "IT.LBC.ALT": "44", "IT.LBC.AST": "51", "IT.LBC.ALP": "120",
        "IT.LBC.GGT": "96", "IT.LBC.CREAT": "74", "IT.LBC.SODIUM": "140",
    },
    "FO.LBT": {"IT.LBT.LBDAT": SAMPLED_ON},
    "FO.PSL": {"IT.PSL.PSLDAT": SAMPLED_ON, "IT.PSL.PRESLF": "Y", "IT.PSL.BCLCC": "C"},
    IMAGES: {"IT.IMA.IMVISIT": "BASE", "IT.IMA.IMBODY": ["LIVER"]},
}  # fmt: skip


class Source:
    """The papers and the images of one made-up patient."""

    def __init__(self, subject_key: str) -> None:
        self.subject_key = subject_key
        self.case: SyntheticCase = make_case(SEED, size=DEMO_SIZE)

    def answers(self, form: str) -> Mapping[str, object]:
        """Return what a person types into a form, by item path."""
        prefix = f"IT.{form.removeprefix('FO.')}."
        clinical = {oid: str(value) for oid, value in self.case.clinical.items() if oid.startswith(prefix)}
        if form == "FO.DM":
            clinical["IT.DM.SUBJID"] = f"T1-{SITE}-{self.subject_key[-4:]}"
            clinical["IT.DM.BRTHDAT"] = str(TREATED_ON.year - int(self.case.clinical["IT.DM.AGE"]))
        return {**TYPED[form], **clinical}

    def write_images(self, folder: Path) -> int:
        """Write the four phases as the scanner's export and return how many files they are."""
        person = {"patient_name": "Nobody^Journey", "patient_id": "SYN000005"}
        return len(write_dicom(self.case, folder, start_date=CT_ON, **person))


def form_names() -> dict[str, str]:
    """Return the Chinese name of each form of the study."""
    return {form.oid: form.name.zh for form in study_design(STUDY).forms}
