"""The forms of one visit beside each other: status, how much is filled, and which comes next."""

from dataclasses import dataclass

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from edc.models import FormInstance, Stream, User
from edc.rules.form_logic import Progress
from edc.selectors import forms_visible_to, observations_visible_to, subject_values, values_visible_to
from edc.selectors.evaluation import asked_oids, pass_state
from edc.selectors.matrix import SHOWN_AS
from edc.selectors.owed import form_name
from edc.selectors.records import record_of
from edc.services.passes import SECOND

Status = FormInstance.Status
BEGINS = (Status.TO_DO, Status.FIRST_SEALED)
OPEN = (Status.TO_DO, Status.FIRST_DRAFT, Status.FIRST_SEALED, Status.SECOND_DRAFT)


@dataclass(frozen=True)
class Step:
    """One form of the visit; `required` is None where nothing is left to fill."""

    pk: int
    name: str
    url: str
    shape: str
    word: str
    filled: int
    required: int | None
    is_current: bool
    is_owed: bool


@dataclass(frozen=True)
class Visit:
    """The visit's forms with the required items filled and asked in those that the person still enters."""

    steps: list[Step]

    @property
    def filled(self) -> int:
        return sum(step.filled for step in self.steps if step.required is not None)

    @property
    def required(self) -> int:
        return sum(step.required for step in self.steps if step.required is not None)

    @property
    def left(self) -> int:
        return self.required - self.filled

    @property
    def percent(self) -> int:
        return round(100 * self.filled / self.required) if self.required else 100

    @property
    def next_owed(self) -> Step | None:
        """The next form that the person may enter, after the current one and then from the top."""
        here = next((place for place, step in enumerate(self.steps) if step.is_current), 0)
        return next((step for step in [*self.steps[here + 1 :], *self.steps[:here]] if step.is_owed), None)


def visit_forms(form: FormInstance, actor: User, progress: Progress, enters: bool) -> Visit:
    """Return the forms of the form's visit as they stand to the actor; `progress` is the form's own."""
    forms = list(forms_visible_to(actor).filter(event=form.event_id))
    drafts = _draft_progress(form, actor, enters)
    sealed = _own_sealed(form, actor)
    counts = _final_counts(form, actor)
    steps = []
    for each in forms:
        is_current = each.pk == form.pk
        is_mine = is_current or each.status in BEGINS or each.pk in drafts
        is_owed = enters and is_mine and each.status in OPEN and each.pk not in sealed
        found = progress if is_current and each.status in OPEN else drafts.get(each.pk)
        steps.append(_step(each, is_current, is_owed, found, counts.get(each.pk, 0), each.pk in sealed))
    return Visit(steps)


def _step(
    form: FormInstance,
    is_current: bool,
    is_owed: bool,
    progress: Progress | None,
    count: int,
    is_sealed: bool,
) -> Step:
    shape, word = SHOWN_AS[form.status], form.get_status_display()
    if is_sealed and form.status in (Status.FIRST_SEALED, Status.SECOND_DRAFT):
        shape, word = "wait", _("Sealed; waits for the second pass")
    filled, required = count, None
    if is_owed:
        found = progress or Progress(0, _always_required(form))
        filled, required = found.filled, found.required
    url = reverse("form-entry", args=[form.pk])
    return Step(form.pk, form_name(form), url, shape, word, filled, required, is_current, is_owed)


def _always_required(form: FormInstance) -> int:
    definition = form.design_version.design.form(form.form_oid)
    asked = asked_oids(form, Stream.ENTRY_2 if form.status in SECOND else "")
    typed = (item for group in definition.item_groups if not group.repeating for item in group.items)
    typed = (item for item in typed if asked is None or item.oid in asked)
    return sum(item.required == "always" and item.is_typed_in for item in typed)


def _draft_progress(form: FormInstance, actor: User, enters: bool) -> dict[int, Progress]:
    """Evaluate the actor's other drafts of the visit: conditional items may be asked or not."""
    if not enters:
        return {}
    drafted = forms_visible_to(actor).filter(event=form.event_id, drafts__observer=actor)
    others = list(drafted.exclude(pk=form.pk))
    known = subject_values(form.subject) if others else None
    found = {}
    for other in others:
        draft = other.drafts.prefetch_related("items").get(observer=actor)
        found[other.pk] = pass_state(other, record_of(draft), draft.stream, known).progress
    return found


def _own_sealed(form: FormInstance, actor: User) -> set[int]:
    own = observations_visible_to(actor).filter(form__event=form.event_id, observer=actor)
    return set(own.values_list("form_id", flat=True))


def _final_counts(form: FormInstance, actor: User) -> dict[int, int]:
    values = values_visible_to(actor).filter(form__event=form.event_id)
    entered = values.order_by().values("form_id").annotate(count=Count("pk", filter=Q(derived=False)))
    return {each["form_id"]: each["count"] for each in entered}
