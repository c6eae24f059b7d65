"""Finding what may identify a person in free text: numbers, addresses, names as records write them."""

import re
from typing import Final

_PATTERNS: Final = (
    ("id_number", re.compile(r"(?<![0-9])[1-9]\d{5}(?:18|19|20)\d{2}(?:0\d|1[0-2])[0-3]\d{4}[\dXx]?(?!\d)")),
    ("mobile", re.compile(r"(?<!\d)1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)")),
    ("telephone", re.compile(r"(?<!\d)0\d{2,3}[- ]\d{7,8}(?!\d)")),
    ("mail", re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")),
    ("record_number", re.compile(r"(?:住院|病案|门诊|病历|影像|检查|病理|标本)(?:号|编号)\s*[:：]?\s*\w+")),
    ("record_number", re.compile(r"(?i)\b(?:MRN|patient id|accession)\b\s*(?:no\.?|number)?\s*[:#]?\s*\w+")),
    ("name", re.compile(
        r"(?:患者|病人|家属|医生|姓名|联系人|患儿|经治)\s*[:：]?\s*[\u4e00-\u9fff]{1,3}"
        r"(?:某|先生|女士|主任|医生|医师)"
    )),
    ("name", re.compile(r"姓名\s*[:：]\s*[\u4e00-\u9fff·]{2,6}")),
    ("name", re.compile(r"\b(?:Mr|Mrs|Ms|Dr|Prof)\.? [A-Z][a-z]+")),
    ("address", re.compile(
        r"[\u4e00-\u9fff]{2,}(?:省|市|区|县|镇|乡|村|路|街道?)[\u4e00-\u9fff\d]*(?:号|室|栋|单元|村|组)"
    )),
    ("date", re.compile(r"(?<!\d)(?:19|20)\d{2}\s*[-/.年]\s*\d{1,2}(?:\s*[-/.月]\s*\d{1,2}日?)?")),
)  # fmt: skip


def findings(text: str) -> tuple[str, ...]:
    """Return the kinds of identifying content found, sorted; empty where nothing is found.

    A scan by patterns warns; it does not prove that a text identifies nobody.
    """
    return tuple(sorted({kind for kind, pattern in _PATTERNS if pattern.search(text)}))
