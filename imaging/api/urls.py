"""REST routes of the imaging app."""

from django.urls import path

from imaging.api import dicomweb, uploads

STUDY = "dicom-web/studies/<str:study>"
SERIES = f"{STUDY}/series/<str:series>"
INSTANCE = f"{SERIES}/instances/<str:instance>"

urlpatterns = [
    path("uploads/", uploads.Uploads.as_view(), name="uploads"),
    path("uploads/<uuid:public_id>/", uploads.Upload.as_view(), name="upload"),
    path("uploads/<uuid:public_id>/files/", uploads.UploadFiles.as_view(), name="upload-files"),
    path("uploads/<uuid:public_id>/submit/", uploads.UploadSubmission.as_view(), name="upload-submit"),
    path("dicom-web/studies", dicomweb.Studies.as_view(), name="dicomweb-studies"),
    path(STUDY, dicomweb.Retrieve.as_view(), name="dicomweb-study"),
    path(f"{STUDY}/metadata", dicomweb.Metadata.as_view(), name="dicomweb-study-metadata"),
    path(f"{STUDY}/series", dicomweb.SeriesOfStudy.as_view(), name="dicomweb-series-list"),
    path(SERIES, dicomweb.Retrieve.as_view(), name="dicomweb-series"),
    path(f"{SERIES}/metadata", dicomweb.Metadata.as_view(), name="dicomweb-series-metadata"),
    path(f"{SERIES}/instances", dicomweb.InstancesOfSeries.as_view(), name="dicomweb-instances"),
    path(INSTANCE, dicomweb.Retrieve.as_view(), name="dicomweb-instance"),
    path(f"{INSTANCE}/metadata", dicomweb.Metadata.as_view(), name="dicomweb-instance-metadata"),
    path(f"{INSTANCE}/frames/<str:frames>", dicomweb.Frames.as_view(), name="dicomweb-frames"),
]
