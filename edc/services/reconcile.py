"""Reconciliation: the differences of two sealed passes, their resolution, and the one record that results."""

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from edc import access, audit
from edc.errors import InvalidInput, NotNow
from edc.models import Decision, Disagreement, FormInstance, Observation, Resolution, Stream, User
from edc.rules.subject_values import split_path
from edc.selectors.differences import OPEN
from edc.selectors.evaluation import item_fault, normal_of
from edc.selectors.records import sealed
from edc.services.comparison import compare, merge
from edc.services.completion import complete_form
from edc.services.entries import asked_of, checked_entry, is_empty
from edc.services.entry_counts import count_comparison, count_wrong
from edc.services.lock import require_open
from edc.services.moves import move
from edc.services.reasons import required_text

Status = FormInstance.Status
BLINDED = "both-passes"


@transaction.atomic
def compare_passes(*, form: FormInstance, actor: User) -> list[Disagreement]:
    """Compare the two sealed passes, as the one who sealed the second; without a difference the form
    is complete.

    A repeat finds the comparison made and returns its disagreements.
    """
    form = FormInstance.objects.select_for_update().get(pk=form.pk)
    first, second = sealed(form, Stream.ENTRY_1), sealed(form, Stream.ENTRY_2)
    if first is None or second is None or actor.pk != second.observer_id:
        raise NotNow(_("The passes are compared once both are sealed."))
    if form.status not in (Status.FIRST_SEALED, Status.SECOND_DRAFT):
        return list(form.disagreements.all())
    comparison = compare(asked_of(form, Stream.ENTRY_2), first.content, second.content, normal_of(form))
    count_comparison(form, comparison, first, second)
    found = comparison.differences
    disagreements = [
        Disagreement(
            form=form, path=each.path, first=first, second=second, kind=each.kind,
            first_entry=each.first, second_entry=each.second,
        )
        for each in found
    ]  # fmt: skip
    Disagreement.objects.bulk_create(disagreements)
    after = {"disagreements": [{"path": each.path, "kind": each.kind} for each in found]}
    audit.record(actor=actor, action="entry.compared", target=form, after=after, blinded=BLINDED)
    if disagreements:
        move(form, Status.DISAGREEMENT)
    else:
        count_wrong(form, (first, second), (), first.content)
        complete_form(form=form, record=first.content, stream=Stream.ENTRY_1, actor=actor)
    return disagreements


@transaction.atomic
def resolve_disagreement(
    *, disagreement: Disagreement, choice: str, entry: Mapping | None, reason: str, actor: User
) -> Decision:
    """Name the value that holds, with the reason; the last decision of a form completes it.

    `choice` is first, second or other; `entry` counts with other only (for a row in one pass alone: None
    drops the row). Whoever entered one of the passes may not resolve. Until the form is complete the
    decision can be taken back.
    """
    access.require(actor, "resolve_disagreement", site=disagreement.form.subject.site)
    reason = required_text(reason, field="reason")
    form, disagreement = _locked(disagreement)
    if disagreement.held is not None:
        raise NotNow(_("This disagreement has been resolved already."))
    _check_turn(form, disagreement, actor)
    chosen = _chosen(form, disagreement, choice, entry)
    decision = Decision.objects.create(
        disagreement=disagreement, choice=choice, entry=chosen, reason=reason, resolver=actor
    )
    before = {"first": disagreement.first_entry, "second": disagreement.second_entry}
    audit.record(
        actor=actor, action="disagreement.resolved", target=form, path=disagreement.path, before=before,
        after={"choice": choice, "entry": chosen}, reason=reason, blinded=BLINDED,
    )  # fmt: skip
    if not form.disagreements.filter(OPEN).exists():
        _settle(form)
        _adjudicate(form, disagreement.first, disagreement.second, actor)
    return decision


