"""Second passes that were checked again: what stood before the round and what was submitted after it."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from edc import access
from edc.models import Recheck, Site, Stream, Study, User
from edc.rules.subject_values import split_path
from edc.selectors.records import sealed
from edc.selectors.visible import BOTH_SEALED


@dataclass(frozen=True)
class CheckedItem:
    """One place that was marked; the path of a group of rows has the numbers of rows as entries."""

    path: str
    before: Any
    after: Any

    @property
    def is_changed(self) -> bool:
        return self.before != self.after


def rechecks_visible_to(actor: User, study: Study, site: Site | None = None) -> QuerySet[Recheck]:
    """Return the rounds of forms whose passes are both sealed, where the actor resolves differences."""
    sites = access.sites_for(actor, "resolve_disagreement").filter(study=study)
    found = Recheck.objects.filter(form__subject__site__in=sites, form__status__in=BOTH_SEALED)
    found = found.filter(form__subject__site=site) if site else found
    return found.select_related("form__subject__site", "form__event", "form__design_version", "observer")


def checked_items(asked: Recheck) -> list[CheckedItem]:
    """Return what was marked, before and after; nothing where another person entered the pass in the end."""
    second = sealed(asked.form, Stream.ENTRY_2)
    if second is None or second.observer_id != asked.observer_id:
        return []
    contents = (asked.content, second.content)
    return [CheckedItem(path, *(_held(each, path) for each in contents)) for path in asked.marked]


def _held(content: dict, path: str) -> object:
    if split_path(path)[0].startswith("IG."):
        return len(content["rows"].get(path, []))
    return content["items"].get(path)
