"""Guarded reads of imaging: rights per site, blinding as a filter."""

from django.db.models import Q, QuerySet

from edc import access
from edc.models import FormInstance, User
from imaging.models import ImagingStudy, Instance, Read, Segmentation, Series, UploadSession


def studies_visible_to(actor: User | None) -> QuerySet[ImagingStudy]:
    """Return the studies at the actor's sites, for those who see images and those who upload them."""
    sites = access.sites_for(actor, "view_images", "read_images", "upload_images")
    return ImagingStudy.objects.filter(subject__site__in=sites).select_related("subject__site", "form__event")


def pixels_visible_to(actor: User | None) -> QuerySet[ImagingStudy]:
    """Return the studies whose pixels the actor may see; a program that uploads reads nothing."""
    sites = access.sites_for(actor, "view_images", "read_images")
    return ImagingStudy.objects.filter(subject__site__in=sites).select_related("subject__site", "form__event")


def series_visible_to(actor: User | None) -> QuerySet[Series]:
    return Series.objects.filter(imaging_study__in=pixels_visible_to(actor)).select_related("imaging_study")


def instances_visible_to(actor: User | None) -> QuerySet[Instance]:
    return Instance.objects.filter(imaging_study__in=pixels_visible_to(actor))


def sessions_visible_to(actor: User | None) -> QuerySet[UploadSession]:
    """Return the uploads at the sites where the actor uploads or manages; a program sees its own alone."""
    sites = access.sites_for(actor, "upload_images", "view_data")
    sessions = UploadSession.objects.filter(subject__site__in=sites).select_related("subject__site", "form")
    if getattr(actor, "api_token", None) is not None:
        sessions = sessions.filter(created_by=actor)
    return sessions


def imaging_forms_open_to(actor: User | None) -> QuerySet[FormInstance]:
    """Return the forms at the actor's sites on which images may be delivered."""
    return FormInstance.objects.filter(
        subject__site__in=access.sites_for(actor, "upload_images")
    ).select_related("subject__site", "subject__study", "event", "design_version")


def reads_visible_to(actor: User | None) -> QuerySet[Read]:
    """Return the actor's own reads; the other reader's stay hidden from every reader."""
    sites = access.sites_for(actor, "read_images", "adjudicate_reads")
    if actor is None:
        return Read.objects.none()
    return Read.objects.filter(imaging_study__subject__site__in=sites, reader=actor).select_related(
        "imaging_study__subject__site"
    )


def segmentations_visible_to(actor: User | None) -> QuerySet[Segmentation]:
    """Return masks: a reader sees only what that reader made, so that a model's mask never leads a read."""
    if actor is None:
        return Segmentation.objects.none()
    visible = Segmentation.objects.filter(series__imaging_study__in=pixels_visible_to(actor))
    full = access.sites_for(actor, "view_images")
    readers = access.sites_for(actor, "read_images")
    blinded = Q(series__imaging_study__subject__site__in=readers) & ~Q(created_by=actor)
    return visible.filter(Q(series__imaging_study__subject__site__in=full) | Q(created_by=actor)).exclude(
        blinded
    )
