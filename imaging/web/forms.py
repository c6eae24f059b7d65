"""Pages of deliveries: every imaging form and its state, and one form with its upload, series and viewer."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from edc import access
from edc.models import FormInstance, StudyEvent
from edc.selectors.owed import LEFT
from edc.web.context import current_site, current_study
from edc.web.request import Request
from imaging import selectors
from imaging.lock_checks import LABELS, in_the_way
from imaging.models import Series, UploadSession
from imaging.services.patient import accept_patient
from imaging.services.phase import confirm_phase
from imaging.services.pictures import series_picture as picture_of
from imaging.services.views import record_images_view
from imaging.web.panel import panel_of, title_of

PAGE_ROWS = 50
SORTS = {
    "due": ("event__window_end", "subject__subject_key", "pk"),
    "subject": ("subject__subject_key", "event__ordinal", "pk"),
    "acquired": ("-imaging_study__acquired_on", "subject__subject_key", "pk"),
}


@login_required
@require_GET
def imaging_forms(request: Request) -> HttpResponse:
    """List the imaging forms of the study in which the person works."""
    forms, blocks = _in_view(request), request.GET.get("blocks", "")
    if blocks in LABELS:
        forms = in_the_way(forms.exclude(subject__status__in=LEFT), blocks)
    found = _with_state(forms)
    show, sort = request.GET.get("show", ""), request.GET.get("sort", "due")
    words = request.GET.get("q", "").strip()
    if words:
        found = found.filter(subject__subject_key__icontains=words)
    counts = dict(found.order_by().values_list("state").annotate(n=Count("pk", distinct=True)))
    listed = found.filter(state=show) if show in STATES else found
    page = Paginator(listed.order_by(*SORTS.get(sort, SORTS["due"])), PAGE_ROWS).get_page(
        request.GET.get("page")
    )
    rows = [
        {"form": form, "shape": STATES[form.state][0], "word": _state_word(form.state), **title_of(form)}
        for form in page
    ]
    filters = [
        {"name": name, "word": _state_word(name), "count": counts.get(name, 0), "on": show == name}
        for name in STATES
    ]
    context = {
        "page": page,
        "rows": rows,
        "filters": filters,
        "total": sum(counts.values()),
        "show": show,
        "sort": sort if sort in SORTS else "due",
        "words": words,
        "blocks": LABELS.get(blocks, ""),
        "blocks_key": blocks,
    }
    return render(request, "imaging/forms.html", context)


STATES = {
    "missing": ("due", "missing"),
    "waiting": ("wait", "waiting"),
    "under_way": ("draft", "under_way"),
    "unusable": ("over", "unusable"),
    "deviation": ("soft", "deviation"),
    "conforms": ("done", "conforms"),
}


def _state_word(name: str) -> str:
    return {
        "missing": _("Images missing"),
        "waiting": _("Not yet due"),
        "under_way": _("Upload open"),
        "unusable": _("Not a usable volume"),
        "deviation": _("Deviates from the protocol"),
        "conforms": _("Conforms"),
    }[name]


def _in_view(request: Request) -> QuerySet[FormInstance]:
    forms = selectors.imaging_forms_visible_to(request.user).filter(subject__study=current_study(request))
    if asked := request.GET.get("site"):
        return forms.filter(subject__site__oid=asked)
    site = current_site(request)
    return forms.filter(subject__site=site) if site else forms


def _with_state(forms: QuerySet[FormInstance]) -> QuerySet[FormInstance]:
    """Add the state of the delivery, of several verdicts the gravest, and the number of series."""
    series = Series.objects.filter(imaging_study__form__in=forms).order_by()
    unusable = series.filter(verdict=Series.Verdict.UNUSABLE).values("imaging_study__form")
    deviating = series.filter(verdict=Series.Verdict.DEVIATION).values("imaging_study__form")
    opened = UploadSession.objects.filter(status=UploadSession.Status.OPEN).values("form")
    queried = Q(queries__origin="imaging", queries__state__in=("open", "answered", "resolved"))
    held = Q(event__status=StudyEvent.Status.HELD)
    state = Case(
        When(pk__in=opened, then=Value("under_way")),
        When(pk__in=unusable, then=Value("unusable")),
        When(pk__in=deviating, then=Value("deviation")),
        When(pk__in=FormInstance.objects.filter(queried).values("pk"), then=Value("deviation")),
        When(pk__in=series.values("imaging_study__form"), then=Value("conforms")),
        When(held | selectors.due_today(), then=Value("missing")),
        default=Value("waiting"),
    )
    return forms.annotate(
        state=state, series_count=Count("imaging_study__series", distinct=True, output_field=IntegerField())
    )


def _form_or_404(request: Request, pk: int) -> FormInstance:
    return get_object_or_404(selectors.imaging_forms_visible_to(request.user), pk=pk)


@login_required
@require_GET
def imaging_form(request: Request, pk: int) -> HttpResponse:
    """One imaging form: deliver, see what came, look at it."""
    form = _form_or_404(request, pk)
    panel = panel_of(form, request.user, viewer=True)
    if panel["viewer"]:
        record_images_view(imaging_study=panel["study"], actor=request.user)
    context = {
        "form": form,
        "panel": panel,
        "viewer": panel["viewer"],
        **title_of(form),
        **_reading(form, request),
    }
    return render(request, "imaging/form.html", context)


def _reading(form: FormInstance, request: Request) -> dict[str, object]:
    """Return the readers to choose from and the reads assigned, for who assigns them; never their content."""
    study = getattr(form, "imaging_study", None)
    if study is None or not access.may(request.user, "manage_design", study=form.subject.study):
        return {}
    return {
        "readers": selectors.readers_at(form.subject.site),
        "reads": study.reads.select_related("reader").order_by("stream"),
    }


@login_required
@require_GET
def form_series(request: Request, pk: int) -> HttpResponse:
    """The series of the form, to be put in place of those on the page."""
    form = _form_or_404(request, pk)
    return render(request, "imaging/series_table.html", {"panel": panel_of(form, request.user, viewer=False)})


@login_required
@require_POST
def series_phase(request: Request, pk: int) -> HttpResponse:
    """Confirm or correct the phase of a series."""
    forms = selectors.imaging_forms_visible_to(request.user)
    series = get_object_or_404(Series.objects.filter(imaging_study__form__in=forms), pk=pk)
    confirm_phase(series=series, phase=request.POST.get("phase", ""), actor=request.user)
    return form_series_of(request, series)


@login_required
@require_GET
def series_picture(request: Request, pk: int) -> HttpResponse:
    """One small picture of a series, so that who sent it sees what was sent."""
    series = get_object_or_404(selectors.pictured_series_visible_to(request.user), pk=pk)
    headers = {"Cache-Control": "private, max-age=600"}
    return HttpResponse(picture_of(series), content_type="image/png", headers=headers)


@login_required
@require_POST
def accept_number(request: Request, pk: int) -> HttpResponse:
    """Accept the hospital number of a delivery as one more of the subject's."""
    session = get_object_or_404(selectors.sessions_visible_to(request.user), pk=pk)
    accept_patient(session=session, reason=request.POST.get("reason", ""), actor=request.user)
    messages.success(request, _("The number was accepted. Ask the site to send the files again."))
    return redirect("imaging-form", session.form_id)


def form_series_of(request: Request, series: Series) -> HttpResponse:
    form = selectors.imaging_forms_visible_to(request.user).get(pk=series.imaging_study.form_id)
    return render(request, "imaging/series_table.html", {"panel": panel_of(form, request.user, viewer=False)})
