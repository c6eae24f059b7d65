"""Page routes of redactions, of the review of the audit trail and of the permission matrix."""

from django.urls import URLPattern, path

from edc.web import audit_review, permission_matrix, redactions

urlpatterns: list[URLPattern] = [
    path("audit/reviews/", audit_review.reviews, name="audit-reviews"),
    path("audit/reviews/criteria/", audit_review.save, name="audit-criteria-save"),
    path("audit/reviews/<int:pk>/end/", audit_review.end, name="audit-criteria-end"),
    path("audit/reviews/<int:pk>/sign/", audit_review.sign, name="audit-review-sign"),
    path("permissions/", permission_matrix.matrix, name="permissions"),
    path("permissions/compare/", permission_matrix.compare, name="permissions-compare"),
    path("permissions/csv/", permission_matrix.matrix_csv, name="permissions-csv"),
    path("permissions/json/", permission_matrix.matrix_json, name="permissions-json"),
    path("redactions/", redactions.redactions, name="redactions"),
    path("redactions/ask/<int:pk>/", redactions.ask, name="redaction-ask"),
    path("redactions/<int:pk>/decide/", redactions.decide, name="redaction-decide"),
]
