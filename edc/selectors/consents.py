"""Consents: which version a site works with, what each subject gave, who owes what, and for which days.

Days of signature and withdrawal are read of completed forms alone, so that nothing of a sealed pass is told.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from edc import access
from edc.extensions import OwedWork
from edc.models import (
    AuditEvent,
    Consent,
    ConsentScan,
    ConsentStart,
    ConsentVersion,
    ConsentWithdrawal,
    ItemValue,
    Site,
    Study,
    Subject,
    User,
)

# Signed pages carry the subject's name: the people of the site and the monitor open them, nobody else.
SCAN_READERS = ("enter_data", "sign_form", "verify_data")
IN_STUDY = (Subject.Status.SCREENING, Subject.Status.ENROLLED)
USED = (ConsentVersion.State.PUBLISHED, ConsentVersion.State.RETIRED)
WITHDRAWN_ITEM = "IT.IC.ICWDDAT"
RETIRED_ACTION = "consent_version.retired"
MOST = 200
# The states of a subject's consent, in the order of what has to be done.
STATES: dict[str, Promise] = {
    "due": gettext_lazy("To consent again"),
    "none": gettext_lazy("No version recorded"),
    "older": gettext_lazy("Older version stands"),
    "current": gettext_lazy("Version in effect"),
    "withdrawn": gettext_lazy("Consent withdrawn"),
}


@dataclass(frozen=True)
class Period:
    """The days for which a subject consented to data; None is without limit."""

    first: date | None = None
    last: date | None = None

    def breach(self, day: date | None) -> str:
        """Return how the day lies outside: before, after, or not at all."""
        if day is not None and self.first is not None and day < self.first:
            return "before"
        return "after" if day is not None and self.last is not None and day > self.last else ""


def versions_visible_to(actor: User | None, study: Study | None = None) -> QuerySet[ConsentVersion]:
    """Return the published and retired versions to everybody of a study, the others to who manages it."""
    managed = access.studies_for(actor, "manage_design")
    seen = Q(study__in=managed) | Q(study__in=access.studies_for(actor, "view_study_data"), state__in=USED)
    found = ConsentVersion.objects.filter(seen).select_related("study", "uploaded_by", "published_by")
    return found.filter(study=study) if study else found


def scans_visible_to(actor: User | None) -> QuerySet[ConsentScan]:
    """Return the scans that the actor knows to be there; the pages are opened by SCAN_READERS alone."""
    sites = access.sites_for(actor, "view_data")
    found = ConsentScan.objects.filter(consent__subject__site__in=sites)
    return found.select_related("consent__subject__site", "consent__subject__study", "uploaded_by")


def consents_visible_to(actor: User | None, study: Study | None = None) -> QuerySet[Consent]:
    """Return the consents of the actor's sites."""
    found = Consent.objects.filter(subject__site__in=access.sites_for(actor, "view_data"))
    found = found.filter(subject__study=study) if study else found
    return found.select_related("version", "form", "subject__site", "subject__design_version", "noted_by")


def in_effect(site: Site, day: date | None = None) -> ConsentVersion | None:
    """Return the published version that a subject of the site signs on the day (today unless told)."""
    starts = _starts(site, day).filter(version__state=ConsentVersion.State.PUBLISHED)
    start = starts.first()
    return start.version if start else None


def label_in_effect(site: Site, day: date) -> str:
    """Return the label of the newest version that the site had on a day and that was not yet retired then."""
    reached = list(_starts(site, day))
    return _label_on(reached, _retired_on(start.version for start in reached), day)


def _label_on(starts: Iterable[ConsentStart], retired: Mapping[int, date], day: date) -> str:
    reached = (start.version for start in starts if start.effective_from <= day)
    return next((each.label for each in reached if retired.get(each.pk, date.max) > day), "")


def signed_of_another_version(subjects: QuerySet[Subject]) -> Iterator[tuple[Consent, date, str]]:
    """Yield the standing consents to another version than the site's on the day of signature, with that day
    and the label of the version that was in effect, empty where none was."""
    held = Consent.objects.filter(subject__in=subjects, taken_back_at=None).order_by("pk")
    held = held.select_related("version", "subject__site", "subject__design_version")
    consents = list(held.defer("subject__design_version__content"))
    days, starts = days_of(consents), defaultdict(list)
    sites = {each.subject.site_id for each in consents}
    found = ConsentStart.objects.filter(site__in=sites).select_related("version")
    for start in found.order_by("-effective_from", "-pk"):
        starts[start.site_id].append(start)
    retired = _retired_on(start.version for each in starts.values() for start in each)
    for each in consents:
        if day := days.get(each.pk):
            label = _label_on(starts[each.subject.site_id], retired, day)
            if label != each.version.label:
                yield each, day, label


