"""Which contrast phase or MR sequence a series is, in the codes of the codelists PHASE and MRSEQ.

Words are worth more than times, and both together more than either. Delays are those of liver imaging from
the start of injection: late arterial 35-45 s, portal venous 60-80 s, delayed 2-5 min, hepatobiliary about
20 min (LI-RADS v2018); the ranges here leave no gap that a slow circulation would fall into.
A guess is a proposal with its evidence: a person confirms it.
"""

import re
from dataclasses import dataclass

from imaging.quality.facts import SeriesFacts

WORDS_ALONE, TIME_ALONE, BOTH_AGREE, BOTH_DISAGREE, NO_SIGN_OF_CONTRAST = 0.9, 0.7, 0.98, 0.5, 0.4
DAY_S = 86_400.0

# The first pattern that matches wins: "late arterial" before "arterial", "transitional" before "delayed".
PHASE_WORDS: tuple[tuple[str, str], ...] = (
    ("HBP", r"肝胆|hepato-?\s?biliary|\bhbp\b|\bhb phase|(?:15|20)\s?min\b"),
    ("TP", r"移行|transition"),
    ("LAP", r"动脉晚|晚动脉|late[ -]?art|\blap\b"),
    ("AP", r"动脉|arter|\bart\b|\bh?ap\b"),
    ("PVP", r"门静?脉|静脉期|portal|venous|\bp?vp\b|\bven\b"),
    ("DP", r"延迟|平衡|delay|equilib|\bdp\b"),
    (
        "PLAIN",
        r"平扫|非增强|plain|non[ -]?contrast|without contrast|unenhanced|\bnative\b|\bnc(?:ct)?\b|\bpre\b|c-",
    ),
)
PHASE_DELAYS_S: tuple[tuple[str, float, float], ...] = (
    ("AP", 15, 35),
    ("LAP", 35, 50),
    ("PVP", 50, 110),
    ("DP", 110, 600),
)
HEPATOBILIARY_S = (600.0, 5400.0)
HEPATOBILIARY_AGENT = re.compile(r"eob|gadoxet|primovist|eovist|普美显|钆塞酸", re.IGNORECASE)
SAME_PHASE = {frozenset({"AP", "LAP"}), frozenset({"DP", "TP"})}

SEQUENCE_WORDS: tuple[tuple[str, str], ...] = (
    ("ADC", r"\badc\b|apparent diff|表观"),
    ("DWI", r"dwi|\bdiff|扩散|弥散|\bb\s?=?\s?\d{2,4}\b"),
    ("MRCP", r"mrcp|胰胆管"),
    (
        "T1IO",
        r"同反相|正反相|in[ -]?(?:and[ -])?(?:out|opp)|opp|dual[ -]?echo|\biop\b|dixon[ -]?(?:in|opp)",
    ),
    ("T2HASTE", r"haste|ssfse|ss-?tse|single[ -]?shot|单次激发"),
    ("T2FS", r"t2.*(?:fs|fat|stir|spair|spir|脂)|(?:fs|脂).*t2|\bt2"),
    ("T1FS", r"vibe|lava|thrive|t1.*(?:fs|fat|脂)|(?:fs|脂).*t1|\bt1"),
)
DYNAMIC = {"AP": "DCEAP", "LAP": "DCEAP", "PVP": "DCEPVP", "DP": "DCEDP", "TP": "DCEDP", "HBP": "HBP"}

CONTRAST_AGENTS: tuple[tuple[str, str], ...] = (
    ("GDEOB", r"eob|gadoxet|primovist|eovist|普美显|钆塞酸"),
    ("GDBOPTA", r"bopta|gadobenate|multihance|莫迪司|钆贝葡胺"),
    ("GDDTPA", r"dtpa|gadopentet|magnevist|马根维显|钆喷酸"),
    ("GDOTA", r"\bgd-?dota\b|gadoter|dotarem|多它灵|钆特酸"),
    ("GDBT", r"gadobutrol|gadavist|gadovist|加乐显|钆布醇"),
    ("IOHEXOL", r"iohexol|omnipaque|欧乃派克|碘海醇"),
    ("IOPAMIDOL", r"iopamidol|isovue|iopamiro|碘帕醇|典比乐"),
    ("IODIXANOL", r"iodixanol|visipaque|威视派克|碘克沙醇"),
    ("IOPROMIDE", r"iopromide|ultravist|优维显|碘普罗胺"),
    ("IOVERSOL", r"ioversol|optiray|安射力|碘佛醇"),
)


@dataclass(frozen=True)
class Guess:
    """A code of a codelist, or None, with a confidence in 0..1 and the evidence in two languages."""

    code: str | None
    confidence: float
    reason: dict[str, str]


