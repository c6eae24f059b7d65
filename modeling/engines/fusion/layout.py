"""Which inputs the fusion model reads, in which order, and how raw values become numbers.

A layout is data: it is written into the model's manifest and read back at scoring, so code and weights cannot
come to disagree about a column.
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass

CLINICAL, RADIOMICS, DEEP = "clinical", "radiomics", "deep"


@dataclass(frozen=True)
class ClinicalItem:
    """One item of the case report form: `codes` maps coded answers to numbers, else the value is numeric."""

    oid: str
    zh: str
    en: str
    unit: str = ""
    low: float | None = None
    high: float | None = None
    log10: bool = False
    codes: Mapping[str, float] | None = None

    def number(self, value: object) -> float | None:
        """Return the model's number, or None where the answer is absent, unknown or outside the range."""
        if value is None or value == "":
            return None
        if self.codes is not None:
            return self.codes.get(str(value))
        try:
            number = float(str(value))
        except ValueError:
            return None
        if not math.isfinite(number) or not self._in_range(number):
            return None
        return math.log10(number + 1) if self.log10 else number

    def _in_range(self, number: float) -> bool:
        return (self.low is None or number >= self.low) and (self.high is None or number <= self.high)


@dataclass(frozen=True)
class Token:
    """One input token of the Transformer: a modality, of one phase where it comes from an image."""

    name: str
    modality: str
    phase: str | None
    features: tuple[str, ...]


@dataclass(frozen=True)
class Layout:
    """All tokens in order; columns of the input matrix are the tokens' features joined in this order."""

    items: tuple[ClinicalItem, ...]
    tokens: tuple[Token, ...]

    @property
    def widths(self) -> tuple[int, ...]:
        """Number of columns of each token."""
        return tuple(len(token.features) for token in self.tokens)

    @property
    def columns(self) -> tuple[str, ...]:
        """Unique column names, `token/feature`."""
        return tuple(f"{token.name}/{feature}" for token in self.tokens for feature in token.features)

    def spans(self) -> tuple[slice, ...]:
        """Columns of each token."""
        edges = [0]
        for width in self.widths:
            edges.append(edges[-1] + width)
        return tuple(slice(a, b) for a, b in zip(edges[:-1], edges[1:], strict=True))

    def players(self) -> tuple[tuple[int, ...], ...]:
        """Token positions explained together: each alone, but the deep features of all phases as one."""
        alone = [(i,) for i, token in enumerate(self.tokens) if token.modality != DEEP]
        deep = tuple(i for i, token in enumerate(self.tokens) if token.modality == DEEP)
        return (*alone, deep) if deep else tuple(alone)

    def as_dict(self) -> dict[str, object]:
        """Return the layout as plain JSON values."""
        return {"items": [asdict(i) for i in self.items], "tokens": [asdict(t) for t in self.tokens]}

    @classmethod
    def from_dict(cls, data: Mapping[str, list]) -> "Layout":
        """Return the layout written by `as_dict`."""
        tokens = tuple(Token(**{**t, "features": tuple(t["features"])}) for t in data["tokens"])
        return cls(tuple(ClinicalItem(**item) for item in data["items"]), tokens)


ECOG_CODES = {str(grade): float(grade) for grade in range(6)}
PVTT_CODES = {str(grade): float(grade) for grade in range(5)}
TUMOUR_COUNT_CODES = {"1": 1.0, "2": 2.0, "3": 3.0, "4P": 4.0, "DIFF": 5.0}

CLINICAL_ITEMS = (
    ClinicalItem("IT.DM.AGE", "年龄", "Age", "a", 18, 120),
    ClinicalItem("IT.LBT.AFP", "甲胎蛋白", "Alpha-fetoprotein", "ng/mL", 0, 1e7, log10=True),
    ClinicalItem("IT.LBT.PIVKA", "异常凝血酶原", "PIVKA-II", "mAU/mL", 0, 1e7, log10=True),
    ClinicalItem("IT.LBT.CRP", "C反应蛋白", "C-reactive protein", "mg/L", 0, 600, log10=True),
    ClinicalItem("IT.LBC.ALB", "白蛋白", "Albumin", "g/L", 5, 80),
    ClinicalItem("IT.LBC.BILI", "总胆红素", "Total bilirubin", "umol/L", 0.1, 1500, log10=True),
    ClinicalItem("IT.LBH.PLAT", "血小板", "Platelets", "10^9/L", 1, 2000),
    ClinicalItem("IT.PSL.ECOG", "ECOG 评分", "ECOG performance status", codes=ECOG_CODES),
    ClinicalItem("IT.LVB.PVTT", "门静脉癌栓", "Portal vein tumour thrombus", codes=PVTT_CODES),
    ClinicalItem("IT.LVB.EHS", "肝外转移", "Extrahepatic spread", codes={"Y": 1.0, "N": 0.0}),
    ClinicalItem("IT.LVB.TUMN", "肿瘤数目", "Number of tumours", codes=TUMOUR_COUNT_CODES),
    ClinicalItem("IT.LVB.TUMMAX", "最大径", "Largest diameter", "cm", 0.1, 40),
)
PHASES = ("PLAIN", "AP", "PVP", "DP")
PHASE_LABELS = {
    "PLAIN": {"zh": "平扫", "en": "Plain"},
    "AP": {"zh": "动脉期", "en": "Arterial phase"},
    "PVP": {"zh": "门脉期", "en": "Portal venous phase"},
    "DP": {"zh": "延迟期", "en": "Delayed phase"},
}
INTENSITY_FEATURES = (
    "original_firstorder_Mean",
    "original_firstorder_10Percentile",
    "original_firstorder_90Percentile",
    "original_firstorder_Skewness",
    "original_firstorder_Entropy",
    "original_glcm_Contrast",
    "original_glcm_Correlation",
    "original_glcm_JointEntropy",
    "original_glszm_ZoneEntropy",
)
SHAPE_FEATURES = ("original_shape_Maximum3DDiameter", "original_shape_Sphericity")


def demo_layout(deep_features: int) -> Layout:
    """Return nine tokens: clinical, radiomics of four phases (shape once, in the arterial), deep of four."""
    tokens = [Token("clinical", CLINICAL, None, tuple(item.oid for item in CLINICAL_ITEMS))]
    for phase in PHASES:
        names = INTENSITY_FEATURES + (SHAPE_FEATURES if phase == "AP" else ())
        tokens.append(Token(f"radiomics-{phase}", RADIOMICS, phase, names))
    deep = tuple(f"deep_{index:02d}" for index in range(deep_features))
    tokens += [Token(f"deep-{phase}", DEEP, phase, deep) for phase in PHASES]
    return Layout(CLINICAL_ITEMS, tuple(tokens))
