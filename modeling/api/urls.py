"""REST routes of the modeling app."""

from django.urls import path

from modeling.api import views

urlpatterns = [
    path("runs/", views.Runs.as_view(), name="runs"),
    path("runs/<int:pk>/", views.RunDetail.as_view(), name="run"),
    path("analyses/<uuid:public_id>/cancel/", views.AnalysisCancel.as_view(), name="analysis-cancel"),
    path("scores/", views.Scores.as_view(), name="scores"),
    path("scores/<int:pk>/", views.ScoreDetail.as_view(), name="score"),
    path("scores/<int:pk>/reviews/", views.ScoreReviews.as_view(), name="score-reviews"),
]
