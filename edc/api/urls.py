"""REST routes of the edc app."""

from django.urls import URLPattern, URLResolver, include, path

from edc.api.views import (
    consents,
    deviations,
    entry_plan,
    evidence,
    exports,
    forms,
    people,
    queries,
    reconciliation,
    studies,
    subjects,
    training,
)
from edc.services.query import (
    cancel_query,
    close_query,
    release_query,
    reopen_query,
    resolve_query,
)

TURNS = {
    "release": (release_query, "raise_query"),
    "resolve": (resolve_query, "raise_query"),
    "close": (close_query, "raise_query"),
    "reopen": (reopen_query, "raise_query"),
    "cancel": (cancel_query, "raise_query"),
}

urlpatterns: list[URLPattern | URLResolver] = [
    path("studies/", studies.Studies.as_view(), name="studies"),
    path("studies/<str:oid>/", studies.StudyDetail.as_view(), name="study"),
    path("studies/<str:oid>/design/", studies.StudyDesignDetail.as_view(), name="study-design"),
    path("subjects/", subjects.Subjects.as_view(), name="subjects"),
    path("subjects/<int:pk>/", subjects.SubjectDetail.as_view(), name="subject"),
    path("subjects/<int:pk>/eligibility/", subjects.SubjectEligibility.as_view(), name="subject-eligibility"),
    path("subjects/<int:pk>/events/", subjects.SubjectEvents.as_view(), name="subject-events"),
    path("subjects/<int:pk>/forms/", subjects.SubjectForms.as_view(), name="subject-forms"),
    path("forms/<int:pk>/", forms.FormDetail.as_view(), name="form"),
    path("forms/<int:pk>/observations/", forms.FormObservations.as_view(), name="form-observations"),
    path("forms/<int:pk>/draft/", forms.FormDraft.as_view(), name="form-draft"),
    path("forms/<int:pk>/draft/submit/", forms.FormDraftSubmission.as_view(), name="form-draft-submit"),
    path("forms/<int:pk>/draft/rows/", forms.FormDraftRows.as_view(), name="form-draft-rows"),
    path(
        "forms/<int:pk>/draft/rows/<str:group_oid>/<str:key>/",
        forms.FormDraftRow.as_view(),
        name="form-draft-row",
    ),
    path("forms/<int:pk>/evidence/", evidence.FormEvidence.as_view(), name="form-evidence"),
    path("forms/<int:pk>/evidence/pages/", evidence.FormEvidencePages.as_view(), name="form-evidence-pages"),
    path("evidence/<uuid:public_id>/file/", evidence.EvidenceFile.as_view(), name="evidence-file"),
    path(
        "evidence/<uuid:public_id>/withdraw/", evidence.EvidenceWithdrawal.as_view(), name="evidence-withdraw"
    ),
    path("disagreements/", reconciliation.Disagreements.as_view(), name="disagreements"),
    path(
        "disagreements/<int:pk>/resolution/",
        reconciliation.DisagreementResolution.as_view(),
        name="disagreement-resolution",
    ),
    path(
        "disagreements/<int:pk>/decisions/",
        entry_plan.DisagreementDecisions.as_view(),
        name="disagreement-decisions",
    ),
    path("error-rates/", entry_plan.ErrorRates.as_view(), name="error-rates"),
    path("entry-plan/", entry_plan.EntryPlanLines.as_view(), name="entry-plan"),
    path("entry-plan/decisions/", entry_plan.EntryPlanDecisions.as_view(), name="entry-plan-decisions"),
    path("queries/", queries.Queries.as_view(), name="queries"),
    path("queries/<int:pk>/answer/", queries.QueryAnswer.as_view(), name="query-answer"),
    path("queries/<int:pk>/", queries.QueryDetail.as_view(), name="query"),
    *(
        path(
            f"queries/<int:pk>/{word}/",
            queries.QueryTurn.as_view(turn=turn, permission=permission),
            name=f"query-{word}",
        )
        for word, (turn, permission) in TURNS.items()
    ),
    path("consent-versions/", consents.ConsentVersions.as_view(), name="consent-versions"),
    path("consent-states/", consents.ConsentStates.as_view(), name="consent-states"),
    path("consents/", consents.Consents.as_view(), name="consents"),
    path("consents/<int:pk>/scans/", consents.ConsentScans.as_view(), name="consent-scans"),
    path("consent-withdrawals/", consents.ConsentWithdrawals.as_view(), name="consent-withdrawals"),
    path("deviations/", deviations.Deviations.as_view(), name="deviations"),
    path("training/documents/", training.StudyDocuments.as_view(), name="documents"),
    path("training/records/", training.TrainingRecords.as_view(), name="training-records"),
    path("training/statements/", training.StatementAcceptances.as_view(), name="statements"),
    path("", include("edc.api.urls_conduct")),
    path("", include("edc.api.urls_marks")),
    path("tokens/", people.Tokens.as_view(), name="tokens"),
    path("tokens/<int:pk>/", people.TokenDetail.as_view(), name="token"),
    path("audit/", people.AuditTrail.as_view(), name="audit"),
    path("snapshots/", exports.Snapshots.as_view(), name="snapshots"),
    path("exports/", exports.Exports.as_view(), name="exports"),
    path("exports/<uuid:public_id>/", exports.ExportDetail.as_view(), name="export"),
    path("exports/<uuid:public_id>/file/", exports.ExportFile.as_view(), name="export-file"),
]
