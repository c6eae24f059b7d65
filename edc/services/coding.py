"""Coding values: proposed by one person, in force once another has approved; ended, never rewritten."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from edc import access, audit
from edc.coding.terms import key_of
from edc.errors import DomainError, InvalidInput, NotNow
from edc.models import CodedItem, Coding, Dictionary, DictionaryTerm, ItemValue, Study, User
from edc.selectors.coding import (
    APPROVES,
    CODES,
    coded_items,
    exact_terms,
    in_state,
    memory_of,
    queue,
)
from edc.selectors.synonyms import synonym_terms
from edc.services.lock import require_open
from edc.services.query import RowResult
from edc.services.reasons import required_text

MOST_AT_ONCE = 2000


@transaction.atomic
def code_value(
    *, value: ItemValue, term: DictionaryTerm, actor: User, method: str = Coding.Method.MANUAL
) -> Coding:
    """Give a final value a term of the dictionary that its item is coded with; another's or older code ends.

    Raises NotNow where the form is locked, and InvalidInput for a term that is not offered.
    """
    form = value.form
    access.require(actor, CODES, site=form.subject.site)
    value = ItemValue.objects.select_for_update(of=("self",)).select_related("form__subject").get(pk=value.pk)
    require_open(form, path=value.path, asking=True)
    _check(value, term)
    before = _end(value, _("Coded anew"))
    made = Coding.objects.create(
        form=form, item_oid=value.item_oid, row_key=value.row_key, verbatim=value.raw, term=term,
        method=method, coder=actor,
    )  # fmt: skip
    audit.record(
        actor=actor, action="coding.proposed", target=made, path=value.path,
        before=shown(before) if before else None, after=shown(made),
    )  # fmt: skip
    return made


def _check(value: ItemValue, term: DictionaryTerm) -> None:
    if value.form.status not in value.form.FINAL or value.missing or not value.raw:
        raise NotNow(_("Only a value of a completed form can be coded."))
    asked = CodedItem.objects.filter(study=value.form.subject.study_id, item_oid=value.item_oid).first()
    if asked is None or asked.dictionary_id != term.dictionary_id or not term.current:
        message = {"term": _("Choose a current term of the dictionary that this item is coded with.")}
        raise InvalidInput(_("Some fields need correction."), fields=message)


def _end(value: ItemValue, reason: str) -> Coding | None:
    held = Coding.objects.select_for_update(of=("self",)).select_related("term__dictionary")
    found = held.filter(
        form=value.form_id, item_oid=value.item_oid, row_key=value.row_key, ended_at=None
    ).first()
    if found:
        end(found, reason)
    return found


def end(coding: Coding, reason: str) -> None:
    """Take a coding out of force; the caller records it."""
    coding.ended_at, coding.ended_reason = timezone.now(), reason[:300]
    coding.save(update_fields=["ended_at", "ended_reason"])


def shown(coding: Coding) -> dict[str, str]:
    """Return a coding as the trail holds it, without the verbatim."""
    return {
        "dictionary": str(coding.term.dictionary), "code": coding.term.code,
        "term": coding.term.zh or coding.term.en, "method": coding.method,
    }  # fmt: skip


@transaction.atomic
def auto_code(*, study: Study, actor: User) -> list[RowResult]:
    """Code each open value that the study coded before in one way alone, or a synonym names, or one term is.

    Every such code waits for another person's approval, as one given by hand does.
    """
    if not access.sites_for(actor, CODES).filter(study=study).exists():
        access.require(actor, CODES, site=study.sites.first())
    results = []
    for item in coded_items(study).values():
        found = in_state(queue(actor, study, None, {"item": item.item_oid}), "open")
        sites = access.sites_for(actor, CODES)
        values = list(found.filter(form__subject__site__in=sites)[:MOST_AT_ONCE])
        for value, term, method in _matches(study, item.dictionary, values):
            results.append(_try(value, term, method, actor))
    return results


def _matches(
    study: Study, dictionary: Dictionary, values: list[ItemValue]
) -> list[tuple[ItemValue, DictionaryTerm, str]]:
    keys = {value.pk: key_of(value.raw) for value in values}
    found: list[tuple[ItemValue, DictionaryTerm, str]] = []
    memory, exact = memory_of(study, dictionary), exact_terms(dictionary, keys.values())
    synonyms = synonym_terms(study, dictionary)
    for value in values:
        key = keys[value.pk]
        if key in memory:
            found.append((value, memory[key], Coding.Method.MEMORY))
        elif key in synonyms:
            found.append((value, synonyms[key], Coding.Method.SYNONYM))
        elif key in exact:
            found.append((value, exact[key], Coding.Method.EXACT))
    return found


def _try(value: ItemValue, term: DictionaryTerm, method: str, actor: User) -> RowResult:
    try:
        with transaction.atomic():
            return RowResult(code_value(value=value, term=term, actor=actor, method=method), True)
    except DomainError as refused:
        return RowResult(value, False, str(refused.message))


@transaction.atomic
def approve_coding(*, coding: Coding, actor: User) -> Coding:
    """Put a code in force; never by who gave it. Raises NotNow where the value has changed since."""
    _require_approver(coding, actor)
    coding = _locked(coding)
    if coding.approved_at:
        raise NotNow(_("This code is approved already."))
    if coding.coder_id == actor.pk:
        raise NotNow(_("You gave this code: another person approves it."))
    if _verbatim_now(coding) != coding.verbatim:
        raise NotNow(_("The value has changed since it was coded. Code it anew."))
    coding.approver, coding.approved_at = actor, timezone.now()
    coding.save(update_fields=["approver", "approved_at"])
    audit.record(actor=actor, action="coding.approved", target=coding, path=coding.path, after=shown(coding))
    return coding


@transaction.atomic
def send_back_coding(*, coding: Coding, reason: str, actor: User) -> Coding:
    """End a code with the reason, approved or not; the value is to be coded again."""
    _require_approver(coding, actor)
    reason = required_text(reason, field="reason")
    coding = _locked(coding)
    end(coding, reason)
    audit.record(
        actor=actor, action="coding.sent_back", target=coding, path=coding.path, before=shown(coding),
        reason=reason,
    )  # fmt: skip
    return coding


def _require_approver(coding: Coding, actor: User) -> None:
    site = coding.form.subject.site
    if not any(access.may(actor, name, site=site) for name in APPROVES):
        access.require(actor, CODES, site=site)
    require_open(coding.form, path=coding.path, asking=True)


def _locked(coding: Coding) -> Coding:
    held = Coding.objects.select_for_update(of=("self",)).select_related("term__dictionary", "form__subject")
    coding = held.get(pk=coding.pk)
    if coding.ended_at:
        raise NotNow(_("This code is not in force any more. Open the list again."))
    return coding


def _verbatim_now(coding: Coding) -> str:
    value = ItemValue.objects.filter(
        form=coding.form_id, item_oid=coding.item_oid, row_key=coding.row_key, missing=""
    ).first()
    return value.raw if value else ""
