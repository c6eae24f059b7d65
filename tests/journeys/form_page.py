"""The page of one form as a person at the keyboard uses it."""

from collections.abc import Mapping

from playwright.sync_api import Locator, Page, TimeoutError, expect

from tests.journeys.person import SLOW


class FormPage:
    """A form open for entry; `answers` map an item's path to a raw value, a list for several codes."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def item(self, path: str) -> Locator:
        return self.page.locator(f'[data-path="{path}"]')

    def enter(self, answers: Mapping[str, object]) -> None:
        """Type every answer in the order of the page, and wait until all of it is on the server."""
        order = self.page.locator("[data-path]").evaluate_all("all => all.map(each => each.dataset.path)")
        for path in [path for path in order if path in answers]:
            self.answer(path, answers[path])
        self.is_saved()

    def answer(self, path: str, raw: object) -> None:
        """Type one answer; an item that opens only with an earlier answer is waited for."""
        item = self.item(path)
        expect(item).to_be_visible(timeout=SLOW)
        control = item.get_attribute("data-control")
        if control in {"radio", "checks"}:
            for code in raw if isinstance(raw, list) else [raw]:
                self._choose(item, str(code))
        elif control == "select":
            item.locator("select[data-raw]").select_option(str(raw))
        else:
            self._type(item, ", ".join(map(str, raw)) if isinstance(raw, list) else str(raw))

    def _choose(self, item: Locator, code: str) -> None:
        choice = item.locator(f'input[value="{code}"]')
        choice.focus()
        if not choice.is_checked():
            choice.press("Space")
        expect(choice).to_be_checked()

    def _type(self, item: Locator, text: str) -> None:
        field = item.locator("[data-raw]:not([data-proposal])")
        field.focus()
        field.press("Control+a")
        self.page.keyboard.insert_text(text)
        # Enter goes to the next item, and the browser tells the item left that it has changed.
        self.page.keyboard.press("Enter")

    def is_saved(self) -> None:
        """Wait until nothing is on its way to the server."""
        self.page.wait_for_function(
            """() => document.querySelector('[data-save-state=saved]') &&
            !Object.keys(localStorage).some(each => each.startsWith('tandem.kept'))""",
            timeout=SLOW,
        )

    def submit(self) -> None:
        """Submit by keyboard; the page that comes next is open afterwards."""
        here = self.page.url
        self.page.keyboard.press("Control+Enter")
        try:
            self.page.wait_for_url(lambda url: url != here, timeout=SLOW)
        except TimeoutError as error:
            said = self.page.locator("#toasts, .fault").all_inner_texts()
            raise AssertionError(f"{here} was not submitted: {said}") from error

    def value_of(self, path: str) -> str:
        """Return what stands in the item's field."""
        return self.item(path).locator("[data-raw]:not([data-proposal])").first.input_value()
