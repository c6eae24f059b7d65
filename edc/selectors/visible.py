"""The guarded reads: what an actor may see, as querysets; nothing for an actor without rights."""

from django.db.models import Q, QuerySet

from edc import access
from edc.models import (
    Disagreement,
    Draft,
    FormInstance,
    ItemValue,
    Observation,
    Query,
    Site,
    Stream,
    Study,
    StudyEvent,
    Subject,
    User,
)

ENTRY_STREAMS = (Stream.ENTRY_1, Stream.ENTRY_2)
BOTH_SEALED = (FormInstance.Status.DISAGREEMENT, *FormInstance.FINAL)
SEEING_QUERIES = ("view_data", "answer_query", "raise_query")
SITE_PERMISSIONS = ("view_subjects", "view_data", "enter_data", "view_images", "upload_images")


def studies_visible_to(actor: User | None) -> QuerySet[Study]:
    """Return the studies that the actor works in."""
    return access.studies_for(actor, "view_study_data", "manage_people")


def sites_visible_to(actor: User | None, study: Study) -> QuerySet[Site]:
    """Return the study's sites where the actor may do anything; all of them for who manages its people."""
    if access.may(actor, "manage_people", study=study):
        return study.sites.all()
    return access.sites_for(actor, *SITE_PERMISSIONS).filter(study=study)


def sites_of(sites: QuerySet[Site], study: Study, site: Site | None) -> QuerySet[Site]:
    """Return those of the sites that are the study's, or the one given where it is among them."""
    sites = sites.filter(study=study)
    return sites.filter(pk=site.pk) if site else sites


def numbers_of(sites: QuerySet[Site]) -> list[int]:
    """Return the sites' ids: the database plans well for sites that it is told, and as if there were one for
    those that it has to find.
    """
    return list(sites.order_by().values_list("pk", flat=True))


def subjects_visible_to(
    actor: User | None, study: Study | None = None, site: Site | None = None
) -> QuerySet[Subject]:
    """Return the subjects of the actor's sites, of one study or one site where given."""
    sites = access.sites_for(actor, "view_subjects")
    if study is not None:
        return subjects_at(numbers_of(sites_of(sites, study, site))).filter(study=study)
    return subjects_at(sites.filter(pk=site.pk) if site else sites)


def subjects_at(sites: QuerySet[Site] | list[int]) -> QuerySet[Subject]:
    """Return the subjects of these sites, for who was asked for a right at each."""
    subjects = Subject.objects.filter(site__in=sites)
    subjects = subjects.select_related("site", "study", "design_version")
    return subjects.defer("design_version__content")


def events_visible_to(actor: User | None) -> QuerySet[StudyEvent]:
    """Return the visits of the subjects that the actor may see."""
    sites = access.sites_for(actor, "view_subjects")
    return StudyEvent.objects.filter(subject__site__in=sites).select_related("subject__site")


def forms_visible_to(actor: User | None) -> QuerySet[FormInstance]:
    """Return the forms of the subjects that the actor may see; that a form exists says nothing of its
    content.
    """
    return forms_at(access.sites_for(actor, "view_subjects"))


def forms_at(sites: QuerySet[Site] | list[int]) -> QuerySet[FormInstance]:
    """Return the forms of these sites, for who was asked for a right at each."""
    forms = FormInstance.objects.filter(subject__site__in=sites)
    forms = forms.select_related("event", "subject__site", "subject__study", "design_version")
    return forms.defer("design_version__content")


def own_draft(actor: User | None, form: FormInstance) -> Draft | None:
    """Return the actor's own draft of the form; nobody sees another's."""
    if not access.may(actor, "enter_data", site=form.subject.site):
        return None
    return form.drafts.filter(observer=actor).prefetch_related("items").first()


def observations_visible_to(actor: User | None) -> QuerySet[Observation]:
    """Return the actor's own sealed records, and for who resolves disagreements both passes once both
    are sealed.

    Adjudicated records hold the final values, so whoever may see those sees them. A reader's record is
    only the reader's own here: the imaging app decides when others may see it.
    """
    mine = access.sites_for(actor, "enter_data", "view_data", "read_images")
    resolving = access.sites_for(actor, "resolve_disagreement")
    reading = access.sites_for(actor, "view_data")
    seen = (
        Q(observer_id=getattr(actor, "pk", None), form__subject__site__in=mine)
        | Q(stream__in=ENTRY_STREAMS, form__status__in=BOTH_SEALED, form__subject__site__in=resolving)
        | Q(stream=Stream.ADJUDICATED, form__subject__site__in=reading)
    )
    return Observation.objects.filter(seen).select_related("form__subject__site", "observer")


def values_visible_to(actor: User | None) -> QuerySet[ItemValue]:
    """Return final values; there are none before a form is reconciled."""
    sites = access.sites_for(actor, "view_data")
    finals = ItemValue.objects.filter(form__subject__site__in=sites, form__status__in=FormInstance.FINAL)
    return finals.select_related("form__event", "form__subject")


def disagreements_visible_to(actor: User | None) -> QuerySet[Disagreement]:
    """Return disagreements with both values, for those only who resolve them."""
    sites = access.sites_for(actor, "resolve_disagreement")
    disagreements = Disagreement.objects.filter(form__subject__site__in=sites)
    disagreements = disagreements.select_related(
        "form__event", "form__subject__site", "first", "second", "resolution__resolver"
    )
    return disagreements.prefetch_related("decisions__resolver")


def queries_visible_to(actor: User | None) -> QuerySet[Query]:
    """Return the queries of the actor's sites, for who sees data, answers or asks; candidates for
    who asks alone.
    """
    sites = access.sites_for(actor, *SEEING_QUERIES)
    asking = access.sites_for(actor, "raise_query")
    seen = ~Q(state=Query.State.CANDIDATE) | Q(form__subject__site__in=asking)
    return queries_at(sites).filter(seen)


def queries_at(sites: QuerySet[Site] | list[int]) -> QuerySet[Query]:
    """Return the queries of these sites, candidates too, for who was asked for a right at each."""
    queries = Query.objects.filter(form__subject__site__in=sites).select_related(
        "form__event",
        "form__subject__site",
        "form__subject__study",
        "form__design_version",
        "raised_by",
        "assigned_to",
    )
    return queries.defer("form__design_version__content")
