"""One round of checking again: the second person is told where their pass differs, and nothing of how."""

from collections.abc import Iterator, Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from edc import access, audit
from edc.design.items import ItemDef
from edc.design.study import StudyDesign
from edc.errors import NotNow, RecheckOwed
from edc.models import FormInstance, Recheck, Stream, User
from edc.rules.form_logic import FormState
from edc.rules.subject_values import item_path, split_path
from edc.selectors.entry_plan import terms_of
from edc.selectors.evaluation import normal_of, pass_state
from edc.selectors.records import sealed
from edc.services.comparison import Comparison, compare
from edc.services.entries import asked_of
from edc.services.entry.prepare import locked, prepared
from edc.services.lock import require_open

BLINDED = "both-passes"
# Fewer choices than these and the mark itself would tell the first value.
TELLING_CHOICES = 3


@transaction.atomic
def ask_recheck(*, form: FormInstance, actor: User, record: Mapping | None = None) -> Recheck:
    """Keep the second pass as it stands and mark what its person is to check against the source again.

    Without `record` the actor's draft is kept; a program sends the same record as it submitted. Raises NotNow
    where no round is owed: it is off, was held, or there is nothing that may be marked.
    """
    access.require(actor, "enter_data", site=form.subject.site)
    form = locked(form)
    require_open(form)
    pass_ = prepared(form, actor, record)
    marks = owed_marks(form, actor, pass_.content) if pass_.stream == Stream.ENTRY_2 else []
    if not marks:
        raise NotNow(_("There is nothing to check again: submit the form."))
    digest = audit.digest(pass_.content)
    asked = Recheck.objects.create(
        form=form, observer=actor, content=pass_.content, content_sha256=digest, marked=marks
    )
    after = {"marked": marks, "sha256": digest}
    audit.record(actor=actor, action="entry.recheck_asked", target=form, after=after, blinded=BLINDED)
    return asked


def require_rechecked(form: FormInstance, actor: User, content: Mapping) -> None:
    """Raise RecheckOwed where the study asks the second person once to check again and it was not done."""
    marks = owed_marks(form, actor, content)
    if marks:
        words = _("Check this against the source again.")
        raise RecheckOwed(_("Some items are to be checked again."), fields=dict.fromkeys(marks, words))


def owed_marks(form: FormInstance, actor: User, content: Mapping) -> list[str]:
    """Return what a second pass is marked with, by its own keys; nothing where the round is off or over."""
    if not terms_of(form.subject.study).recheck:
        return []
    first = sealed(form, Stream.ENTRY_1)
    if first is None or Recheck.objects.filter(form=form, observer=actor).exists():
        return []
    part = asked_of(form, Stream.ENTRY_2)
    found = compare(part, first.content, content, normal_of(form))
    states = [pass_state(form, each, Stream.ENTRY_2) for each in (first.content, content)]
    return list(dict.fromkeys(_marks(form.design_version.design, found, states)))


def _marks(design: StudyDesign, found: Comparison, states: list[FormState]) -> Iterator[str]:
    """Yield the items of the second pass that differ, and for a row that one pass lacks its group alone: that
    there are more or fewer rows is not told. What either pass hides is not marked: it would tell the answer
    of the item that hides it.
    """
    own_keys = {(group, pair.key): pair.second for group, pairs in found.rows.items() for pair in pairs}
    for each in found.differences:
        oid, key = split_path(each.path)
        if each.kind == "row":
            yield oid
            continue
        item = design.item(oid)
        group = design.form_of_item(oid).group_of[item.name].oid
        path = item_path(oid, own_keys.get((group, key or "")) or "")
        shown = states[0].visible.get(each.path) and states[1].visible.get(path)
        if shown and not _would_tell(design, item):
            yield path


def _would_tell(design: StudyDesign, item: ItemDef) -> bool:
    """Tell whether a mark gives the other value away, as of an item with two answers."""
    if item.type == "yes_no":
        return True
    codelist = design.codelist_of(item)
    return item.type == "code" and codelist is not None and 0 < len(codelist.offered) < TELLING_CHOICES
