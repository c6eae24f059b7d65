"""Page routes of redactions and of the review of the audit trail."""

from django.urls import URLPattern, path

from edc.web import audit_review, redactions

urlpatterns: list[URLPattern] = [
    path("audit/reviews/", audit_review.reviews, name="audit-reviews"),
    path("audit/reviews/criteria/", audit_review.save, name="audit-criteria-save"),
    path("audit/reviews/<int:pk>/end/", audit_review.end, name="audit-criteria-end"),
    path("audit/reviews/<int:pk>/sign/", audit_review.sign, name="audit-review-sign"),
    path("redactions/", redactions.redactions, name="redactions"),
    path("redactions/ask/<int:pk>/", redactions.ask, name="redaction-ask"),
    path("redactions/<int:pk>/decide/", redactions.decide, name="redaction-decide"),
]
