"""Page routes of imports."""

from django.urls import URLPattern, path

from edc.web import design_import, imports

urlpatterns: list[URLPattern] = [
    path("imports/", imports.imports, name="imports"),
    path("imports/design/", design_import.design_import, name="design-import"),
    path("imports/upload/", imports.upload, name="import-upload"),
    path("imports/<int:pk>/", imports.batch, name="import"),
    path("imports/<int:pk>/check/", imports.check, name="import-check"),
    path("imports/<int:pk>/check/again/", imports.check_again, name="import-check-again"),
    path("imports/<int:pk>/commit/", imports.commit, name="import-commit"),
    path("imports/<int:pk>/undo/", imports.undo, name="import-undo"),
    path("imports/<int:pk>/cancel/", imports.cancel, name="import-cancel"),
    path("imports/<int:pk>/report/", imports.report, name="import-report"),
    path("imports/<int:pk>/progress/", imports.progress, name="import-progress"),
]
