"""Going on with a newer version of a dictionary: codes that hold go along, the others are given anew."""

from collections import Counter

from django.db import transaction
from django.utils.translation import gettext as _

from edc import access, audit
from edc.errors import InvalidInput, NotNow
from edc.models import CodedItem, Coding, Dictionary, DictionaryTerm, User
from edc.row_security import every_site
from edc.selectors.coding_versions import CARRIED, RENAMED, SAME, TermChange, version_changes
from edc.services.coding import end, shown
from edc.services.dictionaries import RIGHT
from edc.services.lock import require_open

LOCKED = "locked"


@transaction.atomic
def change_version(*, old: Dictionary, new: Dictionary, actor: User) -> dict[str, int]:
    """Code the items of `old` with `new` from now on; return how many codings met each outcome.

    An unchanged or merely reworded term keeps its approval; one under other classes waits for approval
    anew; one that is gone or retired puts its values back into the list. Locked forms keep what they have.
    """
    access.require(actor, RIGHT, study=old.study)
    if (new.study_id, new.kind) != (old.study_id, old.kind) or new.pk == old.pk:
        message = {"dictionary": _("Choose another version of the same dictionary.")}
        raise InvalidInput(_("Some fields need correction."), fields=message)
    items = list(CodedItem.objects.select_for_update(of=("self",)).filter(dictionary=old))
    if not items:
        raise NotNow(_("No item is coded with this version."))
    with every_site("a new version of a dictionary, allowed for the study as a whole"):
        counts = Counter[str]()
        for change in version_changes(old, new):
            counts += _follow(change, actor)
    CodedItem.objects.filter(pk__in=[each.pk for each in items]).update(dictionary=new)
    audit.record(
        actor=actor, action="dictionary.version_changed", target=new, place=audit.Place(study=old.study),
        before=str(old), after={"dictionary": str(new), "items": sorted(each.item_oid for each in items),
                                "codings": dict(counts)},
    )  # fmt: skip
    return dict(counts)


def _follow(change: TermChange, actor: User) -> Counter[str]:
    counts = Counter[str]()
    held = Coding.objects.select_for_update(of=("self",)).filter(pk__in=change.codings)
    for coding in held.select_related("form__subject__site", "form__event", "term__dictionary"):
        try:
            require_open(coding.form, path=coding.path, asking=True)
        except NotNow:
            counts[LOCKED] += 1
            continue
        counts[change.outcome] += 1
        _carry(coding, change.new if change.outcome in CARRIED else None, change.outcome, actor)
    return counts


def _carry(coding: Coding, term: DictionaryTerm | None, outcome: str, actor: User) -> None:
    end(coding, _("New version of the dictionary"))
    made = None
    if term is not None:
        holds = outcome in (SAME, RENAMED)
        made = Coding.objects.create(
            form=coding.form, item_oid=coding.item_oid, row_key=coding.row_key, verbatim=coding.verbatim,
            term=term, method=Coding.Method.CARRIED, coder=coding.coder,
            approver=coding.approver if holds else None, approved_at=coding.approved_at if holds else None,
        )  # fmt: skip
    audit.record(
        actor=actor, action="coding.carried", target=made or coding, path=coding.path, before=shown(coding),
        after=(shown(made) if made else {}) | {"outcome": outcome},
    )  # fmt: skip
