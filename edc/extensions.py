"""What a higher app may add to edc's pages and checks, declared here and registered in its `AppConfig.ready`.

So edc can show a subject's images, or offer values read from DICOM, without knowing the imaging app.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from django.db.models import QuerySet
from django.utils.functional import Promise

from edc.models import FormInstance, Site, Snapshot, Study, Subject, User


@dataclass(frozen=True)
class OwedWork:
    """One thing a person owes today, from whichever app."""

    kind: str
    title: str
    subject_key: str
    event_name: str
    blocks: str
    due: date | None
    minutes: int
    url: str
    action: str


@dataclass(frozen=True)
class ProposedValue:
    """A value for a form's item that a device or model offers; a person accepts it or not.

    `raw` is as in a record: a text, or for a multi item the sorted list of codes.
    """

    path: str
    raw: str | list[str]
    unit: str | None
    source: str

    @property
    def raw_json(self) -> str:
        """`raw` as the page's script reads it, a list told from a text."""
        return json.dumps(self.raw, ensure_ascii=False)


@dataclass(frozen=True)
class Chip:
    """A status to show: one word of the status vocabulary, its text and where it leads."""

    status: str
    text: str
    url: str = ""


@dataclass(frozen=True)
class Tab:
    """An entry of the top navigation."""

    label: str
    url: str
    prefix: str


class Extension(Protocol):
    """A higher app's part in edc's pages; every answer is already filtered for the actor.

    `key` names the part in filters: images or scores.
    """

    key: str

    def tabs(self, *, held: frozenset[str]) -> Sequence[Tab]:
        """Return the tabs for who holds these permissions in the study."""

    def owed(self, *, actor: User, study: Study, site: Site | None) -> Sequence[OwedWork]: ...

    def form_panel(self, *, actor: User, form: FormInstance) -> tuple[str, dict] | None:
        """Return a template name and its context to show on the form's page, or None."""

    def proposals(self, *, actor: User, form: FormInstance) -> Sequence[ProposedValue]: ...

    def subject_chips(self, *, actor: User, subjects: Sequence[Subject]) -> dict[int, Chip]:
        """Return the image or score state of many subjects at once, by subject id."""

    def lacking(self, *, actor: User, subjects: QuerySet[Subject]) -> QuerySet[Subject]:
        """Return those of the subjects for whom `subject_chips` has nothing, told by the database."""


@dataclass(frozen=True)
class LockCheck:
    """A line that a part adds to the checklist of a lock.

    `count` gets the forms and the name of their place (`subject__site`, `subject`, `event` or `pk`) and
    returns how many stand in the way at each place; `url_name` is the list that shows them, with `asked` in
    its address beside the place's own filters. `of_sites` returns by site what `count` would for all forms of
    a study but those of who left, where the database keeps counts of subjects.
    """

    key: str
    label: Promise
    url_name: str
    count: Callable[[QuerySet[FormInstance], str], dict[object, int]]
    asked: Mapping[str, str] = field(default_factory=dict)
    of_sites: Callable[[Study], dict[object, int]] | None = None


@dataclass(frozen=True)
class PackageFile:
    """A table that a part adds to data packages.

    `rows` gets the snapshot and the sites and yields what stood when it was frozen. The first cell of a row
    is the subject's key, which the package replaces by the profile's pseudonym; no other may name anybody.
    """

    name: str
    head: Sequence[str]
    rows: Callable[[Snapshot, Sequence[Site]], Iterable[list[str]]]


_registered: list[Extension] = []
_lock_checks: dict[str, LockCheck] = {}
_package_files: dict[str, PackageFile] = {}
_subject_counts: list[str] = []


def register(extension: Extension) -> None:
    """Add a higher app's part; called once from its `AppConfig.ready`."""
    if extension not in _registered:
        _registered.append(extension)


def registered() -> tuple[Extension, ...]:
    """Return the registered parts, in the order of registration."""
    return tuple(_registered)


def register_lock_check(check: LockCheck) -> None:
    """Add a line to the checklist of every lock; called once from an `AppConfig.ready`."""
    _lock_checks[check.key] = check


def register_subject_count(function: str) -> None:
    """Add a function of PostgreSQL that counts anew the subjects whose ids it gets; once for each name."""
    if function not in _subject_counts:
        _subject_counts.append(function)


def subject_counts() -> tuple[str, ...]:
    """Return the names of the registered functions."""
    return tuple(_subject_counts)


def lock_checks() -> tuple[LockCheck, ...]:
    """Return the registered lines, in the order of registration."""
    return tuple(_lock_checks.values())


def register_package_file(file: PackageFile) -> None:
    """Add a table to data packages; called once from an `AppConfig.ready`."""
    _package_files[file.name] = file


def package_files() -> tuple[PackageFile, ...]:
    """Return the registered tables, in the order of registration."""
    return tuple(_package_files.values())
