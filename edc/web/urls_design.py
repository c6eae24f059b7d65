"""Page routes of the study's design: its versions, its drafts and their review."""

from django.urls import URLPattern, path

from edc.web import (
    design_codelists,
    design_library,
    design_life,
    design_parts,
    design_preview,
    design_schedule,
    design_workbook,
)

urlpatterns: list[URLPattern] = [
    path("design/", design_life.design, name="design"),
    path("design/start/", design_life.start, name="design-start"),
    path("design/versions/<int:number>/", design_life.version, name="design-version"),
    path("design/drafts/<int:pk>/", design_life.draft, name="design-draft"),
    path("design/drafts/<int:pk>/act/", design_life.act, name="design-draft-act"),
    path("design/drafts/<int:pk>/workbook/", design_workbook.workbook, name="design-workbook"),
    path("design/drafts/<int:pk>/file/", design_workbook.take, name="design-file"),
    path("design/drafts/<int:pk>/codelists/", design_codelists.codelists, name="design-codelists"),
    path(
        "design/drafts/<int:pk>/codelists/<str:codelist>/", design_codelists.codelist, name="design-codelist"
    ),
    path("design/drafts/<int:pk>/library/", design_library.library, name="design-library"),
    path("design/drafts/<int:pk>/parts/", design_parts.parts, name="design-parts"),
    path("design/drafts/<int:pk>/schedule/", design_schedule.schedule, name="design-schedule"),
    path("design/drafts/<int:pk>/part/", design_parts.part, name="design-part"),
    path("design/drafts/<int:pk>/expression/", design_parts.expression, name="design-expression"),
    path("design/drafts/<int:pk>/preview/<str:form>/", design_preview.preview, name="design-preview"),
    path(
        "design/drafts/<int:pk>/preview/<str:form>/panel/", design_preview.panel, name="design-preview-panel"
    ),
    path("design/versions/<int:number>/workbook/", design_workbook.version, name="design-version-workbook"),
]
