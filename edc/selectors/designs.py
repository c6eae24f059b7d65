"""Designs and their drafts as an actor may see them, and what they change."""

import json
from functools import lru_cache

from django.db.models import QuerySet

from edc import access
from edc.design.diff import DesignChange, design_diff
from edc.design.study import StudyDesign
from edc.design.whole import check_document
from edc.models import DesignDraft, DesignVersion, Study, User


def drafts_visible_to(actor: User | None, study: Study | None = None) -> QuerySet[DesignDraft]:
    """Return the drafts of the studies whose designs the actor works on, without their content."""
    studies = access.studies_for(actor, "manage_design")
    found = DesignDraft.objects.filter(study__in=studies)
    if study is not None:
        found = found.filter(study=study)
    people = ("started_by", "submitted_by", "published_by")
    return found.select_related("study", "base", "version", *people).defer("content")


def open_draft(study: Study) -> DesignDraft | None:
    """Return the study's open draft; it has one at most."""
    found = study.design_drafts.filter(state__in=DesignDraft.OPEN)
    return found.select_related("base", "started_by", "submitted_by").defer("content").first()


def draft_design(draft: DesignDraft) -> StudyDesign | None:
    """Return the draft's design as far as it compiles, without what is broken; None where it does not."""
    return _design_of(draft.content)


@lru_cache(maxsize=4)
def _design_of(content: str) -> StudyDesign | None:
    """Kept, because a rule, or a form shown as entry shows it, asks while somebody types."""
    return check_document(json.loads(content)).design


def version_before(version: DesignVersion) -> DesignVersion | None:
    """Return the version of the study that was published just before this one."""
    earlier = version.study.design_versions.filter(number__lt=version.number)
    return earlier.order_by("-number").first()


def changes_between(old: DesignVersion | None, new: StudyDesign) -> tuple[DesignChange, ...]:
    """Return what a design changes of the version before; nothing for the first."""
    return design_diff(old.design, new) if old is not None else ()
