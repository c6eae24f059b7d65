"""Page routes of safety: reference ranges of laboratories, serious adverse events."""

from django.urls import URLPattern, path

from edc.web import lab_ranges, safety_case, safety_cases

urlpatterns: list[URLPattern] = [
    path("laboratories/", lab_ranges.lab_ranges, name="lab-ranges"),
    path("laboratories/import/", lab_ranges.range_import, name="lab-range-import"),
    path("laboratories/<int:pk>/withdraw/", lab_ranges.range_withdraw, name="lab-range-withdraw"),
    path("subjects/safety/", safety_cases.cases, name="safety-cases"),
    path("subjects/safety/csv/", safety_cases.cases_csv, name="safety-cases-csv"),
    path("subjects/safety/<int:pk>/", safety_case.case, name="safety-case"),
    path("subjects/safety/open/", safety_case.open_by_hand, name="safety-case-open"),
    path("subjects/safety/<int:pk>/event/", safety_case.event, name="safety-case-event"),
    path("subjects/safety/<int:pk>/report/", safety_case.report, name="safety-case-report"),
    path("subjects/safety/<int:pk>/decide/", safety_case.decide, name="safety-case-decide"),
    path("subjects/safety/<int:pk>/awareness/", safety_case.awareness, name="safety-case-awareness"),
    path("subjects/safety/<int:pk>/end/", safety_case.end, name="safety-case-end"),
    path("subjects/safety/<int:pk>/pdf/", safety_case.pdf, name="safety-case-pdf"),
]
