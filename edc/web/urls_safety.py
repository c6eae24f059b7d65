"""Page routes of safety: reference ranges of laboratories."""

from django.urls import URLPattern, path

from edc.web import lab_ranges

urlpatterns: list[URLPattern] = [
    path("laboratories/", lab_ranges.lab_ranges, name="lab-ranges"),
    path("laboratories/import/", lab_ranges.range_import, name="lab-range-import"),
    path("laboratories/<int:pk>/withdraw/", lab_ranges.range_withdraw, name="lab-range-withdraw"),
]
