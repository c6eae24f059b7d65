"""Clinical scores and stages as pure functions; units are in the argument names.

Formulas and cut-offs are those of the study documents' score sheet. Boundary values fall in the middle
cell of Child-Pugh; bilirubin is cut at 34 and 51 µmol/L as in the Chinese guideline.
"""

import math
from decimal import ROUND_HALF_UP, Decimal

_ASCITES_POINTS = {"NONE": 1, "MILD": 2, "MODSEV": 3}
_ENCEPH_POINTS = {"NONE": 1, "G12": 2, "G34": 3}
_AT_LEAST_FOUR = frozenset({"4P", "DIFF"})
_SMALL_T = {
    "T1mi": "IA1",
    "T1a": "IA1",
    "T1b": "IA2",
    "T1c": "IA3",
    "T2a": "IB",
    "T2b": "IIA",
    "T3": "IIB",
    "T4": "IIIA",
}
_STAGE_8 = {
    "T1": {"N1": "IIB", "N2": "IIIA", "N3": "IIIB"},
    "T2a": {"N1": "IIB", "N2": "IIIA", "N3": "IIIB"},
    "T2b": {"N1": "IIB", "N2": "IIIA", "N3": "IIIB"},
    "T3": {"N1": "IIIA", "N2": "IIIB", "N3": "IIIC"},
    "T4": {"N1": "IIIA", "N2": "IIIB", "N3": "IIIC"},
}
_STAGE_9 = {
    "T1": {"N1": "IIA", "N2a": "IIB", "N2b": "IIIA", "N3": "IIIB"},
    "T2a": {"N1": "IIB", "N2a": "IIIA", "N2b": "IIIB", "N3": "IIIB"},
    "T2b": {"N1": "IIB", "N2a": "IIIA", "N2b": "IIIB", "N3": "IIIB"},
    "T3": {"N1": "IIIA", "N2a": "IIIA", "N2b": "IIIB", "N3": "IIIC"},
    "T4": {"N1": "IIIA", "N2a": "IIIB", "N2b": "IIIB", "N3": "IIIC"},
}
_METASTASIS = {
    "8": {"M1a": "IVA", "M1b": "IVA", "M1c": "IVB"},
    "9": {"M1a": "IVA", "M1b": "IVA", "M1c1": "IVB", "M1c2": "IVB"},
}


def round_half_up(value: float, digits: int) -> float:
    """Round as clinicians do: a half goes away from zero, judged on the shortest decimal of the number."""
    step = Decimal(1).scaleb(-digits)
    return float(Decimal(repr(value)).quantize(step, rounding=ROUND_HALF_UP))


def child_pugh_points(bili_umol_l: float, alb_g_l: float, inr: float, ascites: str, enceph: str) -> float:
    """Return 5–15 points (Pugh 1973); ascites NONE MILD MODSEV, encephalopathy NONE G12 G34."""
    bilirubin = 1 if bili_umol_l < 34 else 2 if bili_umol_l <= 51 else 3
    albumin = 1 if alb_g_l > 35 else 2 if alb_g_l >= 28 else 3
    clotting = 1 if inr < 1.7 else 2 if inr <= 2.3 else 3
    return float(bilirubin + albumin + clotting + _ASCITES_POINTS[ascites] + _ENCEPH_POINTS[enceph])


def child_pugh_class(points: float) -> str:
    """Return A (5–6), B (7–9) or C (10–15)."""
    if not 5 <= points <= 15:
        raise ValueError(f"Child-Pugh points lie between 5 and 15, not {points:g}")
    return "A" if points <= 6 else "B" if points <= 9 else "C"


def albi(bili_umol_l: float, alb_g_l: float) -> float:
    """Return the albumin-bilirubin score (Johnson 2015, coefficient 0.085)."""
    return 0.66 * math.log10(bili_umol_l) - 0.085 * alb_g_l


def malbi_grade(score: float) -> str:
    """Return 1, 2A, 2B or 3 (Hiraoka 2017): bounds −2.60, −2.27 and −1.39 belong to the lower grade.

    The score is compared after rounding to nine decimals, so that a bound met exactly is not lost to
    binary rounding.
    """
    rounded = round(score, 9)
    return "1" if rounded <= -2.60 else "2A" if rounded <= -2.27 else "2B" if rounded <= -1.39 else "3"


def meld(bili_mg_dl: float, inr: float, creat_mg_dl: float, dialysis: bool) -> float:
    """Return MELD unrounded; each input below 1 counts as 1, creatinine above 4 or dialysis as 4."""
    creatinine = 4.0 if dialysis else min(max(creat_mg_dl, 1.0), 4.0)
    terms = (
        0.957 * math.log(creatinine)
        + 0.378 * math.log(max(bili_mg_dl, 1.0))
        + 1.120 * math.log(max(inr, 1.0))
    )
    return 10 * (terms + 0.643)


def meld_na(bili_mg_dl: float, inr: float, creat_mg_dl: float, dialysis: bool, sodium: float) -> float:
    """Return MELD-Na (UNOS 2016), 6–40; sodium in mmol/L, held to 125–137."""
    initial = round_half_up(meld(bili_mg_dl, inr, creat_mg_dl, dialysis) / 10, 1) * 10
    lack = 137 - min(max(sodium, 125.0), 137.0)
    score = initial + 1.32 * lack - 0.033 * initial * lack if initial > 11 else initial
    return min(max(round_half_up(score, 0), 6.0), 40.0)


