"""The page of one subject: its visits, its forms, its criteria."""

import re

from playwright.sync_api import expect

from tests.journeys.answers import form_names
from tests.journeys.form_page import SLOW, FormPage
from tests.journeys.person import Person


class SubjectPage:
    """The subject as `person` sees it; the address of each form is learnt from the page."""

    def __init__(self, person: Person, path: str) -> None:
        self.person, self.path = person, path

    def form_path(self, form: str) -> str:
        """Return the address of the first form of this kind, from the links of the subject's page."""
        page = self.person.open(self.path)
        link = page.get_by_role("link", name=form_names()[form], exact=True).first
        return str(link.get_attribute("href"))

    def open_form(self, form: str) -> FormPage:
        return FormPage(self.person.open(self.form_path(form)))

    def note_visit(self, name: str, day: str) -> None:
        """Note the day on which a visit was held."""
        page = self.person.open(self.path)
        visit = page.locator("tbody", has=page.locator("tr.grp", has_text=re.compile(name))).first
        visit.locator("details:has(input[name=held_on]) > summary").press("Enter")
        visit.locator("input[name=held_on]").fill(day)
        visit.locator("input[name=held_on]").press("Enter")
        expect(page.locator("tr.grp", has_text=day)).to_be_visible(timeout=SLOW)


def enrol(person: Person, cohort: str = "TARGET") -> tuple[SubjectPage, str]:
    """Give a screening number by keyboard and return the subject's page and number."""
    page = person.open("/subjects/")
    page.keyboard.press("n")
    page.select_option("#n-cohort", cohort)
    page.locator("#n-cohort").press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/subjects/\d+/"))
    path = re.search(r"/subjects/\d+/", page.url)
    assert path is not None
    return SubjectPage(person, path[0]), page.locator("h1").inner_text()
