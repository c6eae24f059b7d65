"""The door to randomisation: what allocates subjects to arms, be it a list or a system elsewhere.

A service is registered once in an `AppConfig.ready`; pages and other apps ask `service_for` and nothing else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from edc.models import Study, Subject, User


@dataclass(frozen=True)
class Allocated:
    """What a subject was allocated to: an arm, or where the study is blinded a code that tells no arm."""

    arm: str
    blinded: bool
    strata: str
    at: datetime
    by: str
    strata_from_data: bool | None = None


class RandomisationService(Protocol):
    """Allocates subjects, each once and for ever."""

    def strata(self, *, study: Study) -> Sequence[str]:
        """Return the strata of the study, sorted; empty where this service does not randomise it."""

    def stratum_of(self, *, subject: Subject) -> str | None:
        """Return the stratum that the subject's data say; None where a person has to choose."""

    def allocate(self, *, subject: Subject, strata: str, actor: User) -> Allocated:
        """Allocate the subject within the stratum, in one transaction with its audit row.

        Raises PermissionDenied without the right, InvalidInput for a stratum that is none or is another than
        the data say, NotNow where the
        subject has an allocation already, is not enrolled, is frozen or locked, or none is left.
        """

    def allocation_of(self, *, subject: Subject, actor: User) -> Allocated | None:
        """Return the subject's allocation; None for who may not see it as for who has none."""


_registered: list[RandomisationService] = []


def register(service: RandomisationService) -> None:
    """Add a service; called once from an `AppConfig.ready`."""
    _registered.append(service)


def service_for(study: Study) -> RandomisationService | None:
    """Return the first service that randomises the study; None where it is not randomised."""
    return next((each for each in _registered if each.strata(study=study)), None)


def allocation_of(subject: Subject, actor: User) -> Allocated | None:
    """Return the subject's allocation, also where no list or system allocates any more."""
    found = (each.allocation_of(subject=subject, actor=actor) for each in _registered)
    return next((each for each in found if each is not None), None)
