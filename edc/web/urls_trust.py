"""Page routes of redactions and of the review of the audit trail."""

from django.urls import URLPattern, path

from edc.web import redactions

urlpatterns: list[URLPattern] = [
    path("redactions/", redactions.redactions, name="redactions"),
    path("redactions/ask/<int:pk>/", redactions.ask, name="redaction-ask"),
    path("redactions/<int:pk>/decide/", redactions.decide, name="redaction-decide"),
]
