"""The shell, the plots and the viewer in a real browser, without the rest of the platform."""

from collections.abc import Iterator

import pytest
from django.urls import include, path
from playwright.sync_api import Browser, Page, expect

from tests.journeys import pages
from tests.journeys.person import DESK, PHONE, ROOT, serious
from tests.journeys.wado_stub import Archive, serve

pytestmark = pytest.mark.browser


def _nothing(request: object) -> None:
    """A route that is only named."""


urlpatterns = [
    path("accounts/login/", _nothing, name="account_login"),
    path("accounts/logout/", _nothing, name="account_logout"),
    path("switch/", _nothing, name="switch"),
    path("search/", _nothing, name="search"),
    path("notifications/", _nothing, name="notifications"),
    path("training/", _nothing, name="training"),
    path("statement/", _nothing, name="statement"),
    path("notifications/count/", _nothing, name="notification-count"),
    path("i18n/", include("django.conf.urls.i18n")),
]


@pytest.fixture
def show(chromium: Browser, settings) -> Iterator:
    """Open a rendered page; every error of the page's scripts fails the test."""
    settings.ROOT_URLCONF = __name__
    opened: list = []

    def open_page(html: str, *, size=DESK, dark=False, archive=None, others=None) -> Page:
        server = serve(ROOT, {"/": html, **(others or {})}, archive)
        context = chromium.new_context(
            viewport=size, color_scheme="dark" if dark else "light", locale="zh-CN"
        )
        page = context.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        opened.append((server, context, errors))
        page.goto(f"http://127.0.0.1:{server.server_port}/")
        return page

    yield open_page
    for server, context, errors in opened:
        context.close()
        server.shutdown()
        assert errors == []


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("name", ["list", "login", "404", "charts"])
def test_no_page_of_the_shell_has_a_serious_accessibility_fault(show, name, size, dark):
    html = {
        "list": lambda: pages.page(pages.LIST, rows=pages.ROWS),
        "login": lambda: pages.page("account/login.html", shell=None, form={}),
        "404": lambda: pages.page("errors/404.html"),
        "charts": lambda: pages.page(pages.CHARTS, charts=pages.CHART_DATA),
    }[name]()
    page = show(html, size=size, dark=dark)

    assert page.evaluate("document.documentElement.dataset.bsTheme") == ("dark" if dark else "light")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert serious(page) == []


def test_the_tab_of_the_page_is_in_sight_among_many(show):
    tabs = [{"url": "/", "label": f"页面 {number}", "active": number == 28} for number in range(30)]
    page = show(pages.page(pages.LIST, rows=pages.ROWS, shell={**pages.SHELL, "tabs": tabs}))

    strip = page.locator(".top .tabs")
    assert strip.evaluate("strip => strip.scrollWidth > strip.clientWidth")
    expect(strip.locator("[aria-current]")).to_be_in_viewport(ratio=1)


def test_the_theme_is_kept(show):
    page = show(pages.page(pages.LIST, rows=pages.ROWS))

    page.click("[data-theme-toggle]")
    page.reload()

    assert page.evaluate("document.documentElement.dataset.bsTheme") == "dark"


def test_letters_move_the_list_outside_fields_only(show):
    page = show(pages.page(pages.LIST, rows=pages.ROWS))

    page.keyboard.press("j")
    page.keyboard.press("j")
    assert "Q-2841" in page.locator("tr.on").inner_text()

    page.fill("#alt", "")
    page.locator("#alt").press("j")
    assert "Q-2841" in page.locator("tr.on").inner_text()
    assert page.input_value("#alt") == "j"

    page.locator("tr.on").focus()
    page.keyboard.press("Enter")
    assert page.url.endswith("#Q-2841")


def test_nothing_fires_while_an_input_method_composes(show):
    page = show(pages.page(pages.LIST, rows=pages.ROWS))
    event = "new KeyboardEvent('keydown', {key, bubbles: true, isComposing: true})"
    press = f"key => document.body.dispatchEvent({event})"

    page.evaluate(press, "j")
    page.evaluate(press, "?")

    assert page.locator("tr.on").count() == 0
    assert not page.locator("#keys").is_visible()


def test_the_key_list_names_every_key_of_the_page(show):
    page = show(pages.page(pages.LIST, rows=pages.ROWS, language="en"), size=DESK)

    page.keyboard.press("?")

    expect(page.locator("#keys")).to_be_visible()
    assert {"?", "/", "J", "K", "↵"} <= set(page.locator("#keys kbd").all_inner_texts())
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()


def test_what_could_not_be_sent_is_kept_and_sent_later(show):
    page = show(pages.page(pages.LIST, rows=pages.ROWS))
    page.route("**/save", lambda route: route.abort())
    page.fill("#alt", "58")
    page.wait_for_selector("[data-save-state=failed]")

    page.unroute("**/save")
    sent: list[str] = []
    page.route("**/save", lambda route: (sent.append(route.request.post_data), route.fulfill(status=204)))
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()

    page.wait_for_selector("[data-save-state=saved]")
    assert page.input_value("#alt") == "58"
    assert sent == ["IT.LBC.ALT=58"]
    assert page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('tandem.kept'))") == []


