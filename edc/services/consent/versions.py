"""Versions of a study's consent form: uploaded by one person, published by another, each site's own day."""

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from edc import access, audit, jobs
from edc.errors import InvalidInput, NotNow
from edc.exchange.faults import FileFault
from edc.exchange.source_pages import PDF, SourceFile, read_source
from edc.models import ConsentStart, ConsentVersion, Notification, Site, Study, Subject, User
from edc.selectors.consents import RETIRED_ACTION, with_state
from edc.selectors.evaluation import in_language
from edc.services.consent.period import ask_site_again
from edc.services.kept_files import gone_on_failure, keep
from edc.services.moves import move
from edc.services.notifications import notify
from edc.services.reasons import required_text

State = ConsentVersion.State
LONGEST = {"label": 20, "approval": 120}
LONGEST_CHANGES = 500


@dataclass(frozen=True)
class VersionFacts:
    """What is printed on a version and what it asks; `changes` may be empty for the first one."""

    label: str
    language: str
    dated: date
    approval: str
    approved_on: date
    reconsent: bool = False
    covers_earlier: bool = False
    changes: str = ""


def upload_version(*, study: Study, facts: VersionFacts, content: bytes, actor: User) -> ConsentVersion:
    """Keep a version of the consent form as a draft with its PDF; nothing of it can be changed afterwards.

    A file whose row is not written is removed again. Raises InvalidInput naming `file` or the field that is
    wrong.
    """
    access.require(actor, "manage_design", study=study)
    name = uuid.uuid4()
    with gone_on_failure(ConsentVersion(public_id=name)), transaction.atomic():
        made = _uploaded(study, name, facts, content, actor)
        readers = access.holders_of("manage_design", study=study).exclude(pk=actor.pk)
        _tell(made, readers, Notification.Kind.CONSENT_SUBMITTED)
        return made


def _uploaded(
    study: Study, name: uuid.UUID, facts: VersionFacts, content: bytes, actor: User
) -> ConsentVersion:
    Study.objects.select_for_update(no_key=True).get(pk=study.pk)
    said = _checked(study, facts)
    kept = read_document(content)
    if kept.media_type != PDF:
        raise _wrong(file=_("Upload the approved form as a PDF."))
    made = ConsentVersion(
        public_id=name, study=study, page_count=kept.page_count, size=len(kept.content),
        sha256=hashlib.sha256(kept.content).hexdigest(), uploaded_by=actor, **said,
    )  # fmt: skip
    keep(made, kept.content)
    made.save(force_insert=True)
    audit.record(actor=actor, action="consent_version.uploaded", target=made, after=_told(made))
    return made


def read_document(content: bytes) -> SourceFile:
    """Return what is kept of an uploaded PDF, JPEG or PNG; raise InvalidInput naming `file`."""
    try:
        return read_source(content)
    except FileFault as fault:
        raise _wrong(file=in_language(fault.text)) from None


def _checked(study: Study, facts: VersionFacts) -> dict[str, object]:
    """Return the facts with their texts stripped; raise InvalidInput naming every field that is wrong."""
    said, wrong = asdict(facts), _problems(facts)
    for name, most in LONGEST.items():
        try:
            said[name] = required_text(said[name], field=name, at_most=most)
        except InvalidInput as fault:
            wrong |= fault.fields
    said["changes"] = facts.changes.strip()
    others = study.consent_versions.filter(label=said["label"]).exclude(state=State.DISCARDED)
    if others.filter(language=facts.language).exists():
        wrong["label"] = _("This version is there in this language already.")
    if facts.reconsent and others.exists():
        wrong["reconsent"] = _("A translation asks nobody to consent again: the version itself says so.")
    if wrong:
        raise InvalidInput(_("Some fields need correction."), fields=wrong)
    return said


def _problems(facts: VersionFacts) -> dict[str, str | Promise]:
    wrong: dict[str, str | Promise] = {}
    if facts.language not in ConsentVersion.Language.values:
        wrong["language"] = _("Choose the language of the form.")
    if facts.approved_on > timezone.localdate():
        wrong["approved_on"] = _("The approval cannot lie in the future.")
    if facts.dated > facts.approved_on:
        wrong["dated"] = _("The version is dated before its approval, or on the same day.")
    if len(facts.changes.strip()) > LONGEST_CHANGES:
        wrong["changes"] = _("Shorten this to %(count)d characters at most.") % {"count": LONGEST_CHANGES}
    return wrong


@transaction.atomic
def publish_version(*, version: ConsentVersion, actor: User) -> ConsentVersion:
    """Publish a version that another person uploaded, after comparing it with the approved paper."""
    access.require(actor, "manage_design", study=version.study)
    if actor.pk == version.uploaded_by_id:
        raise PermissionDenied("publish_version")
    move(version, State.PUBLISHED, published_by=actor, published_at=timezone.now())
    audit.record(actor=actor, action="consent_version.published", target=version, after=_told(version))
    _tell(version, [version.uploaded_by], Notification.Kind.CONSENT_DECIDED)
    return version


