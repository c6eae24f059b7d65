"""HTML to PDF; imported on the first print, since WeasyPrint takes a second to load."""

from collections.abc import Mapping
from pathlib import Path

from django.conf import settings
from weasyprint import HTML
from weasyprint.urls import URLFetcher, URLFetcherResponse

STATIC = (Path(settings.BASE_DIR) / "static").as_uri()


class OwnFiles(URLFetcher):
    """Fetches own static files and the pictures in hand, nothing else, whatever a text contains."""

    def __init__(self, pictures: Mapping[str, bytes]) -> None:
        super().__init__(allowed_protocols={"file"})
        self.pictures = {f"{STATIC}/css/{name}": content for name, content in pictures.items()}

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        if url in self.pictures:
            return URLFetcherResponse(url, self.pictures[url], {"Content-Type": "image/png"})
        if not url.startswith(f"{STATIC}/"):
            raise ValueError("a report loads nothing from elsewhere")
        return super().fetch(url, headers)


def pdf_of(text: str, pictures: Mapping[str, bytes] | None = None) -> bytes:
    """Return the PDF of an HTML text whose style sheets lie in static/css; `pictures` are PNG by name."""
    fetcher = OwnFiles(pictures or {})
    return HTML(string=text, base_url=f"{STATIC}/css/", url_fetcher=fetcher).write_pdf()
