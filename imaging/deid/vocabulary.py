"""The controlled vocabulary that descriptors are rewritten in (option 113105): no word outside it survives.

Each concept has one canonical word and the spellings that are read as it, Chinese included. Canonical words
are their own spellings, so cleaning twice changes nothing.
"""

import re
from typing import Final

PHASES: Final = {
    "NONCONTRAST": "noncontrast non-contrast unenhanced plain native precontrast pre-contrast 平扫",
    "ARTERIAL": "arterial art artery 动脉期 动脉",
    "PORTAL-VENOUS": "portal-venous portal portalvenous pvp 门脉期 门静脉期 门静脉",
    "VENOUS": "venous ven vein 静脉期 静脉",
    "DELAYED": "delayed delay equilibrium 延迟期 延迟 平衡期",
    "HEPATOBILIARY": "hepatobiliary hbp 肝胆期",
    "CONTRAST": "contrast c+ ce enhanced post postcontrast post-contrast 增强",
    "EARLY": "early 早期",
    "LATE": "late 晚期",
    "PRE": "pre",
}
SEQUENCES: Final = {
    "T1": "t1 t1w t1wi",
    "T2": "t2 t2w t2wi",
    "T2STAR": "t2star t2*",
    "PD": "pd pdw",
    "DWI": "dwi diff diffusion 弥散 扩散",
    "ADC": "adc",
    "FLAIR": "flair",
    "STIR": "stir",
    "SWI": "swi",
    "DCE": "dce",
    "IN-PHASE": "in-phase inphase ip 同相位",
    "OPPOSED-PHASE": "opposed-phase out-of-phase outphase opp 反相位",
    "DIXON": "dixon mdixon",
    "LAVA": "lava",
    "VIBE": "vibe",
    "THRIVE": "thrive ethrive",
    "HASTE": "haste ssfse",
    "SPGR": "spgr fspgr irspgr ir-spgr",
    "MPRAGE": "mprage",
    "TSE": "tse fse",
    "TFE": "tfe ffe gre",
    "EPI": "epi",
    "FATSAT": "fatsat fs fat-sat spair 压脂",
    "MRCP": "mrcp",
    "CTA": "cta",
    "WATER": "water",
    "FAT": "fat",
}
BODY: Final = {
    "ABDOMEN": "abdomen abdominal abd 腹部 上腹",
    "LIVER": "liver hepatic 肝脏 肝",
    "CHEST": "chest thorax thoracic lung 胸部 肺",
    "PELVIS": "pelvis pelvic 盆腔",
    "HEAD": "head brain 头颅 脑",
    "NECK": "neck 颈部",
    "PANCREAS": "pancreas pancreatic 胰腺",
    "STOMACH": "stomach gastric 胃",
    "ESOPHAGUS": "esophagus oesophagus esophageal 食管",
    "RECTUM": "rectum rectal 直肠",
    "SPLEEN": "spleen 脾",
    "KIDNEY": "kidney renal 肾",
    "AORTA": "aorta",
    "HEART": "heart cardiac",
    "SPINE": "spine",
    "BONE": "bone",
    "BODY": "body 全身",
    "PHANTOM": "phantom 模体",
}
FINDINGS: Final = {
    "TUMOR": "tumor tumour gtv 肿瘤",
    "LESION": "lesion 病灶",
    "NODULE": "nodule",
    "METASTASIS": "metastasis metastases met",
    "LYMPH-NODE": "lymph-node ln 淋巴结",
    "VESSEL": "vessel",
    "TARGET": "target",
    "REFERENCE": "reference",
    "SEGMENT": "segment",
    "LEFT": "left",
    "RIGHT": "right",
}
ACQUISITION: Final = {
    "CT": "ct",
    "MR": "mr mri",
    "AXIAL": "axial ax tra transverse 横断",
    "CORONAL": "coronal cor 冠状",
    "SAGITTAL": "sagittal sag 矢状",
    "HELICAL": "helical spiral",
    "THIN": "thin 薄层",
    "LOCALIZER": "localizer scout topogram surview 定位像",
    "BOLUS": "bolus",
    "RECON": "recon",
    "MPR": "mpr",
    "MIP": "mip",
    "BREATH-HOLD": "breath-hold bh",
    "SOFT": "soft",
    "SHARP": "sharp",
    "STANDARD": "standard",
    "3D": "3d",
    "2D": "2d",
    "SEGMENTATION": "segmentation",
    "BASELINE": "baseline",
    "FOLLOWUP": "followup follow-up",
}
AGENTS: Final = {
    "IOHEXOL": "iohexol omnipaque 碘海醇",
    "IOPROMIDE": "iopromide ultravist 碘普罗胺",
    "IODIXANOL": "iodixanol visipaque 碘克沙醇",
    "IOVERSOL": "ioversol optiray 碘佛醇",
    "IOPAMIDOL": "iopamidol isovue iopamiro 碘帕醇",
    "IOMEPROL": "iomeprol iomeron 碘美普尔",
    "GADOXETATE": "gadoxetate gadoxetic primovist eovist 普美显 钆塞酸二钠",
    "GADOBUTROL": "gadobutrol gadavist gadovist 钆布醇",
    "GADOTERATE": "gadoterate dotarem 钆特酸",
    "GADOPENTETATE": "gadopentetate magnevist 钆喷酸葡胺",
    "GADOBENATE": "gadobenate multihance 钆贝葡胺",
    "GADODIAMIDE": "gadodiamide omniscan 钆双胺",
    "IODINE": "iodine iodinated 碘对比剂",
    "GADOLINIUM": "gadolinium gd 钆对比剂",
    "IV": "iv",
    "ORAL": "oral",
}
GROUPS: Final = (PHASES, SEQUENCES, BODY, FINDINGS, ACQUISITION, AGENTS)
WORDS: Final = {
    spelling: canonical
    for group in GROUPS
    for canonical, spellings in group.items()
    for spelling in {canonical.lower(), *spellings.split()}
}
_HAN = re.compile(r"[\u4e00-\u9fff]+")
_HAN_WORDS = sorted((word for word in WORDS if _HAN.match(word)), key=len, reverse=True)
_HAN_WORD = re.compile("|".join(_HAN_WORDS))
_TOKEN = re.compile(r"[a-z0-9]+(?:[-*+.][a-z0-9]*)*", re.ASCII)
_ANY = re.compile(rf"{_TOKEN.pattern}|{_HAN_WORD.pattern}", re.ASCII)
_PHRASES = [
    (re.compile(rf"(?<![a-z0-9]){word.replace('-', '[ _-]')}(?![a-z0-9])"), word)
    for word in WORDS
    if "-" in word
]
_MEASURE = re.compile(r"\d{1,3}(?:\.\d{1,2})?(?:mm|kv|kvp|hu|ml|s)\Z")


def words(text: str) -> list[str]:
    """Return the canonical words and short measures ("5mm") of a text in order, each once."""
    lowered = text.lower().replace("_", " ")
    for phrase, word in _PHRASES:
        lowered = phrase.sub(word, lowered)
    found: dict[str, None] = {}
    for match in _ANY.finditer(lowered):
        for word in _read(match.group()):
            found[word] = None
    return list(found)


def _read(token: str) -> list[str]:
    """Return what a token stands for: itself, its hyphenated parts, a measure, or nothing."""
    if token in WORDS:
        return [WORDS[token]]
    if _MEASURE.match(token):
        return [token]
    parts = re.split(r"[-+*.]", token)
    return [WORDS[part] for part in parts if part in WORDS] if len(parts) > 1 else []


def clean(text: str, *, limit: int = 64) -> str:
    """Return the text in controlled words, of at most `limit` characters; "" when none is left."""
    kept = ""
    for word in words(text):
        longer = f"{kept} {word}".strip()
        if len(longer) > limit:
            break
        kept = longer
    return kept


def among(text: str, group: dict[str, str]) -> tuple[str, ...]:
    """Return the canonical words of one group that the text holds."""
    return tuple(word for word in words(text) if word in group)
