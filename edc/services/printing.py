"""HTML to PDF; imported on the first print, since WeasyPrint takes a second to load."""

from pathlib import Path

from django.conf import settings
from weasyprint import HTML
from weasyprint.urls import URLFetcher, URLFetcherResponse

STATIC = (Path(settings.BASE_DIR) / "static").as_uri()


class OwnFiles(URLFetcher):
    """Fetches the platform's own static files and nothing else, whatever a text contains."""

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        if not url.startswith(f"{STATIC}/"):
            raise ValueError("a report loads nothing from elsewhere")
        return super().fetch(url, headers)


def pdf_of(text: str) -> bytes:
    """Return the PDF of an HTML text whose style sheets lie in static/css."""
    fetcher = OwnFiles(allowed_protocols={"file"})
    return HTML(string=text, base_url=f"{STATIC}/css/", url_fetcher=fetcher).write_pdf()
