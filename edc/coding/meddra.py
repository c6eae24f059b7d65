"""MedDRA as its ASCII distribution (MedAscii) holds it, in a ZIP: `llt.asc` and `mdhier.asc`.

Fields are divided by `$`, after the distribution's own file format document. A value is coded to a lowest
level term; above it stand its preferred term and the primary way to a system organ class.
"""

import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Final

from edc.coding.terms import Class, Term, is_chinese
from edc.exchange.faults import FileFault
from edc.exchange.safe_files import check_size, check_zip

NEEDED: Final = ("llt.asc", "mdhier.asc")
_ENCODINGS: Final = ("utf-8-sig", "gb18030", "latin-1")
# mdhier: pt, hlt, hlgt, soc codes; their names; abbreviation; an empty field; pt's own soc; primary or not.
_HIERARCHY_FIELDS: Final = 12
_PRIMARY: Final = 11
# llt: code, name, pt; six codes of older terminologies; currency.
_LLT_FIELDS: Final = 10
_CURRENCY: Final = 9


def read_meddra(path: Path) -> tuple[dict[str, Term], str]:
    """Return the lowest level terms by code, in the file's language, and the version the file says, or "".

    Raise FileFault naming the file and line at fault.
    """
    files = _texts(path)
    names = _lines(files, "llt.asc", _LLT_FIELDS)
    rows = [(number, fields) for number, fields in names]
    chinese = any(is_chinese(fields[1]) for _number, fields in rows[:200])
    above = _hierarchy(files, chinese)
    return {fields[0]: _term(number, fields, above, chinese) for number, fields in rows}, _version(files)


def _texts(path: Path) -> dict[str, str]:
    check_size(path)
    if not zipfile.is_zipfile(path):
        raise FileFault("MedDRA 须为 MedAscii 文件的 ZIP", "MedDRA comes as a ZIP of its MedAscii files.")
    check_zip(path)
    found: dict[str, str] = {}
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            name = PurePosixPath(member.filename).name.lower()
            if name in (*NEEDED, "meddra_release.asc"):
                found[name] = _decoded(archive.read(member))
    missing = [name for name in NEEDED if name not in found]
    if missing:
        names = ", ".join(missing)
        raise FileFault(f"ZIP 中缺少：{names}", f"The ZIP lacks {names}: pack the whole MedAscii folder.")
    return found


def _decoded(data: bytes) -> str:
    for encoding in _ENCODINGS[:-1]:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode(_ENCODINGS[-1])


def _lines(files: dict[str, str], name: str, least: int) -> Iterator[tuple[int, list[str]]]:
    for number, line in enumerate(files[name].splitlines(), start=1):
        if not line.strip():
            continue
        fields = [each.strip() for each in line.split("$")]
        if len(fields) < least or not fields[0].isdecimal():
            raise FileFault(
                f"不是 MedAscii 的格式，应有 {least} 个以 $ 分隔的字段",
                f"Not as MedAscii has it: {least} fields divided by $ are expected.", f"{name} {number}",
            )  # fmt: skip
        yield number, fields


def _hierarchy(files: dict[str, str], chinese: bool) -> dict[str, tuple[Class, ...]]:
    found: dict[str, tuple[Class, ...]] = {}
    for _number, fields in _lines(files, "mdhier.asc", _HIERARCHY_FIELDS):
        if fields[_PRIMARY] != "Y":
            continue
        places = (("SOC", 3), ("HLGT", 2), ("HLT", 1), ("PT", 0))
        found[fields[0]] = tuple(
            Class(level, fields[place], **_named(fields[place + 4], chinese)) for level, place in places
        )
    return found


def _term(number: int, fields: list[str], above: dict[str, tuple[Class, ...]], chinese: bool) -> Term:
    if fields[2] not in above:
        raise FileFault(
            f"首选语 {fields[2]} 在 mdhier.asc 中没有主 SOC",
            f"Preferred term {fields[2]} has no primary SOC in mdhier.asc.", f"llt.asc {number}",
        )  # fmt: skip
    names = _named(fields[1], chinese)
    return Term(fields[0], "LLT", path=above[fields[2]], current=fields[_CURRENCY] != "N", **names)


def _named(name: str, chinese: bool) -> dict[str, str]:
    return {"zh" if chinese else "en": name}


def _version(files: dict[str, str]) -> str:
    return files.get("meddra_release.asc", "").partition("$")[0].strip()
