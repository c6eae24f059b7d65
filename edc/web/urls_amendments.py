"""Page routes of amendments: days by site, rehearsals and migrations."""

from django.urls import URLPattern, path

from edc.web import amendments

urlpatterns: list[URLPattern] = [
    path("design/amendments/", amendments.amendments, name="amendments"),
    path("design/amendments/activate/", amendments.activate, name="amendment-activate"),
    path("design/amendments/days/<int:pk>/withdraw/", amendments.deactivate, name="amendment-deactivate"),
    path("design/amendments/rehearse/", amendments.start, name="rehearsal-start"),
    path("design/amendments/<int:pk>/", amendments.rehearsal, name="rehearsal"),
    path("design/amendments/<int:pk>/cancel/", amendments.cancel, name="rehearsal-cancel"),
    path("design/amendments/<int:pk>/migrate/", amendments.migrate, name="rehearsal-migrate"),
    path("design/amendments/<int:pk>/workbook/", amendments.workbook, name="rehearsal-workbook"),
]
