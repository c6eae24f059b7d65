"""What a person owes today: forms to enter, disagreements, signatures, queries, and the higher apps' work."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from statistics import median

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from edc import access, extensions
from edc.extensions import OwedWork
from edc.models import (
    INDEPENDENT,
    DesignVersion,
    EntryRate,
    FormInstance,
    Observation,
    Query,
    Site,
    Stream,
    Study,
    StudyEvent,
    Subject,
    User,
)
from edc.selectors import subject_counts
from edc.selectors.consents import owed_consents
from edc.selectors.entry_plan import owed_returns
from edc.selectors.entry_rates import FULL, rates_decided
from edc.selectors.evaluation import asked_oids
from edc.selectors.safety_cases import owed_safety
from edc.selectors.standings import standings
from edc.selectors.visible import forms_at, numbers_of, queries_at, sites_of
from edc.selectors.visit_names import visit_name

Status = FormInstance.Status
MOST = 200
LATEST = 500
LEFT = (Subject.Status.SCREEN_FAILED, Subject.Status.WITHDRAWN)


def owed_by(actor: User, study: Study, site: Site | None = None) -> list[OwedWork]:
    """Return what the actor owes in the study, or at one of its sites: what blocks others and is late
    comes first. Of each kind the first 200 are told.
    """
    owed = [
        *_second_passes(actor, study, site),
        *_first_passes(actor, study, site),
        *_disagreements(actor, study, site),
        *_entry_rates(actor, study, site),
        *_signatures(actor, study, site),
        *_verifications(actor, study, site),
        *_queries(actor, study, site),
        *owed_safety(actor, study, site),
        *owed_consents(actor, study, site),
    ]
    for part in extensions.registered():
        owed.extend(part.owed(actor=actor, study=study, site=site))
    return sorted(owed, key=lambda work: (not work.blocks, work.due or date.max))


def _forms(actor: User, permission: str, study: Study, site: Site | None) -> QuerySet[FormInstance]:
    sites = sites_of(access.sites_for(actor, permission), study, site)
    held = numbers_of(sites.filter(pk__in=access.sites_for(actor, "view_subjects")))
    return rows_of_list(forms_at(held).exclude(subject__status__in=LEFT))


def rows_of_list(forms: QuerySet[FormInstance]) -> QuerySet[FormInstance]:
    """Return the forms with what a line tells; rows share their versions, which are read once."""
    forms = forms.select_related(None).defer(None).select_related("event", "subject")
    return forms.prefetch_related(Prefetch("design_version", DesignVersion.objects.defer("content")))


def _first_passes(actor: User, study: Study, site: Site | None) -> Iterator[OwedWork]:
    due = Q(status=Status.TO_DO, mandatory=True) & reached()
    own = Q(status=Status.FIRST_DRAFT, drafts__observer=actor)
    forms = _forms(actor, "enter_data", study, site).filter(due | own).order_by(*ORDER)[:MOST]
    decided = rates_decided(study.sites.all())
    return _entry("entry-1", forms, actor, lambda form: _after_first(form, decided))


def _after_first(form: FormInstance, decided: Mapping[tuple[int, str], EntryRate]) -> str:
    """Return what follows the first pass; whether a form was drawn is told to nobody who types."""
    if form.entry_mode == FormInstance.EntryMode.SINGLE:
        return ""
    rate = decided.get((form.subject.site_id, form.form_oid))
    if form.entry_mode == FormInstance.EntryMode.SAMPLED or (rate and rate.percent < FULL):
        return _("A second pass may follow")
    return _("The second pass comes after it")


def reached() -> Q:
    """Return the condition that a form's visit took place, or may: its window has begun or it has none."""
    today = timezone.localdate()
    return (
        Q(event__status=StudyEvent.Status.HELD)
        | Q(event__planned_date__isnull=True)
        | Q(event__window_start__lte=today)
        | Q(event__window_start__isnull=True, event__planned_date__lte=today)
    )


def _second_passes(actor: User, study: Study, site: Site | None) -> Iterator[OwedWork]:
    entered = Observation.objects.filter(form=OuterRef("pk"), observer=actor, stream__in=INDEPENDENT)
    due = Q(status=Status.FIRST_SEALED) & ~Exists(entered)
    own = Q(status=Status.SECOND_DRAFT, drafts__observer=actor)
    forms = _forms(actor, "enter_data", study, site).filter(due | own).order_by(*ORDER)[:MOST]
    return _entry("entry-2", forms, actor, lambda form: _("The comparison waits"))


ORDER = ("event__entry_due", "subject__subject_key", "event__ordinal", "ordinal", "pk")


def _entry(
    kind: str, forms: Iterable[FormInstance], actor: User, blocks: Callable[[FormInstance], str]
) -> Iterator[OwedWork]:
    forms = list(forms)
    minutes = _own_minutes(actor) if forms else {}
    drafts = (Status.FIRST_DRAFT, Status.SECOND_DRAFT)
    for form in forms:
        yield OwedWork(
            kind=kind,
            title=form_name(form),
            subject_key=form.subject.subject_key,
            event_name=event_name(form.event, form),
            blocks=blocks(form),
            due=form.event.entry_due,
            minutes=minutes.get(form.form_oid) or usual_minutes(form),
            url=reverse("form-entry", args=[form.pk]),
            action=_("Continue") if form.status in drafts else _("Begin"),
        )


