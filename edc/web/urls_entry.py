"""Page routes of form entry and reconciliation."""

from django.urls import URLPattern, path

from edc.web import entry, entry_release, entry_rows, entry_saving, evidence, item_panel, reconcile

urlpatterns: list[URLPattern] = [
    path("forms/<int:pk>/", entry.form_entry, name="form-entry"),
    path("forms/<int:pk>/items/", entry_saving.save, name="form-items"),
    path("forms/<int:pk>/rows/", entry_saving.rows, name="form-rows"),
    path("forms/<int:pk>/rows/correct/", entry_rows.correct_rows, name="form-correct-rows"),
    path("forms/<int:pk>/release/", entry_release.release, name="form-release"),
    path("forms/<int:pk>/grade/", entry_saving.grade, name="form-grade"),
    path("forms/<int:pk>/evidence/", evidence.of_form, name="form-evidence"),
    path("evidence/<uuid:public_id>/pages/<int:number>/", evidence.page, name="evidence-page"),
    path("evidence/<uuid:public_id>/file/", evidence.file, name="evidence-file"),
    path("evidence/<uuid:public_id>/tie/", evidence.tie, name="evidence-tie"),
    path("evidence/<uuid:public_id>/withdraw/", evidence.withdraw, name="evidence-withdraw"),
    path("forms/<int:pk>/submit/", entry_saving.submit, name="form-submit"),
    path("forms/<int:pk>/panel/", item_panel.panel, name="form-panel"),
    path("forms/<int:pk>/panel/correct/", item_panel.correct, name="form-correct"),
    path("forms/<int:pk>/panel/ask/", item_panel.ask, name="form-ask"),
    path("forms/<int:pk>/panel/queries/<int:query>/", item_panel.settle, name="form-query"),
    path("forms/<int:pk>/reconcile/", reconcile.form_reconcile, name="form-reconcile"),
    path("forms/<int:pk>/reconcile/<int:disagreement>/", reconcile.resolve, name="form-resolve"),
]
