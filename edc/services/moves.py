"""The only place where a status changes: a legal pair of the model's MOVES, by compare-and-set."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from edc.errors import Conflict, NotNow
from edc.models import (
    AllocationList,
    ConsentVersion,
    DesignDraft,
    Deviation,
    FormInstance,
    Query,
    Redaction,
    SafetyCase,
    Specimen,
    StudyEvent,
    StudyFounding,
    Subject,
    SynonymFile,
)

Stateful = (
    AllocationList
    | ConsentVersion
    | DesignDraft
    | Deviation
    | FormInstance
    | Query
    | Redaction
    | SafetyCase
    | Specimen
    | StudyEvent
    | Subject
    | StudyFounding
    | SynonymFile
)
BY_STATE = (
    AllocationList
    | ConsentVersion
    | DesignDraft
    | Deviation
    | Query
    | Redaction
    | SafetyCase
    | Specimen
    | StudyFounding
    | SynonymFile
)


def move(row: Stateful, to: str, **also: object) -> None:
    """Move the row to a status and set the other fields with it, in one UPDATE.

    Raises NotNow when the pair is not among the row's MOVES, and Conflict when the row no longer has the
    status that this process read.
    """
    field = "state" if isinstance(row, BY_STATE) else "status"
    present = str(getattr(row, field))
    if (present, str(to)) not in row.MOVES:
        raise NotNow(
            _("This cannot be done while the status is “%(status)s”.") % {"status": label(row, field)}
        )
    changes = {field: str(to), **also}
    if isinstance(row, FormInstance | Query):
        changes[f"{field}_changed_at"] = timezone.now()
    if not type(row)._default_manager.filter(pk=row.pk, **{field: present}).update(**changes):
        raise Conflict(
            gettext_lazy("Somebody changed this a moment ago. Load the page again to see the present status.")
        )
    for name, value in changes.items():
        setattr(row, name, value)


def label(row: models.Model, field: str) -> str:
    """Return the present choice's label in the reader's language."""
    return str(getattr(row, f"get_{field}_display")())
