"""Files from outside opened within limits: no bomb unpacks, no XML entity is resolved, nothing is fetched."""

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree

from edc.exchange.faults import FileFault

MAX_FILE = 200 * 2**20
MAX_UNPACKED = 1024 * 2**20
MAX_RATIO = 200
MAX_MEMBERS = 2000


def check_size(path: Path) -> None:
    """Raise FileFault for an empty file or one over the limit."""
    size = path.stat().st_size
    if not size:
        raise FileFault("文件是空的，导出后再上传", "The file is empty: export it again and upload that.")
    if size > MAX_FILE:
        most = MAX_FILE // 2**20
        raise FileFault(
            f"文件大于 {most} MB，分成几个再上传",
            f"The file is over {most} MB: split it and upload the parts.",
        )


def check_zip(path: Path) -> None:
    """Raise FileFault unless the file is a ZIP that unpacks to a reasonable size."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError):
        raise FileFault(
            "不是 Excel 工作簿（.xlsx），另存为 .xlsx 后再上传",
            "Not an Excel workbook: save it as .xlsx and upload that.",
        ) from None
    unpacked = sum(each.file_size for each in members)
    packed = max(1, sum(each.compress_size for each in members))
    if len(members) > MAX_MEMBERS or unpacked > MAX_UNPACKED or unpacked / packed > MAX_RATIO:
        raise FileFault(
            "压缩包解开后过大，已拒收", "The file unpacks to far more than it should and was refused."
        )


def read_xml(path: Path) -> Iterator[tuple[str, Any]]:
    """Yield lxml's (event, element) pairs, ``start`` and ``end``; raise FileFault where the XML is not sound.

    A document type is refused, so there are no entities, no external subset and no network.
    """
    check_size(path)
    try:
        walk = etree.iterparse(
            str(path),
            events=("start", "end"),
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            dtd_validation=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        for count, (event, element) in enumerate(walk):
            if not count and element.getroottree().docinfo.internalDTD is not None:
                raise FileFault(
                    "含有 DOCTYPE，出于安全已拒收，去掉后再上传",
                    "The file declares a DOCTYPE and was refused for safety: remove it and upload again.",
                )
            yield event, element
    except etree.XMLSyntaxError as error:
        raise FileFault(
            f"不是完整的 XML：{error.msg}，重新导出",
            f"Not sound XML: {error.msg}. Export it again.",
            f"line {error.lineno}",
        ) from None


def local(element: Any) -> str:
    """Return the element's name without its namespace."""
    return element.tag.rpartition("}")[2]
