"""Page routes of the queue of differences and the rates of entry errors."""

from django.urls import URLPattern, path

from edc.web import differences, error_rates, reconcile

urlpatterns: list[URLPattern] = [
    path("differences/", differences.differences, name="differences"),
    path("differences/rates/", error_rates.rates, name="error-rates"),
    path("differences/rates/csv/", error_rates.rates_csv, name="error-rates-csv"),
    path("forms/<int:pk>/reconcile/<int:disagreement>/back/", reconcile.take_back, name="form-resolve-back"),
    path("forms/<int:pk>/reconcile/<int:disagreement>/ask/", reconcile.ask, name="form-resolve-ask"),
]
