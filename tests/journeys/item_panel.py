"""The panel beside a form as a person at the keyboard uses it: Ctrl+Q at an item, Escape back to it."""

from playwright.sync_api import Locator, Page, expect

from tests.journeys.form_page import SLOW


class ItemPanel:
    """What the panel says of one item of the form that is open."""

    def __init__(self, page: Page, path: str) -> None:
        self.page, self.item = page, page.locator(f'[data-path="{path}"]')
        self.panel = page.locator("#panel")
        self.label = self.item.locator(".lab").first

    @property
    def flag(self) -> Locator:
        """The item's mark of open queries."""
        return self.item.locator("[data-tab=queries]")

    def ask(self) -> Locator:
        """Go to the queries of the item, and return what has the focus in the panel."""
        self.flag.focus()
        self.page.keyboard.press("Control+q")
        focus = self.panel.locator(":focus")
        expect(focus).to_be_visible(timeout=SLOW)
        return focus

    def press(self, words: str) -> None:
        """Go on by Tab to the button of these words, and press it."""
        button = self.panel.get_by_role("button", name=words, exact=True)
        for _turn in range(6):
            if button.evaluate("each => each === document.activeElement"):
                break
            self.page.keyboard.press("Tab")
        expect(button).to_be_focused()
        self.page.keyboard.press("Enter")
