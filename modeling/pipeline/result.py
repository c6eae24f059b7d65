"""What a step gives back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.db.models import Model

Report = Callable[[int, str], None]


@dataclass(frozen=True)
class StepResult:
    """Provenance and output for the run's record, and the rows to insert together with them.

    A `Report` takes per cent and a short text in no language ("AP 2/4"), and raises when the run is to stop.
    """

    provenance: Mapping[str, object]
    output: Mapping[str, object]
    rows: tuple[Model, ...] = ()
