"""Registers beside the forms, one row each: allocations and serious adverse events, with their codebook."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from edc.exchange.record import Case, Decided, Subject

Column = tuple[str, str, str]
Rows = Callable[[Subject], Iterator[list[str]]]
COLUMN_HEAD: Final = ("FILE", "SHEET", "COLUMN", "TEXT_ZH", "TEXT_EN")
_PLACE: Final[tuple[Column, ...]] = (
    ("SITE", "中心", "Site"),
    ("SUBJECT", "受试者", "Subject"),
)


@dataclass(frozen=True)
class Register:
    """A table of its own: its file, its sheet in a workbook, its columns with their words, and its rows."""

    file: str
    sheet: str
    columns: tuple[Column, ...]
    rows: Rows

    @property
    def head(self) -> tuple[str, ...]:
        return tuple(name for name, _zh, _en in self.columns)

    def described(self) -> Iterator[list[str]]:
        """Yield a line for each column, under `COLUMN_HEAD`."""
        return ([self.file, self.sheet, *column] for column in self.columns)


def _allocation_rows(subject: Subject) -> Iterator[list[str]]:
    held = subject.allocation
    if held is not None:
        yield [
            subject.site, subject.key, held.stratum,
            "" if held.stratum_from_data is None else _yes(held.stratum_from_data),
            str(held.sequence or ""), held.arm, _yes(held.blinded), held.list_sha256, held.by, held.at,
        ]  # fmt: skip


def _safety_rows(subject: Subject) -> Iterator[list[str]]:
    places = {
        form.number: [event.oid, str(event.repeat_key), form.oid, str(form.repeat_key)]
        for event, form in subject.forms()
    }
    for case in subject.cases or ():
        place = places.get(case.form_number, [""] * 4)
        yield [
            subject.site, subject.key, case.number, *place, case.row_key or "", case.state,
            _yes(case.by_hand), case.aware_at, case.opened_at, *_reports(case), *_review(case),
            case.closed_reason,
        ]  # fmt: skip


def _reports(case: Case) -> list[str]:
    if not case.reports:
        return ["", "", "", "", "0", "", "", "", case.due_at, ""]
    first, *later = case.reports
    hours = (datetime.fromisoformat(first.at) - datetime.fromisoformat(case.aware_at)).total_seconds() / 3600
    last = case.reports[-1]
    return [
        first.at, first.due_at, _yes(first.late), f"{hours:.1f}", str(len(later)),
        "|".join(each.at for each in later), _yes(any(each.late for each in later)), _yes(last.final),
        case.due_at, "|".join(each.by for each in case.reports if each.by),
    ]  # fmt: skip


def _review(case: Case) -> list[str]:
    """Return the committee's decisions on the last report that it decided on, each person in turn."""
    decided = next((each for each in reversed(case.reports) if each.decisions), None)
    if decided is None:
        return [""] * 7

    def each(of: Callable[[Decided], str]) -> str:
        words = [of(one) for one in decided.decisions]
        return "|".join(words) if any(words) else ""

    return [
        str(decided.number), each(lambda one: one.causality), each(lambda one: one.expectedness),
        each(lambda one: one.action), each(lambda one: one.at), each(lambda one: one.by),
        each(lambda one: one.comment),
    ]  # fmt: skip


def _yes(said: bool) -> str:
    return "Y" if said else "N"


ALLOCATIONS: Final = Register(
    "data/allocations.csv",
    "ALLOCATIONS",
    (
        *_PLACE,
        ("STRATUM", "分层；公开包不含", "Stratum; not in the public profile"),
        (
            "STRATUM_FROM_DATA",
            "分层是否取自受试者数据；N 为人工选择；空为未记录",
            "Whether the data said the stratum; N: a person chose it; empty: not recorded",
        ),
        ("SEQUENCE", "名单中该层的序号；仅完整包", "Sequence within the stratum; full profile only"),
        ("ARM", "组别；盲法名单为空", "Arm; empty of a blinded list"),
        ("BLINDED", "是否盲法名单；去标识化的包不含其行", "Whether the list is blinded; full profile only"),
        ("LIST_SHA256", "名单文件的 SHA-256；仅完整包", "SHA-256 of the list's file; full profile only"),
        ("ALLOCATED_BY", "随机化操作人；仅完整包", "Who allocated; full profile only"),
        ("ALLOCATED_AT", "随机化时间；去标识化的包为平移后的日期", "When; shifted date in other profiles"),
    ),
    _allocation_rows,
)
SAFETY_CASES: Final = Register(
    "data/safety_cases.csv",
    "SAE_CASES",
    (
        *_PLACE,
        ("CASE", "SAE 编号；去标识化的包为受试者内序号", "Number; within the subject in other profiles"),
        ("EVENT", "访视", "Visit of the form that tells of it"),
        ("EVENT_REPEAT", "访视重复号", "Repeat of the visit"),
        ("FORM", "表单", "Form"),
        ("FORM_REPEAT", "表单重复号", "Repeat of the form"),
        ("ROW", "表单中的行；空为无行或尚未对应", "Row of the form; empty without rows or while untied"),
        ("STATE", "open 待报告；reported 已报告；closed 已关闭；withdrawn 非严重",
         "open: report owed; reported; closed; withdrawn: not serious"),
        ("BY_HAND", "是否由人手动建立", "Whether a person opened it by hand"),
        ("AWARE_AT", "中心获知时间，24 小时时限由此起算", "When the site knew: the 24 hours run from here"),
        ("OPENED_AT", "系统建立时间", "When the case was opened"),
        ("FIRST_REPORT_AT", "首次报告时间", "When it was first reported"),
        ("FIRST_DUE_AT", "首次报告的时限", "Deadline of the first report"),
        ("FIRST_LATE", "首次报告是否超时", "Whether the first report was late"),
        ("HOURS_TO_REPORT", "获知至首次报告的小时数", "Hours from knowing to the first report"),
        ("FOLLOW_UPS", "随访报告次数", "Follow-up reports"),
        ("FOLLOW_UPS_AT", "各次随访报告时间，以 | 分隔", "When each followed, separated by |"),
        ("FOLLOW_UP_LATE", "随访报告是否有超时", "Whether any follow-up was late"),
        ("FINAL", "最后一次是否为总结报告", "Whether the last report is final"),
        ("DUE_AT", "下一次报告的时限", "Deadline of the next report"),
        ("REPORTED_BY", "各次报告人；仅完整包", "Who reported; full profile only"),
        ("DECIDED_REPORT", "委员会审议的最近一次报告的序号", "Number of the last report decided on"),
        ("CAUSALITY", "因果关系，各委员以 | 分隔", "Causality, of each member, separated by |"),
        ("EXPECTEDNESS", "是否预期", "Expectedness"),
        ("ACTION", "措施", "Action"),
        ("DECIDED_AT", "决定时间", "When decided"),
        ("DECIDED_BY", "决定人；仅完整包", "Who decided; full profile only"),
        ("COMMENTS", "意见；仅完整包", "Comments; full profile only"),
        ("CLOSED_REASON", "关闭或撤销的理由；仅完整包", "Why it was ended; full profile only"),
    ),
    _safety_rows,
)  # fmt: skip
