"""What the dry run says of a cell, in Chinese and English: what is wrong and what to do."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """A sentence in both languages."""

    zh: str
    en: str


NOTHING = Words("", "")
COMPUTED = Words("由公式计算，导入时重新计算", "Computed by its formula, and computed anew.")
FILLED = Words("由系统填写，不导入", "Filled by the platform itself; it is not imported.")
FROM_IMAGES = Words(
    "已完成表单中由影像填写的项目不可导入修改", "Filled from the images: an import does not change it."
)
HIDDEN = Words(
    "按逻辑此项不填，核对决定它的项目", "Hidden by the form's logic: check the item that decides on it."
)
LOCKED = Words("已锁定或冻结，先由数据管理员解除", "Locked or frozen: have a data manager lift that first.")
NOT_DONE = Words("此访视记为未做，先更正访视", "The visit is noted as not done: correct the visit first.")
IN_ENTRY = Words(
    "此双录表单已有人录入，不导入；双录完成后可作为更正导入",
    "People are entering this form twice: nothing is imported. Once complete, import it as a correction.",
)
FIRST_PASS = Words(
    "作为一录封存，仍须另一人二录", "Sealed as the first pass: another person still enters the second."
)
TRANSFERRED = Words(
    "双录表单按电子传输单录完成，不再双录",
    "A double-entry form: completed by electronic transfer, not entered by people.",
)
OUT_OF_SCOPE = Words("受试者不属于您可导入的中心", "The subject is not of a site where you may import.")
NO_CONSENT = Words(
    "没有知情同意，先录入知情同意表", "Nothing is entered without consent: import or enter that first."
)


def no_item(name: str) -> Words:
    return Words(
        f"设计中没有项目“{name}”，更正对应表", f"The design has no item “{name}”: correct the mapping."
    )


def no_event(name: str) -> Words:
    return Words(
        f"设计中没有访视“{name}”，更正对应表", f"The design has no visit “{name}”: correct the mapping."
    )


def which_event(form: str) -> Words:
    return Words(f"{form} 在多个访视中，指明访视", f"{form} is in several visits: say which.")


def not_in_event(form: str, event: str) -> Words:
    return Words(f"{event} 中没有表单 {form}", f"The visit {event} does not have the form {form}.")


def other_form(form: str) -> Words:
    return Words(
        f"此项目属于表单 {form}，不属于文件所写的表单",
        f"The item belongs to the form {form}, not the one named.",
    )


def bad_number(text: str) -> Words:
    return Words(f"序号“{text}”须为从 1 起的整数", f"The repeat “{text}” must be a whole number from 1.")


def once_only(name: str) -> Words:
    return Words(f"{name} 只有一次，序号须为 1", f"{name} takes place once: its repeat must be 1.")


def at_most(name: str, count: int) -> Words:
    return Words(f"{name} 最多 {count} 次", f"{name} takes place {count} times at most.")


def elsewhere(form: str, event: str) -> Words:
    return Words(f"{form} 每位受试者只填一次，在 {event}", f"{form} is filled once a subject, in {event}.")


def no_subject(key: str) -> Words:
    return Words(
        f"没有受试者 {key}；先筛选，或让导入新建受试者",
        f"There is no subject {key}: screen the subject first, or let the import add subjects.",
    )


def bad_key(key: str, number: str) -> Words:
    return Words(
        f"{key} 不是本中心的筛选号（{number}-0001 的形式），改正或另给新号",
        f"{key} is no screening number of the site ({number}-0001): correct it, or have new numbers given.",
    )


def which_site(key: str) -> Words:
    return Words(
        f"不知道 {key} 属于哪个中心，加一列中心", f"The site of {key} is not known: add a column for it."
    )


def wrong_site(key: str) -> Words:
    return Words(
        f"{key} 属于另一个中心，核对中心列", f"{key} belongs to another site: check the column of the site."
    )


def used_row(key: str) -> Words:
    return Words(f"行号 {key} 用过并已删除，换一个", f"The row key {key} was used and removed: give another.")


def bad_row(key: str) -> Words:
    return Words(f"行号“{key}”须为从 1 起的整数", f"The row key “{key}” must be a whole number from 1.")


def stands_twice(line: int) -> Words:
    return Words(
        f"同一项在第 {line} 行已有另一个值，删去一个",
        f"Line {line} holds another value of this item: drop one.",
    )


def incomplete(labels_zh: list[str], labels_en: list[str]) -> Words:
    zh, en = "、".join(labels_zh[:4]), ", ".join(labels_en[:4])
    more_zh, more_en = (
        (f" 等 {len(labels_zh)} 项", f" and others, {len(labels_en)} in all")
        if len(labels_zh) > 4
        else ("", "")
    )
    return Words(
        f"表单缺必填项：{zh}{more_zh}。补入文件或写缺失原因",
        f"The form lacks required items: {en}{more_en}. Add them to the file, or their missing codes.",
    )


def computed_otherwise(value: object) -> Words:
    return Words(
        f"公式算得 {value}，与文件不同；不导入",
        f"The formula gives {value}, not what the file says: not imported.",
    )
