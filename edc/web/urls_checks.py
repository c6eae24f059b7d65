"""Page routes of the data manager's work on edit checks, their acceptance and the formulas."""

from django.urls import URLPattern, path

from edc.web import checks, formulas, item_findings, uat

urlpatterns: list[URLPattern] = [
    path("checks/", checks.firings, name="checks"),
    path("checks/rows/", checks.rows, name="check-rows"),
    path("checks/silent/", checks.silent, name="checks-silent"),
    path("checks/silent/<int:pk>/", checks.settle, name="check-set-aside"),
    path("checks/uat/", uat.runs, name="uat"),
    path("checks/uat/run/", uat.start, name="uat-run"),
    path("checks/uat/<int:pk>/", uat.report, name="uat-report"),
    path("checks/uat/<int:pk>/pdf/", uat.pdf, name="uat-pdf"),
    path("forms/<int:pk>/panel/reason/", item_findings.give_reason, name="form-reason"),
    path("checks/formulas/", formulas.report, name="formulas"),
    path("checks/formulas/adopt/", formulas.adopt, name="formulas-adopt"),
]
