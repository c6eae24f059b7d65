"""REST routes of the imaging app."""

from collections.abc import Callable

from django.urls import path
from drf_spectacular.utils import extend_schema, extend_schema_view

from imaging.api import dicomweb, uploads

STUDY = "dicom-web/studies/<str:study>"
SERIES = f"{STUDY}/series/<str:series>"
INSTANCE = f"{SERIES}/instances/<str:instance>"


def _named(view: type[dicomweb.DicomWebView], name: str, media_type: str) -> Callable:
    """Return the view with an operation id of its own: one class serves a study, a series and an instance."""
    kind = dict if media_type == dicomweb.DICOM_JSON else bytes
    schema = extend_schema(operation_id=f"dicom_web_{name}", responses={(200, media_type): kind})
    return extend_schema_view(get=schema)(type(view.__name__, (view,), {"__doc__": view.__doc__})).as_view()


def _metadata(level: str) -> Callable:
    return _named(dicomweb.Metadata, f"{level}_metadata", dicomweb.DICOM_JSON)


def _retrieve(level: str) -> Callable:
    return _named(dicomweb.Retrieve, f"retrieve_{level}", "multipart/related")


urlpatterns = [
    path("uploads/", uploads.Uploads.as_view(), name="uploads"),
    path("uploads/<uuid:public_id>/", uploads.Upload.as_view(), name="upload"),
    path("uploads/<uuid:public_id>/files/", uploads.UploadFiles.as_view(), name="upload-files"),
    path("uploads/<uuid:public_id>/submit/", uploads.UploadSubmission.as_view(), name="upload-submit"),
    path("dicom-web/studies", dicomweb.Studies.as_view(), name="dicomweb-studies"),
    path(STUDY, _retrieve("study"), name="dicomweb-study"),
    path(f"{STUDY}/metadata", _metadata("study"), name="dicomweb-study-metadata"),
    path(f"{STUDY}/series", dicomweb.SeriesOfStudy.as_view(), name="dicomweb-series-list"),
    path(SERIES, _retrieve("series"), name="dicomweb-series"),
    path(f"{SERIES}/metadata", _metadata("series"), name="dicomweb-series-metadata"),
    path(f"{SERIES}/instances", dicomweb.InstancesOfSeries.as_view(), name="dicomweb-instances"),
    path(INSTANCE, _retrieve("instance"), name="dicomweb-instance"),
    path(f"{INSTANCE}/metadata", _metadata("instance"), name="dicomweb-instance-metadata"),
    path(f"{INSTANCE}/frames/<str:frames>", dicomweb.Frames.as_view(), name="dicomweb-frames"),
]
