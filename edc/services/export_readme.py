"""What a package says of itself to a person, in both languages."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from edc.design.study import StudyDesign
from edc.exchange.record import Subject
from edc.models import Export, Site

FOLLOW_UP_DAYS = 90
SHARING_DELAY_DAYS = 183


def readme_of(export: Export, sites: list[Site], records: Iterable[Subject]) -> list[tuple[str, str]]:
    """Return the lines of README as (head, text); `records` are read for a workbook alone."""
    snapshot = export.snapshot
    design = snapshot.design_version.design
    public = export.profile == Export.Profile.PUBLIC
    lines = [
        ("研究 Study", f"{design.oid} {design.title.zh} / {design.title.en}"),
        ("快照 Snapshot (cite as)", snapshot.citation),
        ("名称 Name", snapshot.name),
        ("冻结时间 Frozen at", snapshot.frozen_at.isoformat(timespec="seconds")),
        ("内容哈希 Content SHA-256", snapshot.content_sha256),
        ("审计位置 Audit event", f"{snapshot.audit_event} {snapshot.audit_hash}"),
        ("设计版本 Design version", f"{snapshot.design_version.number} {design.sha256}"),
        ("去标识化 Profile", export.profile),
        ("中心 Sites", str(len(sites)) if public else ", ".join(site.oid for site in sites)),
        ("用途 Purpose", export.purpose),
    ]
    return [*lines, *_how_to_read(), *_profile_lines(export), *_study_lines(export, design, records)]


def _how_to_read() -> list[tuple[str, str]]:
    return [
        ("", ""),
        (
            "缺失原因 Missing codes",
            "ND 未做 Not done; UNK 不详 Unknown; NA 不适用 Not applicable; NE 不可评价 Not evaluable. "
            "列名__M 为缺失原因，__L 为代码含义。"
            "COLUMN__M is the missing code, COLUMN__L the words of a code.",
        ),
        (
            "单位 Units",
            "宽表为标准单位；长表同时有录入值、录入单位与标准值。"
            "Wide tables hold the standard unit; the long table "
            "holds the value and unit as entered, the standard value, and what was typed.",
        ),
        (
            "核对 Check",
            "python3 verify_package.py：核对每个文件的 SHA-256 与行数。"
            "Checks each file's SHA-256 and the rows.",
        ),
    ]


def _profile_lines(export: Export) -> list[tuple[str, str]]:
    if export.profile == Export.Profile.FULL:
        return []
    return [
        (
            "日期 Dates",
            "每位受试者的日期整体前移固定天数，与其影像一致；间隔不变。"
            "Each subject's dates are moved back by one "
            "number of days, the same as in the subject's images; intervals are true.",
        ),
        (
            "自由文本 Free text",
            "公开包不含自由文本；受限包按模式扫描，发现可识别内容的已删除。扫描不能证明无法识别。"
            "The public profile has none; the limited profile drops texts in which a scan finds "
            "identifying content. A scan is no proof.",
        ),
    ]


def _study_lines(export: Export, design: StudyDesign, records: Iterable[Subject]) -> list[tuple[str, str]]:
    lines = []
    end = design.execution.end if design.execution else None
    if end and export.kind == Export.Kind.SHARING:
        due = date.fromisoformat(end) + timedelta(days=SHARING_DELAY_DAYS)
        lines.append(
            (
                "公开时间 Public from",
                f"试验结束 {end} 后 6 个月（{due}） Six months after the end of the trial",
            )
        )
    if end and export.kind == Export.Kind.WORKBOOK:
        late = late_subjects(records, design.index_item, date.fromisoformat(end))
        lines.append(
            (
                "随访不足 Short follow-up",
                f"{late} 位受试者的索引日距研究结束日 {end} 不足 3 个月。"
                "Subjects whose index day is less than three months before the end of the study.",
            )
        )
    for decision in design.decisions if export.kind == Export.Kind.WORKBOOK else ():
        lines.append((f"约定 {decision.oddity}", f"{decision.default.zh} / {decision.default.en}"))
    return lines


def late_subjects(records: Iterable[Subject], index_item: str, end: date) -> int:
    """Return how many subjects can be followed for less than three months between index day and end."""
    limit = (end - timedelta(days=FOLLOW_UP_DAYS)).isoformat()
    return sum(any(day > limit for day in _days(subject, index_item)) for subject in records)


def _days(subject: Subject, item: str) -> Iterator[str]:
    for _event, form in subject.forms():
        yield from (str(each.value) for each in form.values if each.item_oid == item and each.value)
