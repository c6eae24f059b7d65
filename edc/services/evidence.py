"""Source evidence of a form: added by who enters data, tied to more items, withdrawn with a reason."""

import hashlib
import uuid
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from edc import access, audit
from edc.errors import InvalidInput, NotNow
from edc.exchange.faults import FileFault
from edc.exchange.source_pages import SourceFile, read_source
from edc.models import Evidence, FormInstance, Observation, User
from edc.selectors import form_state
from edc.selectors.evaluation import in_language
from edc.selectors.evidence import MOST_OF_A_FORM
from edc.services.entries import checked_path
from edc.services.entry.consent import require_consent
from edc.services.entry.draft import locked
from edc.services.kept_files import gone_on_failure, keep
from edc.services.lock import require_open
from edc.services.passes import pass_for
from edc.services.reasons import required_text

MAX_PASSAGE = 4000


def add_page(
    *,
    form: FormInstance,
    content: bytes,
    source: str,
    paths: Sequence[str],
    deidentified: bool,
    actor: User,
) -> Evidence:
    """Keep an uploaded PDF, JPEG or PNG as a page of the source, tied to items of the form.

    The file's name is not kept and a picture's metadata is not either. Raises InvalidInput naming `file`,
    `source`, `deidentified` or a path; NotNow where the form is held, consent is missing, or it has its fill.
    A file whose row is not written is removed again.
    """
    name = uuid.uuid4()
    with gone_on_failure(Evidence(public_id=name)), transaction.atomic():
        form = _addable(form, source, paths, deidentified, actor)
        kept = _read(content)
        made = Evidence(
            public_id=name, form=form, kind=Evidence.Kind.PAGE, source=source, paths=sorted(set(paths)),
            deidentified=True, uploaded_by=actor, **_about(kept),
        )  # fmt: skip
        keep(made, kept.content)
        return _added(made, actor)


def _read(content: bytes) -> SourceFile:
    try:
        return read_source(content)
    except FileFault as fault:
        raise _wrong("file", in_language(fault.text)) from None


@transaction.atomic
def add_passage(
    *, form: FormInstance, text: str, source: str, paths: Sequence[str], deidentified: bool, actor: User
) -> Evidence:
    """Keep a passage typed from the source, tied to items of the form; as `add_page`, naming `text`.

    The other pass does not see it before the form is final.
    """
    form = _addable(form, source, paths, deidentified, actor)
    text = required_text(text, field="text", at_most=MAX_PASSAGE)
    made = Evidence(
        form=form, kind=Evidence.Kind.TEXT, source=source, paths=sorted(set(paths)), deidentified=True,
        uploaded_by=actor, text=text, size=len(text.encode()),
        sha256=hashlib.sha256(text.encode()).hexdigest(),
    )  # fmt: skip
    return _added(made, actor)


@transaction.atomic
def tie_evidence(*, evidence: Evidence, path: str, actor: User) -> Evidence:
    """Tie a page or passage to one more item; a tie that stands already is kept and nothing is recorded."""
    form = _enterable(evidence.form, [path], actor)
    held = _standing(evidence)
    if path in held.paths:
        return held
    before, held.paths = held.paths, sorted({*held.paths, path})
    held.save(update_fields=["paths"])
    audit.record(
        actor=actor, action="evidence.tied", target=form, before=_row(held, paths=before), after=_row(held),
        blinded=_stream_of(form, actor),
    )  # fmt: skip
    return held


@transaction.atomic
def withdraw_evidence(*, evidence: Evidence, reason: str, actor: User) -> Evidence:
    """Take a page or passage out of everybody's view; the row, the reason and the file stay.

    Who enters data or resolves differences at the site may do so at any time, also where data are locked: a
    name on a page cannot wait. Raises NotNow where it is withdrawn already.
    """
    form = evidence.form
    require_withdrawer(form, actor)
    reason = required_text(reason, field="reason")
    held = _standing(evidence)
    held.withdrawn_by, held.withdrawn_at, held.withdrawn_reason = actor, timezone.now(), reason
    held.save(update_fields=["withdrawn_by", "withdrawn_at", "withdrawn_reason"])
    about = {"evidence": str(held.public_id), "sha256": held.sha256}
    audit.record(actor=actor, action="evidence.withdrawn", target=form, before=about, reason=reason)
    return held


