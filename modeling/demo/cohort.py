"""The demonstration's subjects: made-up patients at one hospital, each stopped at another stage."""

from dataclasses import dataclass
from datetime import date, timedelta

from modeling.synthetic import PHASES

SCREENING = ("FO.IC", "FO.ENR", "FO.DM", "FO.IE")
LABORATORY = ("FO.LBH", "FO.LBC", "FO.LBG", "FO.LBT")
BASELINE = (
    "FO.MH", "FO.SU", "FO.HBC", "FO.DXH", "FO.LVB", *LABORATORY, "FO.PSL", "FO.IMA", "FO.IMQ", "FO.TUB",
    "FO.PTH",
)  # fmt: skip
FOR_SCORE = ("FO.HBC", "FO.LVB", *LABORATORY, "FO.PSL", "FO.IMA")
TREATMENT = ("FO.TXS", "FO.FU")


@dataclass(frozen=True)
class DemoSubject:
    """One made-up patient.

    `both` are the forms that both passes enter, `first` those with a first pass alone (the second falls to
    the other person). `differing` maps an item OID to what the second pass holds instead; `resolved` tells
    whether the data manager has settled that. `analysed` subjects go through the worker.
    """

    seed: int
    treated_on: date
    ct_days_before: int
    both: tuple[str, ...]
    first: tuple[str, ...] = ()
    differing: dict[str, str] | None = None
    resolved: bool = False
    analysed: bool = False
    signed: bool = False
    phases: tuple[str, ...] = PHASES

    @property
    def ct_on(self) -> date:
        return self.treated_on - timedelta(days=self.ct_days_before)


SUBJECTS = (
    DemoSubject(
        seed=42, treated_on=date(2024, 3, 19), ct_days_before=11, both=SCREENING + BASELINE + TREATMENT,
        differing={"IT.LBC.ALB": "47.1"}, resolved=True, analysed=True, signed=True,
    ),
    DemoSubject(
        seed=11, treated_on=date(2024, 5, 14), ct_days_before=8,
        both=(*SCREENING, "FO.MH", "FO.SU", "FO.HBC", "FO.DXH", "FO.LVB", "FO.LBC", "FO.LBH"),
        first=("FO.PSL", "FO.LBT", "FO.IMA"),
        differing={"IT.LBC.BILI": "1.41", "IT.LVB.PVTT": "2", "IT.LVB.TUMMAX": "4.5"},
    ),
    # Without the delayed phase the model abstains: the page of an abstention is worth seeing too.
    DemoSubject(
        seed=101, treated_on=date(2024, 7, 2), ct_days_before=6, both=SCREENING + FOR_SCORE,
        first=("FO.DXH",),
        analysed=True, phases=("PLAIN", "AP", "PVP"),
    ),
    DemoSubject(
        seed=21, treated_on=date(2024, 9, 10), ct_days_before=12, both=("FO.IC", "FO.ENR"),
        first=("FO.DM", "FO.IE", "FO.LBH", "FO.LBC"),
    ),
)  # fmt: skip
