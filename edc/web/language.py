"""The language of an answer: pages are Chinese until a person switches; programs say Accept-Language."""

from django.conf import settings
from django.http import HttpRequest
from django.middleware.locale import LocaleMiddleware
from django.utils import translation

SUPPORTED = frozenset(code for code, _name in settings.LANGUAGES)


class ChosenLanguageMiddleware(LocaleMiddleware):
    """Like Django's, but a browser's Accept-Language does not count for pages: hospitals share computers."""

    def process_request(self, request: HttpRequest) -> None:
        if request.path.startswith("/api/"):
            super().process_request(request)
            return
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        translation.activate(chosen if chosen in SUPPORTED else settings.LANGUAGE_CODE)
        request.LANGUAGE_CODE = translation.get_language()
