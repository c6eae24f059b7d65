"""What every answer tells the browser: which code a page may run, and that nothing of it is kept."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse

# Forms go to the platform, and through it to the directory that log-in may be delegated to.
DIRECTORY = "://".join(urlsplit(settings.OIDC_SERVER_URL)[:2]) if settings.OIDC_SERVER_URL else ""
# Scripts come from the platform's own files alone; the viewer's decoders are WebAssembly in workers of those.
# Inline styles are allowed: the viewer and the charts set sizes that no style sheet can know.
PAGE_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self' 'wasm-unsafe-eval'",
        "worker-src 'self' blob:",
        "connect-src 'self' blob:",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "base-uri 'none'",
        f"form-action 'self' {DIRECTORY}".strip(),
        "frame-ancestors 'none'",
    )
)
NOT_KEPT = "private, no-store"


class AnswerHeadersMiddleware:
    """Give pages their Content-Security-Policy, and what says nothing of caching that it is not kept.

    On a shared computer the browser's Back shows no patient after the log-out.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.headers.get("Content-Type", "").startswith("text/html"):
            response.headers.setdefault("Content-Security-Policy", PAGE_POLICY)
        response.headers.setdefault("Cache-Control", NOT_KEPT)
        return response
