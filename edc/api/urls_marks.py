"""REST routes of what is put on data: verification, reviews, signatures, freezes and locks."""

from django.urls import URLPattern, path

from edc.api.views import holds, reviews, signatures, verification

urlpatterns: list[URLPattern] = [
    path("verification/", verification.VerificationDue.as_view(), name="verification"),
    path("forms/<int:pk>/verification/", verification.FormVerification.as_view(), name="form-verification"),
    path(
        "forms/<int:pk>/verification/withdraw/",
        verification.FormVerificationWithdrawal.as_view(),
        name="form-verification-withdraw",
    ),
    path("review-types/", reviews.ReviewTypes.as_view(), name="review-types"),
    path("forms/<int:pk>/reviews/", reviews.FormReviews.as_view(), name="form-reviews"),
    path("forms/<int:pk>/signatures/", signatures.FormSignatures.as_view(), name="form-signatures"),
    path("subjects/<int:pk>/signatures/", signatures.SubjectSignings.as_view(), name="subject-signatures"),
    path("holds/", holds.Holds.as_view(), name="holds"),
    path("holds/<int:pk>/lift/", holds.HoldLifting.as_view(), name="hold-lift"),
    path("lock-requests/", holds.LockRequests.as_view(), name="lock-requests"),
    path("lock-requests/<int:pk>/decision/", holds.LockDecision.as_view(), name="lock-request-decision"),
]