def _own_minutes(actor: User) -> dict[str, int]:
    """Return the person's median minutes for each form, of the latest begun and sealed within two hours."""
    timed = Observation.objects.filter(observer=actor, started_at__isnull=False).order_by("-sealed_at")
    took: dict[str, list[float]] = {}
    for oid, begun, sealed in timed.values_list("form__form_oid", "started_at", "sealed_at")[:LATEST]:
        if begun and sealed - begun < timedelta(hours=2):
            took.setdefault(oid, []).append((sealed - begun).total_seconds() / 60)
    return {oid: max(1, round(median(minutes))) for oid, minutes in took.items()}


def usual_minutes(form: FormInstance) -> int:
    """Return the estimate for a form that the person has not entered before: five typed items a minute."""
    items = form.design_version.design.form(form.form_oid).items
    oids = asked_oids(form, Stream.ENTRY_2) if form.status == Status.FIRST_SEALED else None
    items = tuple(item for item in items if oids is None or item.oid in oids)
    return max(1, round(sum(item.is_typed_in for item in items) / 5))


def _disagreements(actor: User, study: Study, site: Site | None) -> Iterator[OwedWork]:
    forms = _forms(actor, "resolve_disagreement", study, site).filter(status=Status.DISAGREEMENT)
    forms = forms.exclude(observations__observer=actor).order_by("status_changed_at")[:MOST]
    for form in forms:
        yield _form_work("disagreement", form, _("The form waits"), 2, "form-reconcile", _("Resolve"))


def _entry_rates(actor: User, study: Study, site: Site | None) -> Iterator[OwedWork]:
    """Yield the forms whose double entry must return to 100 %."""
    language = translation.get_language() or ""
    version = study.design_versions.order_by("-number").first()
    if version is None:
        return
    for line in owed_returns(actor, study, site)[:MOST]:
        yield OwedWork(
            kind="entry-rate",
            title=version.design.form(line.form_oid).name.in_language(language),
            subject_key="",
            event_name=line.site.name_en if _english() and line.site.name_en else line.site.name_zh,
            blocks=_("Its entries are not shown to be right often enough"),
            due=timezone.localdate(),
            minutes=2,
            url=f"{reverse('entry-plan')}?form={line.form_oid}",
            action=_("Decide"),
        )


def _signatures(actor: User, study: Study, site: Site | None) -> Iterator[OwedWork]:
    forms = _forms(actor, "sign_form", study, site).filter(status__in=(Status.COMPLETE, Status.VERIFIED))
    for form in forms.order_by("status_changed_at")[:MOST]:
        yield _form_work("sign", form, "", 1, "form-entry", _("Sign"))


def _verifications(actor: User, study: Study, site: Site | None) -> Iterator[OwedWork]:
    forms = _forms(actor, "verify_data", study, site).exclude(status=Status.LOCKED)
    forms = forms.filter(status__in=FormInstance.FINAL, verification_due__left__gt=0)
    for form in forms.order_by("status_changed_at")[:MOST]:
        yield _form_work("verify", form, "", 3, "form-verification", _("Verify"))


def _form_work(kind: str, form: FormInstance, blocks: str, minutes: int, url: str, action: str) -> OwedWork:
    return OwedWork(
        kind=kind,
        title=form_name(form),
        subject_key=form.subject.subject_key,
        event_name=event_name(form.event, form),
        blocks=blocks,
        due=None,
        minutes=minutes,
        url=reverse(url, args=[form.pk]),
        action=action,
    )


def _queries(actor: User, study: Study, site: Site | None) -> Iterator[OwedWork]:
    found = [
        *_queries_in(Query.State.OPEN, sites_of(access.sites_for(actor, "answer_query"), study, site)),
        *_queries_in(Query.State.ANSWERED, sites_of(access.sites_for(actor, "raise_query"), study, site)),
    ]
    for query in sorted(found, key=lambda query: query.raised_at)[:MOST]:
        is_open = query.state == Query.State.OPEN
        yield OwedWork(
            kind="query",
            title=query.text_en if _english() and query.text_en else query.text_zh,
            subject_key=query.form.subject.subject_key,
            event_name=event_name(query.form.event, query.form),
            blocks=_("The signature waits") if is_open else _("The site waits"),
            due=None,
            minutes=3,
            url=reverse("query", args=[query.pk]),
            action=_("Answer") if is_open else _("Close"),
        )


def _queries_in(state: Query.State, sites: QuerySet[Site]) -> QuerySet[Query]:
    held = numbers_of(sites)
    found = queries_at(held).filter(state=state).order_by("raised_at")
    if subject_counts.are_kept():
        # The oldest queries are those of the subjects whose oldest query is oldest.
        since = {Query.State.OPEN: "open_since", Query.State.ANSWERED: "answered_since"}[state]
        subjects = standings(held).filter(**{f"{since}__isnull": False}).order_by(since)
        found = found.filter(form__subject__in=list(subjects.values_list("pk", flat=True)[:MOST]))
    found = found.select_related(None).defer(None).select_related("form__event", "form__subject")
    versions = DesignVersion.objects.defer("content")
    return found.prefetch_related(Prefetch("form__design_version", versions))[:MOST]


def _english() -> bool:
    return (translation.get_language() or "").startswith("en")


def form_name(form: FormInstance) -> str:
    """Return the form's name in the reader's language, with its number from the second copy on."""
    name = form.design_version.design.form(form.form_oid).name.in_language(translation.get_language() or "")
    return f"{name} {form.repeat_key}" if form.repeat_key > 1 else name


def event_name(event: StudyEvent, form: FormInstance) -> str:
    """Return the visit's name in the reader's language, with its number from the second occurrence on."""
    return visit_name(form.design_version.design, event)
