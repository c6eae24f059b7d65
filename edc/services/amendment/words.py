"""What an amendment asks of a site, in both languages."""


def missing_text(number: int) -> tuple[str, str]:
    """Return the query for an item that a design version requires and the form does not hold."""
    return (
        f"设计第 {number} 版要求填写此项：按源数据补填，或选择缺失代码。",
        f"Design version {number} requires this item: enter it from the source, or choose a missing code.",
    )


def unreadable_text(number: int) -> tuple[str, str]:
    """Return the query for an item whose entry is not possible in a design version."""
    return (
        f"此项原来的填写在设计第 {number} 版中不可用，仍保存在原记录里：按源数据重新填写。",
        f"The earlier entry is not possible in design version {number} and stays in the sealed record: enter "
        "the item anew from the source.",
    )