def _retired_on(versions: Iterable[ConsentVersion]) -> dict[int, date]:
    """Return by their ids when the retired versions were retired; the audit trail alone holds the day."""
    keys = [str(each.pk) for each in versions if each.state == ConsentVersion.State.RETIRED]
    if not keys:
        return {}
    events = AuditEvent.objects.filter(
        target_type=ConsentVersion._meta.label_lower, target_id__in=keys, action=RETIRED_ACTION
    )
    return {int(key): timezone.localdate(at) for key, at in events.values_list("target_id", "at")}


def _starts(site: Site, day: date | None) -> QuerySet[ConsentStart]:
    reached = ConsentStart.objects.filter(site=site, effective_from__lte=day or timezone.localdate())
    return reached.select_related("version").order_by("-effective_from", "-pk")


def signable(site: Site) -> QuerySet[ConsentVersion]:
    """Return the versions that a consent of the site can name: those whose day came there."""
    reached = ConsentStart.objects.filter(site=site, effective_from__lte=timezone.localdate())
    found = ConsentVersion.objects.filter(pk__in=reached.values("version"), state__in=USED)
    return found.order_by("-pk")


def with_state(subjects: QuerySet[Subject]) -> QuerySet[Any]:
    """Return the subjects with `consent_state` (of STATES), `signed_label`, `due_from` and `has_scan`.

    A subject still in the study is to consent again while a version that asks for it is in effect at the
    site and none was signed that is in effect since the same day or a later one, in whatever language. Who
    withdrew the consent to further data is asked nothing; withdrawals of other things change no state.
    """
    today = timezone.localdate()
    standing = Consent.objects.filter(subject=OuterRef("pk"), taken_back_at=None)
    starts = ConsentStart.objects.filter(
        site=OuterRef("site"), effective_from__lte=today, version__state=ConsentVersion.State.PUBLISHED
    ).order_by("-effective_from", "-pk")
    asking = starts.filter(version__reconsent=True)
    last = standing.order_by("-pk")
    gone = ConsentWithdrawal.objects.filter(subject=OuterRef("pk"), taken_back_at=None, further_data=True)
    scans = ConsentScan.objects.filter(
        consent__subject=OuterRef("pk"), consent__taken_back_at=None, withdrawn_at=None
    )
    found = subjects.annotate(
        signed_label=Subquery(last.values("version__label")[:1]),
        due_from=Subquery(asking.values("effective_from")[:1]),
        due_label=Subquery(asking.values("version__label")[:1]),
        has_scan=Exists(scans),
        has_withdrawn=Exists(gone),
        newest_from=Subquery(starts.values("effective_from")[:1]),
        newest_label=Subquery(starts.values("version__label")[:1]),
    )
    return found.annotate(consent_state=_state(standing))


def _state(standing: QuerySet[Consent]) -> Case:
    answered = _of_version(standing, "due")
    newest = _of_version(standing, "newest")
    due = Q(due_from__isnull=False, status__in=IN_STUDY) & ~Exists(answered)
    return Case(
        When(has_withdrawn=True, then=Value("withdrawn")),
        When(signed_label=None, then=Value("none")),
        When(due, then=Value("due")),
        When(Q(newest_from__isnull=False) & ~Exists(newest), then=Value("older")),
        default=Value("current"),
        output_field=CharField(),
    )


def _of_version(standing: QuerySet[Consent], name: str) -> QuerySet[Consent]:
    """Return the consents to a version in any language, or to one that the site took up no earlier."""
    # In one filter, so that the day is that of the subject's own site.
    here = Q(version__starts__site=OuterRef("site"))
    since = Q(version__starts__effective_from__gte=OuterRef(f"{name}_from"))
    return standing.filter(Q(version__label=OuterRef(f"{name}_label")) | (here & since))


def signed_since(site: Site, day: date) -> list[int]:
    """Return the ids of the site's subjects who signed a standing consent on the day or later."""
    standing = Consent.objects.filter(subject__site=site, taken_back_at=None)
    standing = standing.select_related("subject__design_version").defer("subject__design_version__content")
    consents = list(standing)
    days = days_of(consents)
    return sorted({each.subject_id for each in consents if days.get(each.pk, date.min) >= day})


