"""The imaging app's part in edc's pages: tabs, owed work, the upload panel, proposals and subject chips."""

from collections.abc import Sequence

from django.db.models import Count, Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from edc import access
from edc.extensions import Chip, OwedWork, ProposedValue, Tab
from edc.models import FormInstance, Site, Study, Subject, User
from edc.selectors.owed import event_name, form_name, rows_of_list
from imaging import selectors
from imaging.models import ImagingStudy, Read
from imaging.services.proposals import propose_values
from imaging.services.sessions import is_imaging_form
from imaging.web.panel import panel_of

UPLOAD_MINUTES, READ_MINUTES = 5, 12
MOST = 200
SEEING = ("upload_images", "view_data", "view_images")


class ImagingExtension:
    """What edc shows of images; every answer is filtered for the actor."""

    key = "images"

    def tabs(self, *, held: frozenset[str]) -> Sequence[Tab]:
        tabs = []
        if held & {"upload_images", "view_data"}:
            tabs.append(Tab(_("Images"), reverse("imaging-forms"), "/imaging/forms"))
        if "read_images" in held:
            tabs.append(Tab(_("Reads"), reverse("reads"), "/imaging/reads"))
        return tabs

    def owed(self, *, actor: User, study: Study, site: Site | None) -> Sequence[OwedWork]:
        missing = rows_of_list(selectors.missing_uploads(actor, study, site))
        uploads = [_owed_upload(form) for form in missing[:MOST]]
        reads = selectors.reads_visible_to(actor).filter(imaging_study__subject__study=study)
        if site is not None:
            reads = reads.filter(imaging_study__subject__site=site)
        return uploads + [_owed_read(read) for read in reads.exclude(status=Read.Status.SUBMITTED)[:MOST]]

    def form_panel(self, *, actor: User, form: FormInstance) -> tuple[str, dict] | None:
        if not is_imaging_form(form):
            return None
        if not access.may(actor, "upload_images", site=form.subject.site) and not access.may(
            actor, "view_data", site=form.subject.site
        ):
            return None
        return "imaging/upload_panel.html", {"panel": panel_of(form, actor, viewer=False)}

    def proposals(self, *, actor: User, form: FormInstance) -> Sequence[ProposedValue]:
        site = form.subject.site
        if not (access.may(actor, "enter_data", site=site) or access.may(actor, "view_data", site=site)):
            return []
        return propose_values(form)

    def subject_chips(self, *, actor: User, subjects: Sequence[Subject]) -> dict[int, Chip]:
        sites = access.sites_for(actor, *SEEING)
        studies = (
            ImagingStudy.objects.filter(subject__in=subjects, subject__site__in=sites)
            .annotate(count=Count("series"))
            .order_by("subject", "acquired_on", "pk")
        )
        chips: dict[int, Chip] = {}
        for study in studies:
            text = ngettext("%(n)d series", "%(n)d series", study.count) % {"n": study.count}
            chips[study.subject_id] = Chip("img", text, reverse("imaging-form", args=[study.form_id]))
        return chips

    def lacking(self, *, actor: User, subjects: QuerySet[Subject]) -> QuerySet[Subject]:
        sites = access.sites_for(actor, *SEEING)
        held = ImagingStudy.objects.filter(subject=OuterRef("pk"), subject__site__in=sites)
        return subjects.filter(~Exists(held))


def _owed_upload(form: FormInstance) -> OwedWork:
    return OwedWork(
        kind="upload",
        title=form_name(form),
        subject_key=form.subject.subject_key,
        event_name=event_name(form.event, form),
        blocks=_("The reads and the score wait"),
        due=form.event.entry_due,
        minutes=UPLOAD_MINUTES,
        url=reverse("imaging-form", args=[form.pk]),
        action=_("Upload"),
    )


def _owed_read(read: Read) -> OwedWork:
    return OwedWork(
        kind="read",
        title=_("Blinded read"),
        subject_key=read.code,
        event_name="",
        blocks=_("The comparison of the reads waits"),
        due=None,
        minutes=READ_MINUTES,
        url=reverse("read", args=[read.pk]),
        action=_("Continue") if read.status == Read.Status.STARTED else _("Begin"),
    )
