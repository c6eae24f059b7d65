"""Page routes of the queue of differences and the rates of entry errors."""

from django.urls import URLPattern, path

from edc.web import differences, drafts_left, entry_plan, error_rates, rechecks, reconcile

urlpatterns: list[URLPattern] = [
    path("differences/", differences.differences, name="differences"),
    path("differences/drafts/", drafts_left.drafts, name="drafts-left"),
    path("differences/rates/", error_rates.rates, name="error-rates"),
    path("differences/rates/csv/", error_rates.rates_csv, name="error-rates-csv"),
    path("differences/rates/checked-again/", rechecks.rechecks, name="rechecks"),
    path("differences/plan/", entry_plan.plan, name="entry-plan"),
    path("differences/plan/decide/", entry_plan.decide, name="entry-plan-decide"),
    path("differences/plan/terms/", entry_plan.decide_limits, name="entry-plan-terms"),
    path("differences/plan/history/", entry_plan.history, name="entry-plan-history"),
    path("forms/<int:pk>/reconcile/<int:disagreement>/back/", reconcile.take_back, name="form-resolve-back"),
    path("forms/<int:pk>/reconcile/<int:disagreement>/ask/", reconcile.ask, name="form-resolve-ask"),
]
