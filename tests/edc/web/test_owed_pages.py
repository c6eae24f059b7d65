"""The day's list shows a page of its lines; its headings tell of all of them."""

from edc.extensions import OwedWork
from edc.web.owed_lines import PAGE_SIZE, grouped, line_of, page_of


def lines_of(count: int, blocks: str) -> list:
    made = [
        OwedWork(
            kind="query", title=f"{blocks} {number}", subject_key="01-0001", event_name="", blocks=blocks,
            due=None, minutes=3, url=f"/{number}/", action="Answer",
        )
        for number in range(count)
    ]  # fmt: skip
    return [line_of(work) for work in made]


def test_each_page_shows_its_lines_under_headings_that_count_all(settings):
    settings.LANGUAGE_CODE = "en"
    groups = grouped([*lines_of(40, "The signature waits"), *lines_of(30, "")], "waiting")

    first, second, last = (page_of(groups, asked) for asked in ("1", "2", "99"))

    assert [len(group.shown) for group in first[1]] == [40, PAGE_SIZE - 40]
    assert [(len(group.shown), len(group.lines)) for group in second[1]] == [(70 - PAGE_SIZE, 30)]
    assert last[0].number == 2
    shown = [line for _page, found in (first, second) for group in found for line in group.shown]
    assert shown == [line for group in groups for line in group.lines]


def test_a_person_who_owes_nothing_has_one_empty_page():
    page, groups = page_of([], None)

    assert (groups, page.paginator.num_pages, list(page)) == ([], 1, [])
