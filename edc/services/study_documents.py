"""Study documents: publishing a version, which people must read, and withdrawing a document."""

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from edc import audit
from edc.errors import InvalidInput, NotNow
from edc.exchange.faults import FileFault
from edc.exchange.source_pages import PDF, SourceFile, read_source
from edc.models import (
    READING_ROLES,
    DocumentWithdrawal,
    Membership,
    Notification,
    Study,
    StudyDocument,
    User,
)
from edc.selectors.evaluation import in_language
from edc.selectors.training import documents_in_force
from edc.services.kept_files import gone_on_failure, keep
from edc.services.notifications import notify
from edc.services.reasons import required_text
from edc.services.role_gate import hold, hold_study, members_of, require_keeper, settle_all

MOST_GRACE = 90
MAX_TEXT = 60000
LONGEST = {"code": 40, "version": 20, "title_zh": 160, "title_en": 160}


@dataclass(frozen=True)
class Content:
    """What a version says: its names in both languages, and a text in both or the bytes of a PDF."""

    code: str
    version: str
    title_zh: str
    title_en: str
    text_zh: str = ""
    text_en: str = ""
    pdf: bytes = b""


@dataclass(frozen=True)
class Terms:
    """Whom a version asks: the roles, whether they stop without, and the grace of those who hold one."""

    roles: Sequence[str]
    required: bool
    grace_days: int = 0


def publish_document(*, study: Study, content: Content, terms: Terms, actor: User) -> StudyDocument:
    """Publish a version; whoever it asks is told, and a required one stops their role when grace is over.

    The code of an earlier document makes it that document's next version. A file whose row is not written is
    removed again. Raises InvalidInput naming the fields that are wrong.
    """
    require_keeper(actor, study)
    name = uuid.uuid4()
    with gone_on_failure(StudyDocument(public_id=name)), transaction.atomic():
        hold_study(study)
        made = _published(study, name, content, terms, actor)
        asked = _holders(study, made.roles)
        notify(users=asked, kind=Notification.Kind.TRAINING_ASKED, url=reverse("training"), study=study)
        settle_all(study=study, actor=actor)
        return made


def _published(study: Study, name: uuid.UUID, content: Content, terms: Terms, actor: User) -> StudyDocument:
    kept = _checked(study, content, terms)
    texts = {"zh": content.text_zh.strip(), "en": content.text_en.strip()}
    made = StudyDocument(
        public_id=name,
        study=study,
        code=content.code.strip(),
        version=content.version.strip(),
        title_zh=content.title_zh.strip(),
        title_en=content.title_en.strip(),
        text_zh="" if kept else texts["zh"],
        text_en="" if kept else texts["en"],
        page_count=kept.page_count if kept else 0,
        sha256=hashlib.sha256(kept.content).hexdigest() if kept else audit.digest(texts),
        roles=sorted(set(terms.roles)),
        required=terms.required,
        grace_days=terms.grace_days if terms.required else 0,
        published_by=actor,
    )
    if kept:
        keep(made, kept.content)
    hold(members_of(study))
    made.save(force_insert=True)
    audit.record(actor=actor, action="document.published", target=made, after=_facts(made))
    return made


@transaction.atomic
def withdraw_document(*, document: StudyDocument, reason: str, actor: User) -> DocumentWithdrawal:
    """End what a document asks: no role waits for it any more; its versions and records stay."""
    require_keeper(actor, document.study)
    reason = required_text(reason, field="reason")
    hold_study(document.study)
    if document.pk not in documents_in_force([document.study_id]):
        raise NotNow(_("Only the newest version in force can be withdrawn. Load the page again."))
    hold(members_of(document.study))
    made = DocumentWithdrawal.objects.create(document=document, by=actor, reason=reason)
    about = {"code": document.code, "version": document.version}
    audit.record(actor=actor, action="document.withdrawn", target=document, before=about, reason=reason)
    settle_all(study=document.study, actor=actor)
    return made


def _holders(study: Study, roles: Sequence[str]) -> list[User]:
    held = Membership.objects.filter(study=study, active=True, role__in=roles)
    return list(User.objects.filter(pk__in=held.values("user")))


def _facts(made: StudyDocument) -> dict[str, object]:
    names = ("code", "version", "title_zh", "title_en", "sha256", "roles", "required", "grace_days")
    return {name: getattr(made, name) for name in names} | {"pages": made.page_count}


def _checked(study: Study, content: Content, terms: Terms) -> SourceFile | None:
    """Return the PDF as it is kept, None for a text; raise InvalidInput with everything that is wrong."""
    fields = {**_wrong_names(study, content), **_wrong_terms(terms)}
    kept = None
    if content.pdf:
        try:
            kept = read_source(content.pdf)
        except FileFault as fault:
            fields["file"] = in_language(fault.text)
        if kept and kept.media_type != PDF:
            fields["file"] = _("Choose a PDF.")
    else:
        for name in ("text_zh", "text_en"):
            length = len(getattr(content, name).strip())
            if not length:
                fields[name] = _("Write the text in both languages, or choose a PDF.")
            elif length > MAX_TEXT:
                fields[name] = _("At most %(count)d characters.") % {"count": MAX_TEXT}
    if fields:
        raise InvalidInput(_("Some fields need correction."), fields=fields)
    return kept


def _wrong_names(study: Study, content: Content) -> dict[str, str]:
    fields = {}
    for name, longest in LONGEST.items():
        if not 1 <= len(getattr(content, name).strip()) <= longest:
            fields[name] = _("Write between 1 and %(count)d characters.") % {"count": longest}
    code, version = content.code.strip(), content.version.strip()
    try:
        validate_slug(code)
    except ValidationError:
        fields["code"] = _("Use letters, digits, - and _ only.")
    if StudyDocument.objects.filter(study=study, code=code, version=version).exists():
        fields["version"] = _("This version is published already: give the new text a new version.")
    return fields


def _wrong_terms(terms: Terms) -> dict[str, str]:
    fields = {}
    if not terms.roles or set(terms.roles) - {str(role) for role in READING_ROLES}:
        fields["roles"] = _("Choose at least one role of the list.")
    if not 0 <= terms.grace_days <= MOST_GRACE:
        fields["grace_days"] = _("Choose between 0 and %(days)d days.") % {"days": MOST_GRACE}
    return fields