@transaction.atomic
def discard_version(*, version: ConsentVersion, reason: str, actor: User) -> ConsentVersion:
    """Put a draft aside that is not to be published; its label can be uploaded again."""
    return _end(version, State.DISCARDED, "consent_version.discarded", reason, actor)


@transaction.atomic
def retire_version(*, version: ConsentVersion, reason: str, actor: User) -> ConsentVersion:
    """Take a published version out of use: nobody is to sign it; consents given to it stand."""
    return _end(version, State.RETIRED, RETIRED_ACTION, reason, actor)


def _end(version: ConsentVersion, to: str, action: str, reason: str, actor: User) -> ConsentVersion:
    access.require(actor, "manage_design", study=version.study)
    reason = required_text(reason, field="reason")
    before = version.state
    move(version, to, ended_reason=reason)
    audit.record(actor=actor, action=action, target=version, before=before, after=to, reason=reason)
    return version


@transaction.atomic
def set_starts(
    *, version: ConsentVersion, sites: Sequence[Site], effective_from: date, approval: str, actor: User
) -> list[ConsentStart]:
    """Set the day from which sites work with a published version, at all of them or at none.

    It may lie in the past; it can be moved until a subject of the site consented to the version. Who enters
    data there is told of those who are to consent again, at once or when the day comes; who signed since the
    earlier of the old and the new day is asked about anew.
    """
    access.require(actor, "manage_design", study=version.study)
    approval = required_text(approval, field="approval", at_most=LONGEST["approval"])
    if version.state != State.PUBLISHED:
        raise NotNow(_("Only a published version takes effect at a site."))
    if effective_from < version.approved_on:
        raise _wrong(effective_from=_("No site uses a version before its ethics approval."))
    if not sites:
        raise _wrong(sites=_("Choose the sites."))
    before = dict(version.starts.values_list("site_id", "effective_from"))
    made = [_start(version, site, effective_from, approval, actor) for site in sites]
    begin_due()
    for site in sites:
        since = min(effective_from, before.get(site.pk, effective_from))
        if since <= timezone.localdate():
            ask_site_again(site=site, since=since)
    return made


def _start(
    version: ConsentVersion, site: Site, effective_from: date, approval: str, actor: User
) -> ConsentStart:
    if site.study_id != version.study_id:
        raise _wrong(sites=_("Choose sites of this study."))
    start = ConsentStart.objects.select_for_update(of=("self",)).filter(site=site, version=version).first()
    if start and version.consents.filter(subject__site=site, taken_back_at=None).exists():
        message = _("Subjects of site %(site)s consented to this version already; the day stays.")
        raise NotNow(message % {"site": site.oid})
    before = _day(start) if start else None
    start = start or ConsentStart(site=site, version=version)
    start.effective_from, start.approval, start.set_by = effective_from, approval, actor
    start.told_at = None
    start.save()
    audit.record(actor=actor, action="consent_start.set", target=start, before=before, after=_day(start))
    return start


def begin_due() -> int:
    """Tell the sites whose day has come for which of their subjects consent again; return how many days."""
    due = ConsentStart.objects.filter(told_at=None, effective_from__lte=timezone.localdate())
    count = 0
    for pk in due.filter(version__state=State.PUBLISHED).values_list("pk", flat=True):
        with transaction.atomic():
            rows = ConsentStart.objects.select_for_update(of=("self",)).filter(pk=pk, told_at=None)
            for start in rows.select_related("site__study", "version"):
                _begin(start)
                count += 1
    return count


def _begin(start: ConsentStart) -> None:
    start.told_at = timezone.now()
    start.save(update_fields=["told_at"])
    owed = with_state(Subject.objects.filter(site=start.site)).filter(consent_state="due").count()
    asks = start.version.reconsent
    audit.record(
        actor=jobs.system_user("worker"), action="consent_start.begun", target=start,
        after={**_day(start), "to_consent_again": owed if asks else 0},
    )  # fmt: skip
    if asks and owed:
        notify(
            users=access.holders_at(start.site, "enter_data", "sign_form"),
            kind=Notification.Kind.RECONSENT_DUE, about=start.version.label,
            url=f"{reverse('consents')}?show=due", study=start.site.study, site=start.site,
        )  # fmt: skip


def _tell(version: ConsentVersion, users: object, kind: str) -> None:
    url = reverse("consent-version", args=[version.pk])
    notify(users=users, kind=kind, about=version.label, url=url, study=version.study)  # type: ignore[arg-type]


def _told(version: ConsentVersion) -> dict[str, object]:
    names = ("label", "language", "approval", "reconsent", "covers_earlier", "sha256")
    days = {name: getattr(version, name).isoformat() for name in ("dated", "approved_on")}
    return {name: getattr(version, name) for name in names} | days


def _day(start: ConsentStart) -> dict[str, str]:
    return {
        "version": start.version.label,
        "effective_from": start.effective_from.isoformat(),
        "approval": start.approval,
    }


def _wrong(**fields: str) -> InvalidInput:
    return InvalidInput(_("Some fields need correction."), fields=fields)
