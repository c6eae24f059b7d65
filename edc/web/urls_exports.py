"""Page routes of exports."""

from django.urls import URLPattern, path

from edc.web import exports

urlpatterns: list[URLPattern] = [
    path("exports/", exports.exports, name="exports"),
    path("exports/progress/", exports.snapshot_progress, name="snapshot-progress"),
    path("exports/snapshots/", exports.snapshot_request, name="snapshot-request"),
    path("exports/snapshots/<int:pk>/", exports.snapshot, name="snapshot"),
    path("exports/snapshots/<int:pk>/packages/", exports.export_request, name="export-request"),
    path("exports/requests/<int:pk>/cancel/", exports.snapshot_cancel, name="snapshot-cancel"),
    path("exports/<uuid:public_id>/", exports.export, name="export"),
    path("exports/<uuid:public_id>/cancel/", exports.export_cancel, name="export-cancel"),
    path("exports/<uuid:public_id>/receipt/", exports.export_receipt, name="export-receipt"),
    path("exports/<uuid:public_id>/download/", exports.export_download, name="export-download"),
]
