"""REST routes of a study's conduct: visits, the flow of subjects, specimens, safety, coding, imports."""

from django.urls import URLPattern, path

from edc.api.views import coding, flow, imports, safety, specimens, visits

urlpatterns: list[URLPattern] = [
    path("events/<int:pk>/held/", visits.EventHeld.as_view(), name="event-held"),
    path("events/<int:pk>/missed/", visits.EventMissed.as_view(), name="event-missed"),
    path("events/<int:pk>/forms/", visits.EventForms.as_view(), name="event-forms"),
    path("flow/", flow.Flow.as_view(), name="flow"),
    path("subjects/<int:pk>/confirmation/", flow.SubjectConfirmation.as_view(), name="subject-confirmation"),
    path(
        "subjects/<int:pk>/screen-failure/",
        flow.SubjectScreenFailure.as_view(),
        name="subject-screen-failure",
    ),
    path("subjects/<int:pk>/departure/", flow.SubjectDeparture.as_view(), name="subject-departure"),
    path("subjects/<int:pk>/return/", flow.SubjectReturn.as_view(), name="subject-return"),
    path("specimens/", specimens.Specimens.as_view(), name="specimens"),
    path("specimens/<int:pk>/", specimens.SpecimenDetail.as_view(), name="specimen"),
    path("specimens/<int:pk>/steps/", specimens.SpecimenSteps.as_view(), name="specimen-steps"),
    path("safety-cases/", safety.SafetyCases.as_view(), name="safety-cases"),
    path("safety-cases/<int:pk>/", safety.SafetyCaseDetail.as_view(), name="safety-case"),
    path("safety-cases/<int:pk>/reports/", safety.SafetyReports.as_view(), name="safety-case-reports"),
    path("safety-cases/<int:pk>/decisions/", safety.SafetyDecisions.as_view(), name="safety-case-decisions"),
    path("safety-cases/<int:pk>/awareness/", safety.SafetyAwareness.as_view(), name="safety-case-awareness"),
    path("safety-cases/<int:pk>/event/", safety.SafetyTying.as_view(), name="safety-case-event"),
    *(
        path(
            f"safety-cases/<int:pk>/{word}/",
            safety.SafetyEnd.as_view(turn=turn),
            name=f"safety-case-{word}",
        )
        for word, turn in safety.ENDS.items()
    ),
    path("coding-values/", coding.CodedValues.as_view(), name="coding-values"),
    path("coding-values/<int:pk>/terms/", coding.CodedValueTerms.as_view(), name="coding-value-terms"),
    path("coding-values/<int:pk>/coding/", coding.CodedValueCoding.as_view(), name="coding-value-code"),
    path("codings/<int:pk>/approval/", coding.CodingApproval.as_view(), name="coding-approval"),
    path("codings/<int:pk>/return/", coding.CodingReturn.as_view(), name="coding-back"),
    path("imports/", imports.Imports.as_view(), name="imports"),
    path("imports/files/", imports.ImportFiles.as_view(), name="import-files"),
    path("imports/<int:pk>/", imports.ImportDetail.as_view(), name="import"),
    path("imports/<int:pk>/cells/", imports.ImportCells.as_view(), name="import-cells"),
    path("imports/<int:pk>/report/", imports.ImportReport.as_view(), name="import-report"),
    path("imports/<int:pk>/check/", imports.ImportCheck.as_view(), name="import-check"),
    path("imports/<int:pk>/commit/", imports.ImportTurn.as_view(), name="import-commit"),
    path("imports/<int:pk>/undo/", imports.ImportUndoing.as_view(), name="import-undo"),
    path("imports/<int:pk>/cancel/", imports.ImportCancelling.as_view(), name="import-cancel"),
]