def test_what_lies_in_the_browser_is_read_by_its_person_alone(show):
    """AES-GCM under a key that the page brings: another person's key opens nothing, and takes it away."""
    keep = "import('/static/js/entry/kept.js').then(each => each.keep({'IT.DM.AGE': {raw: '58'}}))"
    read = "import('/static/js/entry/kept.js').then(each => each.kept())"
    held = "JSON.stringify(Object.entries(localStorage))"
    page = show(pages.entry_page(key="AA" * 21 + "A="))
    page.evaluate(keep)
    stored = page.evaluate(held)
    page.reload()
    again = page.evaluate(read)
    page.route(
        "**/",
        lambda route: route.fulfill(body=pages.entry_page(key="BB" * 21 + "A="), content_type="text/html"),
    )
    page.reload()

    assert "tandem.kept.7./" in stored
    assert not [each for each in ("58", "IT.DM.AGE") if each in stored]
    assert again == {"IT.DM.AGE": {"raw": "58"}}
    assert page.evaluate(read) == {}
    assert page.evaluate(held) == "[]"


def test_every_plot_says_its_finding_and_opens_its_numbers(show):
    page = show(pages.page(pages.CHARTS, charts=pages.CHART_DATA))

    page.wait_for_function("document.querySelectorAll('figure[data-rendered=true] svg').length === 3")
    labels = page.locator("figure [role=img]").evaluate_all("all => all.map(each => each.ariaLabel)")
    assert labels == [each["label"] for each in pages.CHART_DATA]
    page.locator(".chart-data summary").nth(2).click()
    assert "24% (44)" in page.locator(".chart-data table").nth(2).inner_text()


def viewer_page(archive: Archive, *, overlay=True, read_only=False) -> str:
    series = [{"uid": uid, "label": f"S{number}"} for number, uid in enumerate(archive.series, 1)]
    options = {
        "dicomWebRoot": "/dicom-web",
        "studyUid": "1.2.3",
        "series": series,
        "readOnly": read_only,
        "window": [350, 40],
    }
    if overlay:
        options |= {"overlayUrl": "/mask.json", "overlayLabel": "SEG v1"}
    return pages.page(pages.VIEWER, viewer={"id": "v1", "label": "CT", "options": options})


def overlay_of(archive: Archive) -> str:
    first = next(iter(archive.series.values()))
    return pages.mask_of({sop: (each.Rows, each.Columns) for sop, each in first.items()})


@pytest.mark.parametrize(
    "folder", ["ct_body_siemens_20", "ts_compressed_j2k", "mr_brain_ge_deident", "qc_bad_gantrytilting_001"]
)
def test_a_series_is_shown_scrolled_and_windowed(show, shared_data, folder):
    archive = Archive(shared_data / "dicom" / folder)
    page = show(viewer_page(archive, overlay=False), archive=archive)

    page.wait_for_selector("[data-viewer][data-rendered=true]", timeout=60_000)
    before = int(page.get_attribute("[data-viewer]", "data-slice"))
    page.focus("[data-viewer]")
    page.keyboard.press("ArrowDown")
    page.wait_for_function("n => document.querySelector('[data-viewer]').dataset.slice == n", arg=before + 1)
    page.click("[data-viewer-window='1500,-600']")
    page.wait_for_function("document.querySelector('.vp .tr').innerText.includes('W 1500 L -600')")


def test_a_measurement_reads_back_in_millimetres_and_the_mask_can_be_hidden(show, shared_data):
    archive = Archive(shared_data / "dicom" / "ct_body_siemens_20")
    page = show(viewer_page(archive), archive=archive, others={"/mask.json": overlay_of(archive)})
    page.evaluate("addEventListener('tandem:measurements', event => window.measured = event.detail)")
    page.wait_for_selector("[data-viewer][data-rendered=true]", timeout=60_000)

    page.wait_for_selector(".vp .mask[data-pictures='1']", state="attached")
    page.click("[data-viewer-mask]")
    page.wait_for_selector(".vp .mask[data-pictures='0']", state="attached")

    page.click("[data-viewer-tool=Length]")
    box = page.locator("[data-viewer]").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x - 50, y)
    page.mouse.down()
    page.mouse.move(x + 50, y, steps=8)
    page.mouse.up()
    page.wait_for_function("window.measured?.length === 1 && window.measured[0].length_mm > 0")
    measured = page.evaluate("window.measured[0]")
    instance = next(iter(next(iter(archive.series.values())).values()))
    # The image fills the frame's height, so that the frame's height is the field of view.
    expected = 100 * instance.Rows * instance.PixelSpacing[0] / box["height"]
    assert measured["length_mm"] == pytest.approx(expected, rel=0.03)

    page.keyboard.press("u")
    page.wait_for_function("window.measured.length === 0")


def test_an_image_that_cannot_be_fetched_says_so(show):
    html = viewer_page(type("Empty", (), {"series": {"1.2.3.4": {}}})(), overlay=False)
    page = show(html.replace("/dicom-web", "/nowhere"))

    page.wait_for_selector("[data-viewer][data-rendered=error] [role=alert]")
