"""The guarded reads of edc: what an actor may see, and what the rules read of a subject."""

from edc.selectors.audit_trail import audit_visible_to
from edc.selectors.display import FormView, form_state
from edc.selectors.matrix import Matrix, matrix
from edc.selectors.owed import owed_by
from edc.selectors.subject_values import subject_values
from edc.selectors.visible import (
    disagreements_visible_to,
    events_visible_to,
    forms_visible_to,
    observations_visible_to,
    own_draft,
    queries_visible_to,
    sites_visible_to,
    studies_visible_to,
    subjects_visible_to,
    values_visible_to,
)

__all__ = [
    "FormView",
    "Matrix",
    "audit_visible_to",
    "disagreements_visible_to",
    "events_visible_to",
    "form_state",
    "forms_visible_to",
    "matrix",
    "observations_visible_to",
    "owed_by",
    "own_draft",
    "queries_visible_to",
    "sites_visible_to",
    "studies_visible_to",
    "subject_values",
    "subjects_visible_to",
    "values_visible_to",
]
