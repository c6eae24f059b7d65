"""Ready sentences for queries that every study starts with; a study replaces or retires them by code."""

from dataclasses import dataclass

from edc.design.items import Text


@dataclass(frozen=True)
class Sentence:
    """A ready sentence: `purpose` is query, answer or close; `own` when the study wrote it itself."""

    code: str
    purpose: str
    text: Text
    own: bool = False
    active: bool = True

    @property
    def in_both(self) -> str:
        """The sentence as one text that readers of either language understand."""
        return f"{self.text.zh} / {self.text.en}"


def _sentence(purpose: str, code: str, zh: str, en: str) -> Sentence:
    return Sentence(code, purpose, Text(zh, en))


SHIPPED = (
    _sentence("query", "check-source", "请核对原始记录并确认该值。",
              "Check the source and confirm this value."),
    _sentence("query", "missing", "该项未填写，请补录，或选择缺失原因。",
              "This item is empty. Fill it in, or choose why it is missing."),
    _sentence("query", "out-of-range", "该值超出通常范围，请核对原始记录与单位。",
              "This value is unusual. Check the source and the unit."),
    _sentence("query", "date-order", "日期先后与其他表单不符，请核对各日期。",
              "The dates of this form and of others do not follow each other. Check them."),
    _sentence("query", "unit", "请核对检验报告上的单位。", "Check the unit on the laboratory report."),
    _sentence("query", "inconsistent", "该值与另一表单的记录不一致，请核对两处。",
              "This value contradicts another form. Check both."),
    _sentence("query", "unclear", "填写内容不够明确，请按原始记录补充说明。",
              "What is written is not clear. Complete it from the source."),
    _sentence("query", "ae-grade", "请核对不良事件的分级与其描述是否相符。",
              "Check that the grade of the adverse event fits its description."),
    _sentence("query", "ongoing", "请更新结局或结束日期，或确认仍在持续。",
              "Give the outcome or the end date, or confirm that it continues."),
    _sentence("answer", "as-source", "与原始记录一致。", "It agrees with the source."),
    _sentence("answer", "corrected", "已按原始记录更正。", "Corrected from the source."),
    _sentence("answer", "no-source", "原始记录中没有该信息。", "The source does not hold this information."),
    _sentence("close", "settled", "已核实，关闭。", "Confirmed; closed."),
    _sentence("close", "asked-twice", "重复质疑，撤回。", "Asked twice; withdrawn."),
    _sentence("close", "raised-in-error", "误提质疑，撤回。", "Raised in error; withdrawn."),
)  # fmt: skip
