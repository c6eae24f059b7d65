"""Page routes of the edc app."""

from django.urls import URLPattern, URLResolver, include, path

from edc.web import (
    audit_trail,
    home,
    matrix,
    place,
    subjects,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("switch/", place.switch, name="switch"),
    path("search/", place.search, name="search"),
    path("subjects/", matrix.subjects, name="subjects"),
    path("subjects/enrol/", matrix.enrol, name="subject-enrol"),
    path("subjects/<int:pk>/", subjects.subject, name="subject"),
    path("subjects/<int:pk>/confirm/", subjects.confirm, name="subject-confirm"),
    path("subjects/<int:pk>/fail/", subjects.fail, name="subject-fail"),
    path("subjects/<int:pk>/events/", subjects.event_add, name="event-add"),
    path("events/<int:pk>/", subjects.event, name="event"),
    path("events/<int:pk>/hold/", subjects.event_hold, name="event-hold"),
    path("events/<int:pk>/forms/", subjects.form_add, name="form-add"),
    path("audit/", audit_trail.trail, name="audit"),
    path("audit/export/", audit_trail.export, name="audit-export"),
    path("audit/chain/", audit_trail.chain, name="audit-chain"),
    path("audit/verifier/", audit_trail.verifier, name="audit-verifier"),
    path("audit/check/", audit_trail.check, name="audit-check"),
    path("", include("edc.web.urls_people")),
    path("", include("edc.web.urls_checks")),
    path("", include("edc.web.urls_coding")),
    path("", include("edc.web.urls_consent")),
    path("", include("edc.web.urls_amendments")),
    path("", include("edc.web.urls_design")),
    path("", include("edc.web.urls_conduct")),
    path("", include("edc.web.urls_entry")),
    path("", include("edc.web.urls_differences")),
    path("", include("edc.web.urls_exports")),
    path("", include("edc.web.urls_trust")),
    path("", include("edc.web.urls_imports")),
    path("", include("edc.web.urls_quality")),
    path("", include("edc.web.urls_safety")),
]
