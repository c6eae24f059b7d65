"""The account of a dry run as an Excel workbook: a summary, every cell, every check that fires."""

from collections.abc import Iterable
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.worksheet.worksheet import Worksheet

from edc.models import ImportBatch, ImportCell
from edc.services.data_import import files

ROWS_OF_A_SHEET = 1_000_000
OUTCOMES_ZH = {
    "accepted": "新值，将导入",
    "first_pass": "作为一录",
    "changed": "修改已完成的表单，须写原因",
    "unchanged": "与现有值相同",
    "blank": "空白，不覆盖",
    "rejected": "拒绝",
    "out_of_scope": "其他中心",
    "locked": "已锁定或冻结",
    "in_entry": "正在双录",
    "empty": "空单元格（无现有值）",
}
HEADINGS = (
    "行 line", "列 column", "受试者 subject", "访视 visit", "次 repeat", "表单 form", "份 copy", "项目 item",
    "文件中的值 in the file", "结果 outcome", "outcome", "现有值 held", "读作 understood as", "说明",
    "explanation", "核查 checks",
)  # fmt: skip


def report_path(batch: ImportBatch) -> Path:
    return files.folder() / "reports" / f"{batch.uid}.xlsx"


def write_report(batch: ImportBatch) -> Path:
    """Write the workbook of the batch's last dry run and return its path."""
    book = Workbook(write_only=True)
    _summary(book, batch)
    cells = batch.cells.order_by("pk")
    _sheets(book, "单元格 cells", HEADINGS, (_line(each) for each in cells.iterator(chunk_size=2000)))
    fired = cells.filter(fires=True).iterator(chunk_size=2000)
    rows = ([*_where(cell), each["rule"], each["zh"], each["en"]] for cell in fired for each in cell.checks)
    _sheets(book, "核查 checks", (*HEADINGS[:8], "规则 rule", "内容", "text"), rows)
    path = report_path(batch)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    book.save(part)
    part.replace(path)
    return path


def _summary(book: Workbook, batch: ImportBatch) -> None:
    sheet = book.create_sheet("摘要 summary")
    about = [
        ("文件 file", batch.file_name),
        ("SHA-256", batch.file_sha256),
        ("批次 batch", str(batch.uid)),
        ("研究 study", batch.study.oid),
        ("试运行时间 dry run at (UTC)", batch.checked_at.isoformat() if batch.checked_at else ""),
    ]
    counts = [(f"{OUTCOMES_ZH.get(name, name)} {name}", number) for name, number in batch.counts.items()]
    for row in [*about, *counts]:
        sheet.append([_safe(sheet, value) for value in row])


def _sheets(book: Workbook, title: str, headings: Iterable[str], rows: Iterable[list]) -> None:
    """Write the rows to as many sheets as Excel's limit asks for."""
    sheet, held = None, ROWS_OF_A_SHEET
    number = 0
    headings = list(headings)
    for row in rows:
        if held >= ROWS_OF_A_SHEET:
            sheet, held, number = _sheet(book, title, number, headings), 0, number + 1
        assert sheet is not None
        sheet.append([_safe(sheet, value) for value in row])
        held += 1
    if sheet is None:
        _sheet(book, title, number, headings)


def _sheet(book: Workbook, title: str, number: int, headings: list[str]) -> Worksheet:
    sheet = book.create_sheet(f"{title} {number + 1}" if number else title)
    sheet.freeze_panes = "A2"
    sheet.append(headings)
    return sheet


def _safe(sheet: Worksheet, value: object) -> object:
    """Return what Excel shows as text even where it begins like a formula."""
    if not isinstance(value, str) or not value.startswith("="):
        return _clean(value) if isinstance(value, str) else value
    cell = WriteOnlyCell(sheet, value=_clean(value))
    cell.data_type = "s"
    return cell


def _clean(text: str) -> str:
    return ILLEGAL_CHARACTERS_RE.sub("", text)


def _where(cell: ImportCell) -> list:
    return [
        cell.line, cell.column, cell.subject_key, cell.event_oid, cell.event_repeat, cell.form_oid,
        cell.form_repeat, cell.path,
    ]  # fmt: skip


def _line(cell: ImportCell) -> list:
    checks = "; ".join(each["rule"] for each in cell.checks)
    outcome = OUTCOMES_ZH[cell.outcome]
    said = [
        cell.raw,
        outcome,
        cell.outcome,
        cell.before,
        cell.after,
        cell.message_zh,
        cell.message_en,
        checks,
    ]
    return _where(cell) + said
