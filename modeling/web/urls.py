"""Page routes of the modeling app."""

from django.urls import URLPattern, path

from modeling.web import analyses, registry, report, review

urlpatterns: list[URLPattern] = [
    path("review/", review.worklist, name="review-worklist"),
    path("review/<int:pk>/", review.page, name="review"),
    path("review/<int:pk>/decide/", review.decide, name="review-decide"),
    path("review/<int:pk>/overlay/", review.mask, name="review-overlay"),
    path("review/<int:pk>/provenance/", review.provenance, name="review-provenance"),
    path("review/<int:pk>/report.pdf", report.pdf, name="review-report"),
    path("runs/", analyses.listing, name="analyses"),
    path("runs/start/", analyses.choose, name="analysis-choose"),
    path("runs/start/<int:pk>/", analyses.start, name="analysis-start"),
    path("runs/<uuid:public_id>/", analyses.page, name="analysis"),
    path("runs/<uuid:public_id>/progress/", analyses.progress, name="analysis-progress"),
    path("runs/<uuid:public_id>/cancel/", analyses.cancel, name="analysis-cancel"),
    path("models/", registry.listing, name="models"),
    path("models/train/", registry.train, name="model-train"),
    path("models/<int:pk>/", registry.page, name="model"),
    path("models/<int:pk>/<str:step>/", registry.move, name="model-move"),
]
