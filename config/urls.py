"""The URL map: pages, the REST API under /api/v1/, the health check."""

from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from config.health import healthz

handler400 = "config.errors.bad_request"
handler403 = "config.errors.forbidden"
handler404 = "config.errors.not_found"
handler500 = "config.errors.server_error"

api: list[URLPattern | URLResolver] = [
    path("", include("edc.api.urls")),
    path("", include("imaging.api.urls")),
    path("", include("modeling.api.urls")),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerSplitView.as_view(url_name="api:schema"), name="docs"),
]

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("accounts/", include("config.accounts")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("api/v1/", include((api, "api"))),
    path("imaging/", include("imaging.web.urls")),
    path("modeling/", include("modeling.web.urls")),
    path("", include("edc.web.urls")),
]
