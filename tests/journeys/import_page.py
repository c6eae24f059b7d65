"""The page of one import as a data manager at the keyboard uses it: a file taken, tried, written, undone."""

from playwright.sync_api import Locator, expect

from tests.journeys.form_page import SLOW
from tests.journeys.person import Person


class ImportPage:
    """A CSV file taken into the study that the person has chosen, with what its headings say filled in."""

    def __init__(self, person: Person, name: str, content: str) -> None:
        self.person, self.page = person, person.open("/imports/")
        self.page.keyboard.press("n")
        self.page.locator("#u-file").set_input_files(
            {"name": name, "mimeType": "text/csv", "buffer": content.encode()}
        )
        self.page.get_by_role("button", name="上传", exact=True).press("Enter")
        expect(self.page.locator("#mapping")).to_be_visible(timeout=SLOW)

    def dry_run(self) -> None:
        """Try the file with the columns as they stand, and wait for the account of its cells."""
        self.page.keyboard.press("Control+s")
        expect(self.page.locator("dl.import-facts")).to_be_visible(timeout=SLOW)

    def commit(self, reason: str) -> None:
        """Write what the dry run showed."""
        self.page.keyboard.press("c")
        self.page.fill("#c-reason", reason)
        self.page.press("#c-reason", "Enter")
        self.has_state("已导入")

    def undo(self, reason: str) -> None:
        self.page.keyboard.press("u")
        self.page.fill("#u-reason", reason)
        self.page.press("#u-reason", "Enter")
        self.has_state("已撤销")

    def has_state(self, words: str) -> None:
        expect(self.page.locator("h1 + .st")).to_have_text(words, timeout=SLOW)

    def cell(self, column: str) -> Locator:
        """Return the line of the first cell of a column, as the dry run accounts for it."""
        is_column = self.page.locator(f"td:nth-child(2):text-is('{column}')")
        return self.page.locator("tbody tr", has=is_column).first