def meld3(
    female: bool, bili_mg_dl: float, sodium: float, inr: float, creat_mg_dl: float, alb_g_dl: float
) -> float:
    """Return MELD 3.0 (Kim 2021), rounded, without upper cap; give creatinine 3 for a subject on dialysis."""
    bilirubin, clotting = math.log(max(bili_mg_dl, 1.0)), math.log(max(inr, 1.0))
    creatinine = math.log(min(max(creat_mg_dl, 1.0), 3.0))
    lack = 137 - min(max(sodium, 125.0), 137.0)
    albumin = 3.5 - min(max(alb_g_dl, 1.5), 3.5)
    score = 1.33 * female + 4.56 * bilirubin + 0.82 * lack - 0.24 * lack * bilirubin + 9.09 * clotting
    score += 11.14 * creatinine + 1.85 * albumin - 1.83 * albumin * creatinine + 6
    return round_half_up(score, 0)


def egfr_ckd_epi_2021(creat_umol_l: float, age: float, female: bool) -> float:
    """Return mL/min/1.73 m² by the race-free CKD-EPI 2021 equation; 1 mg/dL creatinine is 88.4 µmol/L."""
    kappa, alpha, factor = (0.7, -0.241, 1.012) if female else (0.9, -0.302, 1.0)
    ratio = creat_umol_l / 88.4 / kappa
    return 142 * min(ratio, 1.0) ** alpha * max(ratio, 1.0) ** -1.200 * 0.9938**age * factor


def fib4(age: float, ast: float, alt: float, plt: float) -> float:
    """Return FIB-4; AST and ALT in U/L, platelets in 10⁹/L."""
    return age * ast / (plt * math.sqrt(alt))


def crafity(afp_ng_ml: float, crp_mg_l: float) -> float:
    """Return 0–2 (Scheiner 2022): one point for AFP ≥ 100 ng/mL and one for CRP ≥ 10 mg/L."""
    return float((afp_ng_ml >= 100) + (crp_mg_l >= 10))


def tumour_count(code: str) -> float:
    """Return the number of tumours; ``4P`` and ``DIFF`` give 4, meaning at least four."""
    return 4.0 if code in _AT_LEAST_FOUR else float(code)


def exact_tumour_count(code: str) -> float:
    """Return the number of tumours; raise ValueError where only a lower bound is known."""
    if code in _AT_LEAST_FOUR:
        raise ValueError("the exact number of tumours is not known")
    return float(code)


def milan(max_cm: float, n: float, invasion: bool, spread: bool) -> bool:
    """Tell whether a single tumour ≤ 5 cm or up to three ≤ 3 cm, without invasion or extrahepatic spread."""
    return not invasion and not spread and ((n == 1 and max_cm <= 5) or (n <= 3 and max_cm <= 3))


def up_to_seven(max_cm: float, n: float) -> bool:
    """Tell whether the largest diameter in cm and the number of tumours sum to at most 7."""
    return max_cm + n <= 7


def tbs(max_cm: float, n: float) -> float:
    """Return the tumour burden score, the root of the summed squares of diameter in cm and number."""
    return math.hypot(max_cm, n)


def bclc(ps: float, max_cm: float, n: float, invasion: bool, spread: bool, preserved: bool) -> str:
    """Return the BCLC 2022 stage 0, A, B, C or D; ``n`` 4 stands for four or more.

    Raise ValueError where liver function is not preserved and nothing else makes the stage C or D:
    whether it is end-stage is for a clinician to say.
    """
    if ps >= 3:
        return "D"
    if invasion or spread:
        return "C"
    if ps >= 1:
        return "C"
    if not preserved:
        raise ValueError("the stage depends on whether liver function is end-stage")
    if n == 1:
        return "0" if max_cm <= 2 else "A"
    return "A" if n <= 3 and max_cm <= 3 else "B"


def cnlc(ps: float, cp_class: str, max_cm: float, n: float, invasion: bool, spread: bool) -> str:
    """Return the CNLC stage 1A, 1B, 2A, 2B, 3A, 3B or 4 (2019 edition's table)."""
    if ps >= 3 or cp_class == "C":
        return "4"
    if spread or invasion:
        return "3B" if spread else "3A"
    if n >= 4:
        return "2B"
    if n == 1:
        return "1A" if max_cm <= 5 else "1B"
    return "1B" if max_cm <= 3 else "2A"


def nsclc_stage(edition: str, t: str, n: str, m: str) -> str:
    """Return the stage group IA1 … IVB of the 8th or 9th TNM edition.

    Raise ValueError where TX, NX or the edition forbid it.
    """
    if m != "M0":
        stage = _METASTASIS.get(edition, {}).get(m)
    elif n == "N0":
        stage = _SMALL_T.get(t)
    else:
        grid = {"8": _STAGE_8, "9": _STAGE_9}.get(edition, {})
        stage = grid.get("T1" if t.startswith("T1") else t, {}).get(n)
    if stage is None:
        raise ValueError(f"{t} {n} {m} has no stage in edition {edition}")
    return stage
