"""Drawing which forms are entered a second time, before anything is typed and told to nobody who types."""

import secrets

from django.db import transaction

from edc import audit
from edc.models import EntryDraw, EntrySeed, FormInstance, Study, User
from edc.selectors.entry_rates import FULL, Mode, rate_in_force
from edc.selectors.verification import draw_number

BLINDED = "entry-draw"


def place_of(form: FormInstance) -> str:
    """Return the text that names the form within its study: what its number is drawn from."""
    event = form.event
    visit = f"{event.event_oid}[{event.repeat_key}]"
    return f"{form.subject.subject_key}/{visit}/{form.form_oid}[{form.repeat_key}]"


@transaction.atomic
def draw_second_pass(*, form: FormInstance, actor: User) -> EntryDraw | None:
    """Return whether a second pass is drawn for the form, decided now if it is not yet; None where no draw
    is needed, because all its copies are entered twice, or none.

    Called with the form's row held, when its first pass begins. The rate is the one then in force, so that
    nobody can change it after seeing what was entered; the row of the trail keeps its values to itself until
    the form is complete.
    """
    held = EntryDraw.objects.filter(form=form).first()
    if held:
        return held
    rate = rate_in_force(form)
    if form.entry_mode == Mode.SINGLE or (rate.percent == FULL and form.entry_mode != Mode.SAMPLED):
        return None
    seed = _seed_of(form.subject.study, actor)
    number = draw_number(seed.seed, place_of(form))
    draw = EntryDraw.objects.create(
        form=form, seed=seed, rate=rate.decision, number=number, percent=rate.percent,
        twice=number < rate.percent * 100,
    )  # fmt: skip
    after = {"percent": draw.percent, "number": number, "twice": draw.twice, "place": place_of(form)}
    audit.record(actor=actor, action="entry.drawn", target=form, after=after, blinded=BLINDED)
    return draw


def _seed_of(study: Study, actor: User) -> EntrySeed:
    seed, made = EntrySeed.objects.get_or_create(study=study, defaults={"seed": secrets.token_hex(16)})
    if made:
        after = {"sha256": audit.digest(seed.seed)}
        audit.record(actor=actor, action="entry.seeded", target=seed, after=after)
    return seed


@transaction.atomic
def settle_mode(*, form: FormInstance, actor: User) -> None:
    """Let a draw take effect when the first pass is sealed: the form is entered twice, or once."""
    draw = EntryDraw.objects.filter(form=form).first()
    if draw is None or form.entry_mode == Mode.SINGLE:
        return
    before = form.entry_mode
    drawn = Mode.DOUBLE if before == Mode.SAMPLED else before
    form.entry_mode = drawn if draw.twice else Mode.SINGLE
    if form.entry_mode == before:
        return
    form.save(update_fields=["entry_mode"])
    audit.record(
        actor=actor, action="entry.mode_settled", target=form, before=before, after=str(form.entry_mode)
    )


@transaction.atomic
def require_second_pass(*, form: FormInstance, actor: User) -> None:
    """Let a sampled form be entered twice whatever is drawn: its first pass came from a file."""
    if form.entry_mode != Mode.SAMPLED:
        return
    form.entry_mode = Mode.DOUBLE
    form.save(update_fields=["entry_mode"])
    audit.record(
        actor=actor, action="entry.mode_settled", target=form, before=Mode.SAMPLED, after=Mode.DOUBLE
    )
