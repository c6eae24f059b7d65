"""Page routes of the imaging app."""

from django.urls import path

from imaging.web import forms, masks, reads

urlpatterns = [
    path("forms/", forms.imaging_forms, name="imaging-forms"),
    path("forms/<int:pk>/", forms.imaging_form, name="imaging-form"),
    path("forms/<int:pk>/series/", forms.form_series, name="imaging-form-series"),
    path("series/<int:pk>/phase/", forms.series_phase, name="series-phase"),
    path("series/<int:pk>/picture/", forms.series_picture, name="series-picture"),
    path("series/<int:pk>/masks/", masks.series_masks, name="series-masks"),
    path("segmentations/<int:pk>/overlay/", masks.segmentation_overlay, name="segmentation-overlay"),
    path("uploads/<int:pk>/patient/", forms.accept_number, name="accept-patient"),
    path("studies/<int:pk>/reads/", reads.assign, name="assign-reads"),
    path("reads/", reads.reads, name="reads"),
    path("reads/<int:pk>/", reads.read, name="read"),
    path("reads/<int:pk>/measurements/", reads.measurements, name="read-measurements"),
    path("reads/<int:pk>/submit/", reads.submit, name="read-submit"),
]
