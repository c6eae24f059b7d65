"""Page routes of how the study is conducted: screening, visits, departures, deviations, randomisation."""

from django.urls import URLPattern, path

from edc.web import (
    departures,
    deviation,
    deviations,
    flow,
    randomisation,
    screening,
    specimens,
    visit_windows,
)

urlpatterns: list[URLPattern] = [
    path("design/randomisation/", randomisation.lists, name="randomisation"),
    path("design/randomisation/<int:pk>/confirm/", randomisation.confirm, name="randomisation-confirm"),
    path("design/randomisation/<int:pk>/end/", randomisation.end, name="randomisation-end"),
    path("subjects/<int:pk>/allocate/", randomisation.allocate, name="subject-allocate"),
    path("subjects/screening/", screening.log, name="screening-log"),
    path("subjects/screening/csv/", screening.log_csv, name="screening-log-csv"),
    path("subjects/flow/", flow.flow, name="flow"),
    path("subjects/flow/csv/", flow.flow_csv, name="flow-csv"),
    path("subjects/flow/svg/", flow.flow_svg, name="flow-svg"),
    path("subjects/visits/", visit_windows.visit_windows, name="visit-windows"),
    path("subjects/visits/csv/", visit_windows.visit_windows_csv, name="visit-windows-csv"),
    path("subjects/deviations/", deviations.deviations, name="deviations"),
    path("subjects/deviations/csv/", deviations.deviations_csv, name="deviations-csv"),
    path("subjects/deviations/note/", deviations.note, name="deviation-note"),
    path("subjects/deviations/found/<str:key>/", deviation.found, name="deviation-found"),
    path("subjects/deviations/<int:pk>/", deviation.deviation, name="deviation"),
    path("subjects/deviations/<int:pk>/decide/", deviation.decide, name="deviation-decide"),
    path("subjects/deviations/<int:pk>/describe/", deviation.describe, name="deviation-describe"),
    path("subjects/deviations/<int:pk>/settle/", deviation.settle, name="deviation-settle"),
    path("subjects/specimens/", specimens.specimens, name="specimens"),
    path("subjects/specimens/csv/", specimens.specimens_csv, name="specimens-csv"),
    path("subjects/specimens/collect/", specimens.collect, name="specimen-collect"),
    path("subjects/specimens/<int:pk>/", specimens.specimen, name="specimen"),
    path("subjects/specimens/<int:pk>/step/", specimens.step, name="specimen-step"),
    path("subjects/<int:pk>/leave/", departures.leave, name="subject-leave"),
    path("subjects/<int:pk>/leave/back/", departures.back, name="subject-leave-back"),
]
