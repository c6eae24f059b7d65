"""Guarded reads of imaging: rights per site, blinding as a filter."""

from collections.abc import Iterable

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import get_language

from edc import access
from edc.models import (
    DesignVersion,
    FormInstance,
    Membership,
    Site,
    Study,
    StudyEvent,
    Subject,
    User,
    design_of,
)
from imaging.models import ImagingStudy, Read, Segmentation, Series, UploadSession


def pixels_visible_to(actor: User | None) -> QuerySet[ImagingStudy]:
    """Return the studies whose pixels the actor may see; a program that uploads reads nothing.

    Of the subjects that are hidden from a blinded reader, only the studies that this reader reads.
    """
    sites = access.sites_for(actor, "view_images", "read_images")
    own = Read.objects.filter(reader=actor).values("imaging_study") if actor else Read.objects.none()
    unseen = Q(subject__site__in=sites_hidden_from(actor)) & ~Q(pk__in=own)
    found = ImagingStudy.objects.filter(subject__site__in=sites).exclude(unseen)
    return found.select_related("subject__site", "form__event")


def names_in_place_of_subjects(actor: User, studies: Iterable[ImagingStudy]) -> dict[int, str]:
    """Return by imaging study what stands for a subject that is hidden from the actor: the read's number."""
    hidden = Q(imaging_study__subject__site__in=sites_hidden_from(actor))
    reads = Read.objects.filter(hidden, reader=actor, imaging_study__in=[each.pk for each in studies])
    return {read.imaging_study_id: read.code for read in reads}


def series_visible_to(actor: User | None) -> QuerySet[Series]:
    return Series.objects.filter(imaging_study__in=pixels_visible_to(actor)).select_related("imaging_study")


def pictured_series_visible_to(actor: User | None) -> QuerySet[Series]:
    """Return the series of which the actor may see one small picture.

    Beside those whose pixels the actor sees, those of the sites where the actor both uploads and sees data: a
    person who sends images has to see that the right ones were sent, a program that uploads reads nothing.
    """
    sending = access.sites_for(actor, "upload_images").filter(pk__in=access.sites_for(actor, "view_data"))
    sent = Q(imaging_study__subject__site__in=sending) & ~Q(
        imaging_study__subject__site__in=sites_hidden_from(actor)
    )
    seen = Q(imaging_study__in=pixels_visible_to(actor))
    return Series.objects.filter(sent | seen).select_related("imaging_study")


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


def imaging_forms_visible_to(actor: User | None) -> QuerySet[FormInstance]:
    """Return the imaging forms at the sites where the actor uploads or sees data; readers see none."""
    sites = access.sites_for(actor, "upload_images", "view_data")
    return (
        FormInstance.objects.filter(expected_forms(Study.objects.filter(sites__in=sites)))
        .filter(subject__site__in=sites)
        .select_related("subject__site", "subject__study", "event", "design_version", "imaging_study")
    )


def expected_forms(studies: QuerySet[Study], *, required: bool = False) -> Q:
    """Return the condition that a design's protocol expects images for a form, or demands them."""
    found = Q(pk__in=[])
    for version in design_versions(studies):
        for each in design_of(version).imaging:
            if each.required or not required:
                found |= Q(design_version=version, form_oid=each.form, event__event_oid=each.event)
    return found


def design_versions(studies: QuerySet[Study]) -> list[DesignVersion]:
    """Return the published versions of the studies: forms may be on another than their subject."""
    return list(DesignVersion.objects.filter(study__in=studies))


def due_today() -> Q:
    """Return the condition that a form's visit is planned and its window has begun."""
    today = timezone.localdate()
    begun = Q(event__window_start__lte=today) | Q(event__planned_date__lte=today)
    return Q(event__status=StudyEvent.Status.PLANNED) & begun