@transaction.atomic
def take_back_decision(*, disagreement: Disagreement, reason: str, actor: User) -> Decision:
    """Open a difference again that was decided, with the reason; both stay on record.

    Raise NotNow once the form is complete: then a value is corrected on the form.
    """
    access.require(actor, "resolve_disagreement", site=disagreement.form.subject.site)
    reason = required_text(reason, field="reason")
    form, disagreement = _locked(disagreement)
    _check_turn(form, disagreement, actor)
    held = disagreement.held
    if not isinstance(held, Decision):
        raise NotNow(_("There is no decision on this difference to take back."))
    withdrawal = Decision.objects.create(
        disagreement=disagreement, withdraws=held, reason=reason, resolver=actor
    )
    audit.record(
        actor=actor, action="disagreement.taken_back", target=form, path=disagreement.path,
        before={"choice": held.choice, "entry": held.entry}, after=None, reason=reason, blinded=BLINDED,
    )  # fmt: skip
    return withdrawal


def _locked(disagreement: Disagreement) -> tuple[FormInstance, Disagreement]:
    """Return the form, locked, and the disagreement as it now stands."""
    form = FormInstance.objects.select_for_update().get(pk=disagreement.form_id)
    require_open(form)
    return form, form.disagreements.select_related("first", "second", "resolution").get(pk=disagreement.pk)


def _settle(form: FormInstance) -> None:
    """Make the decisions that stand the resolutions of the form, each in the name of who decided."""
    undecided = form.disagreements.filter(resolution__isnull=True).prefetch_related("decisions")
    Resolution.objects.bulk_create(
        Resolution(
            disagreement=each, choice=each.held.choice, entry=each.held.entry, reason=each.held.reason,
            resolver_id=each.held.resolver_id,
        )
        for each in undecided
    )  # fmt: skip


def _check_turn(form: FormInstance, disagreement: Disagreement, actor: User) -> None:
    if form.status != Status.DISAGREEMENT:
        raise NotNow(_("This disagreement has been resolved already."))
    if actor.pk in (disagreement.first.observer_id, disagreement.second.observer_id):
        raise NotNow(_("You entered one of the passes. Another person must resolve the disagreement."))


def _chosen(
    form: FormInstance, disagreement: Disagreement, choice: str, entry: Mapping | None
) -> dict | None:
    if choice not in Resolution.Choice.values:
        message = {"choice": _("Choose the first pass, the second pass or another value.")}
        raise InvalidInput(_("Some fields need correction."), fields=message)
    if choice == Resolution.Choice.FIRST:
        return disagreement.first_entry
    if choice == Resolution.Choice.SECOND:
        return disagreement.second_entry
    oid, _row = split_path(disagreement.path)
    if disagreement.kind == Disagreement.Kind.ROW:
        return _other_row(form, disagreement.path, entry)
    item = form.design_version.design.item(oid)
    checked = checked_entry(item, disagreement.path, entry or {})
    if is_empty(checked):
        return None
    _refuse_fault(form, disagreement.path, checked)
    return checked


def _other_row(form: FormInstance, path: str, entry: Mapping | None) -> dict | None:
    if entry is None:
        return None
    design, key = form.design_version.design, split_path(path)[1]
    row = {}
    for oid, each in entry.items():
        checked = checked_entry(design.item(oid), f"{oid}[{key}]", each)
        _refuse_fault(form, f"{oid}[{key}]", checked)
        row[oid] = checked
    return row


def _refuse_fault(form: FormInstance, path: str, entry: dict) -> None:
    fault = item_fault(form, path, entry)
    if fault:
        raise InvalidInput(_("The value is not possible."), fields={path: fault})


def _adjudicate(form: FormInstance, first: Observation, second: Observation, actor: User) -> None:
    """Seal the record that results from both passes and every resolution, and complete the form with it."""
    definition = form.design_version.design.form(form.form_oid)
    resolutions = Resolution.objects.filter(disagreement__form=form).select_related(
        "disagreement__first", "disagreement__second"
    )
    chosen = {each.disagreement.path: each.entry for each in resolutions}
    part = asked_of(form, Stream.ENTRY_2)
    record = merge(definition, first.content, second.content, chosen, normal_of(form), part)
    count_wrong(form, (first, second), resolutions, record)
    Observation.objects.create(
        form=form,
        stream=Stream.ADJUDICATED,
        observer=actor,
        content=record,
        content_sha256=audit.digest(record),
    )
    complete_form(form=form, record=record, stream=Stream.ADJUDICATED, actor=actor)
