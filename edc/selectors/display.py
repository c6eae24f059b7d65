"""A form as one person may see it now: own draft, own sealed pass, or the final values."""

from dataclasses import dataclass

from edc import access
from edc.models import Draft, FormInstance, ItemValue, Stream, User
from edc.rules.form_logic import FormState
from edc.selectors.evaluation import pass_state
from edc.selectors.records import held_record, record_of
from edc.selectors.visible import observations_visible_to, own_draft, values_visible_to

# Whose first pass is sealed: who opens the form to enter it enters the second.
SECOND = (FormInstance.Status.FIRST_SEALED, FormInstance.Status.SECOND_DRAFT)


@dataclass(frozen=True)
class FormView:
    """What a page or program shows of a form to one person.

    `shown` tells which record it is: draft (the person's own), sealed (their own pass, before
    reconciliation), final, or nothing. `versions` holds the version of each item of the draft, by path.
    `values` holds the final values by path, with formula and source.
    """

    shown: str
    record: dict
    state: FormState
    draft: Draft | None
    versions: dict[str, int]
    values: dict[str, ItemValue]


def form_state(form: FormInstance, actor: User) -> FormView:
    """Return the form as the actor may see it; a pass that is not theirs is never in it."""
    draft = own_draft(actor, form)
    values: dict[str, ItemValue] = {}
    stream = draft.stream if draft else ""
    if draft is not None:
        shown, record = "draft", record_of(draft)
    elif form.status in FormInstance.FINAL and access.may(actor, "view_data", site=form.subject.site):
        shown, record = "final", held_record(form)
        values = {value.path: value for value in values_visible_to(actor).filter(form=form)}
    else:
        # Of a form that is to do nothing is sealed: what its observer entered or imported was taken back.
        begun = form.status != FormInstance.Status.TO_DO
        sealed = observations_visible_to(actor).filter(form=form, observer=actor).order_by("pk")
        own = sealed.last() if begun else None
        stream = own.stream if own else Stream.ENTRY_2 if form.status in SECOND else ""
        shown, record = ("sealed", own.content) if own else ("nothing", {"items": {}, "rows": {}})
    versions = {item.path: item.version for item in draft.items.all()} if draft else {}
    return FormView(shown, record, pass_state(form, record, stream), draft, versions, values)
