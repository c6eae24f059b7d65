"""Page routes of informed consent."""

from django.urls import URLPattern, path

from edc.web import consent, consent_scans, consent_versions, consents

urlpatterns: list[URLPattern] = [
    path("subjects/consents/", consents.consents, name="consents"),
    path("subjects/consents/csv/", consents.consents_csv, name="consents-csv"),
    path("subjects/consents/versions/", consent_versions.versions, name="consent-versions"),
    path("subjects/consents/versions/<int:pk>/", consent_versions.version, name="consent-version"),
    path("subjects/consents/versions/<int:pk>/file/", consent_versions.file, name="consent-version-file"),
    path(
        "subjects/consents/versions/<int:pk>/publish/",
        consent_versions.publish,
        name="consent-version-publish",
    ),
    path("subjects/consents/versions/<int:pk>/end/", consent_versions.end, name="consent-version-end"),
    path("subjects/consents/versions/<int:pk>/start/", consent_versions.start, name="consent-version-start"),
    path("subjects/<int:pk>/consent/", consent.subject_consent, name="subject-consent"),
    path("subjects/<int:pk>/consent/record/", consent.record, name="consent-record"),
    path("subjects/<int:pk>/consent/withdraw/", consent.withdraw, name="consent-withdraw"),
    path("consents/<int:pk>/back/", consent.take_back, name="consent-take-back"),
    path("consents/withdrawals/<int:pk>/back/", consent.withdrawal_back, name="consent-withdrawal-back"),
    path("consents/<int:pk>/scans/", consent_scans.add, name="consent-scan-add"),
    path("consents/scans/<uuid:public_id>/<int:number>/", consent_scans.page, name="consent-scan-page"),
    path("consents/scans/<uuid:public_id>/file/", consent_scans.file, name="consent-scan-file"),
    path("consents/scans/<uuid:public_id>/withdraw/", consent_scans.withdraw, name="consent-scan-withdraw"),
    path("consents/scans/<uuid:public_id>/erase/", consent_scans.erase, name="consent-scan-erase"),
]