def require_withdrawer(form: FormInstance, actor: User) -> None:
    """Raise PermissionDenied unless the actor enters data or resolves differences at the form's site."""
    if not access.may(actor, "enter_data", site=form.subject.site):
        access.require(actor, "resolve_disagreement", site=form.subject.site)


@transaction.atomic
def record_evidence_download(*, evidence: Evidence, actor: User) -> None:
    """Record that the file itself left the platform; the caller has found it visible to the actor."""
    about = {"evidence": str(evidence.public_id), "sha256": evidence.sha256}
    audit.record(actor=actor, action="evidence.downloaded", target=evidence.form, after=about)


def _addable(
    form: FormInstance, source: str, paths: Sequence[str], deidentified: bool, actor: User
) -> FormInstance:
    form = _enterable(form, paths, actor)
    if source not in Evidence.Source.values:
        raise _wrong("source", _("Choose what kind of source it is."))
    if not deidentified:
        message = _("Black out every name, number and address first, then confirm here that none is left.")
        raise _wrong("deidentified", message)
    if form.evidence.filter(withdrawn_at__isnull=True).count() >= MOST_OF_A_FORM:
        message = _("The form has %(count)d pages and passages, which is the most. Withdraw one first.")
        raise NotNow(message % {"count": MOST_OF_A_FORM})
    return form


def _enterable(form: FormInstance, paths: Sequence[str], actor: User) -> FormInstance:
    """Return the form locked, once the actor may enter data there and sees these items on it."""
    access.require(actor, "enter_data", site=form.subject.site)
    form = locked(form)
    require_open(form)
    require_consent(form, actor)
    if not paths:
        raise _wrong("paths", _("Choose the item that it shows."))
    view = form_state(form, actor)
    for path in paths:
        checked_path(form, path, view.record["rows"])
        if not view.state.visible.get(path):
            raise _wrong(path, _("The form does not ask this item now."))
    return form


def _standing(evidence: Evidence) -> Evidence:
    held = Evidence.objects.select_for_update(of=("self",)).select_related("form").get(pk=evidence.pk)
    if held.withdrawn_at:
        raise NotNow(_("It has been withdrawn already."))
    return held


def _about(kept: SourceFile) -> dict[str, object]:
    sha256 = hashlib.sha256(kept.content).hexdigest()
    return {
        "media_type": kept.media_type, "page_count": kept.page_count, "size": len(kept.content),
        "sha256": sha256,
    }  # fmt: skip


def _added(made: Evidence, actor: User) -> Evidence:
    made.save(force_insert=True)
    after = _row(made) | {"deidentified": True, "size": made.size, "pages": made.page_count}
    audit.record(
        actor=actor, action="evidence.added", target=made.form, after=after,
        blinded=_stream_of(made.form, actor),
    )  # fmt: skip
    return made


def _row(held: Evidence, *, paths: Sequence[str] | None = None) -> dict[str, object]:
    """Return what the audit trail says of it: never its words."""
    return {
        "evidence": str(held.public_id), "kind": held.kind, "source": held.source, "sha256": held.sha256,
        "paths": list(held.paths if paths is None else paths),
    }  # fmt: skip


def _stream_of(form: FormInstance, actor: User) -> str:
    """Return the pass whose items the ties tell of; empty for who enters none of this form."""
    draft = form.drafts.filter(observer=actor).first()
    if draft:
        return draft.stream
    own: Observation | None = form.observations.filter(observer=actor).order_by("pk").first()
    if own:
        return own.stream
    try:
        return pass_for(form, actor)
    except NotNow:
        return ""


def _wrong(field: str, message: str) -> InvalidInput:
    return InvalidInput(_("Some fields need correction."), fields={field: message})
