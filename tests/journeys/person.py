"""Somebody at a browser of their own: logs in, opens pages, and notices what goes wrong behind them."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response, expect

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
# Not part of the project: what a run saw, kept for whoever wants to look at it.
PICTURES = ROOT / "var" / "journeys"
DESK, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}
SERIOUS = {"serious", "critical"}
# Waiting ends as soon as there is something to see; only a machine busy with other stages needs this long.
SLOW = 60_000
# The browser's own words for an answer of 4xx: a journey also tries what must be refused.
REFUSAL = re.compile(r"Failed to load resource: .* status of 4\d\d")


class Person:
    """A log-in of one user; `faults` are script errors, answers of 5xx and requests that went nowhere."""

    def __init__(self, browser: Browser, address: str, username: str, password: str, **options: Any) -> None:
        self.address, self.username, self.password = address, username, password
        settings = {"viewport": DESK, "locale": "zh-CN", "color_scheme": "light", **options}
        self.context = browser.new_context(base_url=address, accept_downloads=True, **settings)
        self.context.set_default_timeout(SLOW)
        self.page: Page = self.context.new_page()
        self.faults: list[str] = []
        self.page.on("pageerror", lambda error: self.faults.append(f"{self.page.url}: {error}"))
        self.page.on("console", self._on_console)
        self.page.on("response", self._on_response)
        self.page.on("requestfailed", self._on_failed)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not REFUSAL.match(message.text):
            self.faults.append(f"{self.page.url}: {message.text}")

    def _on_response(self, response: Response) -> None:
        if response.status >= 500:
            self.faults.append(f"{response.request.method} {response.url}: {response.status}")

    def _on_failed(self, request: Request) -> None:
        # A request that the leaving of its page cuts off is no fault.
        if "ERR_ABORTED" not in (request.failure or ""):
            self.faults.append(f"{request.method} {request.url}: {request.failure}")

    def log_in(self) -> "Person":
        self.open("/accounts/login/")
        self.page.fill("#id_login", self.username)
        self.page.fill("#id_password", self.password)
        self.page.press("#id_password", "Enter")
        self.page.wait_for_url(lambda url: "/accounts/login" not in url)
        return self

    def open(self, path: str) -> Page:
        """Open a page that must be there."""
        status = self.status_of(path)
        assert status == 200, f"{self.username} opens {path}: {status}"
        return self.page

    def status_of(self, path: str) -> int:
        """Open an address as it is and return what the server answers."""
        answer = self.page.goto(path)
        assert answer is not None
        return answer.status

    def chooses(self, study: str) -> None:
        """Work in a study, by its oid."""
        self.open("/")
        self.page.click("summary.switch")
        self.page.click(f"button[name=study][value='{study}']")
        expect(self.page.locator("summary.switch")).to_contain_text(study)

    def speaks(self, language: str) -> None:
        """Choose the language of the pages: zh-hans or en."""
        self.context.add_cookies([{"name": "django_language", "value": language, "url": self.address}])

    def picture(self, name: str) -> Path:
        """Save what is in the window."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        path = PICTURES / f"{name}.png"
        self.page.screenshot(path=path)
        return path

    def check_page(self, name: str) -> None:
        """Save a picture and fail on a serious accessibility fault or on anything that went wrong so far."""
        self.picture(name)
        found = serious(self.page) + self.faults
        assert not found, f"{name}: {found}"

    def close(self) -> None:
        self.context.close()


def serious(page: Page) -> list[str]:
    """Return axe-core's serious and critical findings as text."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE.read_text())
    found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']}).then(r => r.violations)")
    return [
        f"{each['id']}: {[node['target'] for node in each['nodes']]}"
        for each in found
        if each["impact"] in SERIOUS
    ]


def reload_until(page: Page, seen: Callable[[], bool], *, seconds: float, words: str) -> None:
    """Look again, every second, at a page that does not renew itself, until `seen()`."""
    for _turn in range(int(seconds)):
        if seen():
            return
        page.wait_for_timeout(1000)
        page.reload()
    raise AssertionError(f"{words} was not seen in {seconds} s on {page.url}")
