"""Page routes of what is done to data once they are entered: queries, verification, signatures, locks."""

from django.urls import URLPattern, path

from edc.web import locks, queries, query_bulk, query_texts, reviews, sign, signing, verification

urlpatterns: list[URLPattern] = [
    path("forms/", sign.forms, name="forms"),
    path("forms/<int:pk>/verify/", sign.verify, name="form-verify"),
    path("forms/<int:pk>/sign/", sign.sign, name="form-sign"),
    path("forms/<int:pk>/lock/", sign.lock, name="form-lock"),
    path("forms/<int:pk>/unlock/", sign.unlock, name="form-unlock"),
    path("subjects/<int:pk>/signing/", signing.signing, name="subject-signing"),
    path("subjects/<int:pk>/signing/sign/", signing.sign, name="subject-sign"),
    path("locks/", locks.locks, name="locks"),
    path("locks/hold/", locks.hold, name="lock-hold"),
    path("locks/<int:pk>/decide/", locks.decide, name="lock-decide"),
    path("reviews/", reviews.reviews, name="reviews"),
    path("reviews/mark/", reviews.mark, name="reviews-mark"),
    path("reviews/types/", reviews.types, name="review-types"),
    path("reviews/types/save/", reviews.type_save, name="review-type-save"),
    path("verification/", verification.verification, name="verification"),
    path("verification/plans/", verification.plans, name="verification-plans"),
    path("verification/plans/make/", verification.plan_make, name="verification-plan-make"),
    path("forms/<int:pk>/verification/", verification.form, name="form-verification"),
    path("forms/<int:pk>/verification/mark/", verification.mark, name="form-verification-mark"),
    path("queries/", queries.queries, name="queries"),
    path("queries/ageing/", queries.ageing, name="queries-ageing"),
    path("queries/texts/", query_texts.texts, name="query-texts"),
    path("queries/texts/save/", query_texts.save, name="query-text-save"),
    path("queries/act/", query_bulk.act, name="queries-act"),
    path("queries/ask/", query_bulk.ask, name="queries-ask"),
    path("queries/<int:pk>/", queries.query, name="query"),
    path("queries/<int:pk>/assign/", queries.assign, name="query-assign"),
    path("queries/<int:pk>/turn/", queries.turn, name="query-turn"),
]