def recognise_phase(series: SeriesFacts) -> Guess:
    """Return the contrast phase of a CT or dynamic MR series."""
    by_words, by_time = phase_of_words(series.words), phase_of_delay(series)
    if by_words and by_time:
        agree = by_words == by_time or frozenset({by_words, by_time}) in SAME_PHASE
        return Guess(
            by_words,
            BOTH_AGREE if agree else BOTH_DISAGREE,
            _reason("描述与时间一致", "description and timing agree")
            if agree
            else _reason(
                f"描述为{by_words}，时间提示{by_time}", f"described as {by_words}, timed as {by_time}"
            ),
        )
    if by_words:
        return Guess(by_words, WORDS_ALONE, _reason("来自序列描述", "from the series description"))
    if by_time:
        return Guess(by_time, TIME_ALONE, _reason("来自注射后时间", "from the time since injection"))
    if series.modality == "CT" and not series.contrast_agent and series.contrast_start_s is None:
        return Guess(
            "PLAIN", NO_SIGN_OF_CONTRAST, _reason("无对比剂信息", "no sign of contrast in the header")
        )
    return Guess(None, 0.0, _reason("无法判断期相", "the header does not tell the phase"))


def recognise_sequence(series: SeriesFacts) -> Guess:
    """Return the sequence of an MR series; None for other modalities."""
    if series.modality != "MR":
        return Guess(None, 0.0, _reason("非磁共振序列", "not an MR series"))
    if "ADC" in series.image_type.upper().split():
        return Guess("ADC", WORDS_ALONE, _reason("来自图像类型", "from the image type"))
    if series.b_value is not None and series.b_value > 0:
        return Guess("DWI", WORDS_ALONE, _reason("来自b值", "from the b-value"))
    by_words = _first_match(SEQUENCE_WORDS, _spaced(series.words))
    phase = recognise_phase(series)
    if phase.code in DYNAMIC and by_words in (None, "T1FS"):
        return Guess(DYNAMIC[phase.code], phase.confidence, phase.reason)
    if by_words:
        return Guess(by_words, WORDS_ALONE, _reason("来自序列描述", "from the series description"))
    return _sequence_of_physics(series)


def recognise_contrast_agent(text: str) -> str | None:
    """Return the code of the codelist CONTRAST for an agent as written, None for an empty text."""
    return _first_match(CONTRAST_AGENTS, text.lower()) or ("OTHER" if text.strip() else None)


def phase_of_words(words: str) -> str | None:
    """Return the phase that a description names, in Chinese or English."""
    return _first_match(PHASE_WORDS, _spaced(words))


def phase_of_delay(series: SeriesFacts) -> str | None:
    """Return the phase that the seconds from injection to acquisition mean."""
    if series.contrast_start_s is None or series.acquisition_s is None:
        return None
    # A negative delay of more than half a day is a run over midnight.
    delay = (series.acquisition_s - series.contrast_start_s + DAY_S / 2) % DAY_S - DAY_S / 2
    if delay < 0:
        return "PLAIN"
    if HEPATOBILIARY_S[0] <= delay <= HEPATOBILIARY_S[1]:
        return "HBP" if HEPATOBILIARY_AGENT.search(series.contrast_agent) else "DP"
    return next((code for code, start, end in PHASE_DELAYS_S if start <= delay < end), None)


def _sequence_of_physics(series: SeriesFacts) -> Guess:
    """Tell T1 from T2 by echo and repetition time where no word does (spin echo limits of any textbook)."""
    echo, repetition = series.echo_time_ms, series.repetition_time_ms
    reason = _reason("来自回波时间与重复时间", "from echo and repetition time")
    if echo is None or repetition is None:
        return Guess(None, 0.0, _reason("无法判断序列", "the header does not tell the sequence"))
    if echo > 60:
        return Guess("T2HASTE" if echo > 400 or "SSH" in series.scan_options else "T2FS", 0.4, reason)
    return Guess("T1FS", 0.4, reason) if echo < 30 and repetition < 1000 else Guess(None, 0.0, reason)


def _spaced(words: str) -> str:
    """Lower the case and part words at underscores and between scripts, so that word ends are found."""
    return re.sub(r"[_^]|(?<=[^\W\d_a-z])(?=[a-z0-9])|(?<=[a-z0-9])(?=[^\W\d_a-z])", " ", words.lower())


def _first_match(patterns: tuple[tuple[str, str], ...], text: str) -> str | None:
    return next((code for code, pattern in patterns if re.search(pattern, text)), None)


def _reason(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}