def owed_consents(actor: User, study: Study, site: Site | None) -> Iterator[OwedWork]:
    """Yield to who enters data the subjects of their sites who are to consent again."""
    sites = access.sites_for(actor, "enter_data").filter(study=study)
    asked = ConsentStart.objects.filter(site__in=sites, version__reconsent=True)
    if not asked.exists():
        return
    subjects = Subject.objects.filter(study=study, site__in=sites)
    subjects = subjects.filter(site=site) if site else subjects
    due = with_state(subjects).filter(consent_state="due").order_by("due_from", "subject_key")
    for each in due[:MOST]:
        yield OwedWork(
            kind="consent",
            title=_("Consent again"),
            subject_key=each.subject_key,
            event_name="",
            blocks="",
            due=each.due_from,
            minutes=10,
            url=reverse("subject-consent", args=[each.pk]),
            action=_("Record"),
        )


def days_of(consents: Iterable[Consent]) -> dict[int, date]:
    """Return by the consents' ids when each was signed, as far as it is final."""
    consents = list(consents)
    days = {each.pk: each.signed_on for each in consents if each.signed_on}
    by_form: dict[int, list[Consent]] = defaultdict(list)
    for each in consents:
        if each.form_id:
            by_form[each.form_id].append(each)
    found = ItemValue.objects.filter(form__in=by_form, value__isnull=False)
    for form, oid, value in found.values_list("form_id", "item_oid", "value"):
        # One that was taken back shares its form with the one that was recorded in its place.
        first = by_form[form][0]
        if oid == first.subject.design_version.design.consent_item and (day := _day(value)):
            days |= dict.fromkeys((each.pk for each in by_form[form]), day)
    return days


def periods_of(subjects: Iterable[int]) -> dict[int, Period]:
    """Return by the subjects' ids the days for which they consented; who has no limit is absent.

    The consent itself sets a first day only where the version that was signed first does not allow earlier
    data, and no consent waits for its day.
    """
    subjects = list(subjects)
    standing = Consent.objects.filter(subject__in=subjects, taken_back_at=None)
    standing = standing.select_related("version", "subject__design_version")
    consents: dict[int, list[Consent]] = defaultdict(list)
    for each in standing:
        consents[each.subject_id].append(each)
    days = days_of(one for each in consents.values() for one in each)
    last = _ends(subjects)
    found = {}
    for pk in {*consents, *last}:
        found[pk] = Period(_first(consents.get(pk, []), days), last.get(pk))
    return found


def _first(consents: list[Consent], days: dict[int, date]) -> date | None:
    if not consents or any(each.pk not in days for each in consents):
        return None
    first = min(consents, key=lambda each: (days[each.pk], each.pk))
    return None if first.version.covers_earlier else days[first.pk]


def _ends(subjects: list[int]) -> dict[int, date]:
    """Return from when no further data were consented to: what was noted, or the completed form says."""
    noted = ConsentWithdrawal.objects.filter(subject__in=subjects, taken_back_at=None, further_data=True)
    ends: dict[int, date] = {}
    said = ItemValue.objects.filter(
        form__subject__in=subjects, item_oid=WITHDRAWN_ITEM, value__isnull=False
    ).values_list("form__subject", "value")
    told = [(pk, _day(value)) for pk, value in said]
    for pk, day in [*noted.values_list("subject", "withdrawn_on"), *told]:
        if day is not None:
            ends[pk] = min(day, ends.get(pk, day))
    return ends


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def standing_among(subjects: Iterable[Subject]) -> QuerySet[Consent]:
    """Return the consents of these subjects but those taken back, the oldest first."""
    found = Consent.objects.filter(subject__in=[each.pk for each in subjects], taken_back_at=None)
    return found.select_related("version", "subject__design_version", "noted_by")


def standing_of(subject: Subject) -> QuerySet[Consent]:
    """Return the subject's consents but those taken back, the oldest first."""
    found = Consent.objects.filter(subject=subject, taken_back_at=None)
    return found.select_related("version", "form", "subject__design_version")


def consents_of(subject: Subject) -> QuerySet[Consent]:
    """Return a subject's consents, the newest first, for who may see the subject's data."""
    found = Consent.objects.filter(subject=subject).order_by(F("taken_back_at").asc(nulls_first=True), "-pk")
    found = found.select_related("version", "noted_by", "form__event", "subject__design_version")
    return found.prefetch_related("scans__uploaded_by", "scans__withdrawn_by")