def missing_uploads(actor: User, study: Study, site: Site | None) -> QuerySet[FormInstance]:
    """Return the imaging forms whose visit is due and whose images the actor may deliver and nobody has."""
    sites = access.sites_for(actor, "upload_images").filter(study=study)
    if site is not None:
        sites = sites.filter(pk=site.pk)
    reached = Q(event__status=StudyEvent.Status.HELD) | due_today()
    forms = FormInstance.objects.filter(
        expected_forms(Study.objects.filter(pk=study.pk), required=True), reached, subject__site__in=sites
    )
    gone = (Subject.Status.SCREEN_FAILED, Subject.Status.WITHDRAWN)
    return (
        forms.filter(Q(imaging_study=None) | Q(imaging_study__series=None))
        .exclude(subject__status__in=gone)
        .exclude(status=FormInstance.Status.NOT_DONE)
        .select_related("subject__site", "event", "design_version")
        .order_by("event__window_end", "subject__subject_key", "pk")
    )


def phase_choices(form: FormInstance, modality: str) -> list[tuple[str, str]]:
    """Return the codes and words of the study's list of phases, for MR of sequences; empty without one."""
    design = design_of(form.design_version)
    name = "IMSEQ" if modality == "MR" else "IMPHASE"
    item = design.form(form.form_oid).items_by_name.get(name)
    codelist = design.codelist_of(item) if item else None
    language = get_language() or ""
    return [(each.code, each.label.in_language(language)) for each in codelist.offered] if codelist else []


def readers_at(site: Site) -> list[User]:
    """Return the people who may read images at the site, by name."""
    members = Membership.objects.filter(Membership.IN_FORCE, Q(site=site) | Q(site=None), study=site.study)
    people = User.objects.filter(pk__in=members.values("user"), is_active=True).order_by("username")
    return [person for person in people if access.may(person, "read_images", site=site)]


def reads_visible_to(actor: User | None) -> QuerySet[Read]:
    """Return the actor's own reads; the other reader's stay hidden from every reader."""
    sites = access.sites_for(actor, "read_images", "adjudicate_reads")
    if actor is None:
        return Read.objects.none()
    return Read.objects.filter(imaging_study__subject__site__in=sites, reader=actor).select_related(
        "imaging_study__subject__site",
        "imaging_study__subject__study",
        "imaging_study__form__event",
        "imaging_study__form__design_version",
    )


def measurements_of(read: Read) -> list[dict[str, object]]:
    """Return the read's measurements as the viewer draws them again."""
    tools = {"length": "Length", "bidirectional": "Bidirectional"}
    return [
        {
            "uid": each.uid,
            "tool": tools[each.kind],
            "label": each.lesion_label,
            "sop_instance_uid": each.sop_instance_uid,
            "points": each.points,
        }
        for each in read.measurements.all()
    ]


def sites_blinded_for(actor: User | None) -> QuerySet[Site]:
    """Return the sites where the person reads images, whatever a token leaves of that right: nothing that
    could lead a read is shown there, also to who holds another role besides.
    """
    if actor is None or not actor.is_authenticated:
        return Site.objects.none()
    reading = [role for role, granted in access.SITE_GRANTS.items() if "read_images" in granted]
    held = Membership.objects.filter(user=actor, active=True, role__in=reading)
    whole = held.filter(site__isnull=True)
    return Site.objects.filter(Q(pk__in=held.values("site")) | Q(study__in=whole.values("study")))


def sites_hidden_from(actor: User | None) -> QuerySet[Site]:
    """Return the sites where the person reads blinded and sees no subject by any other role."""
    return sites_blinded_for(actor).exclude(pk__in=access.sites_for(actor, "view_subjects").values("pk"))


def segmentations_visible_to(actor: User | None) -> QuerySet[Segmentation]:
    """Return masks: a reader sees only what that reader made, so that a model's mask never leads a read."""
    if actor is None:
        return Segmentation.objects.none()
    visible = Segmentation.objects.filter(series__imaging_study__in=pixels_visible_to(actor))
    full = access.sites_for(actor, "view_images")
    blinded = Q(series__imaging_study__subject__site__in=sites_blinded_for(actor)) & ~Q(created_by=actor)
    return visible.filter(Q(series__imaging_study__subject__site__in=full) | Q(created_by=actor)).exclude(
        blinded
    )
