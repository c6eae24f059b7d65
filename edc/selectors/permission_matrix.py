"""The permission matrix: what the code gives each role, in which streams and states, by how many people.

It is read out of the role table, the constants that the services themselves guard with, and the constraints
of the database; so it changes exactly when they do.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint

from edc import access, audit
from edc.models import INDEPENDENT, FormInstance, PermissionMatrix, Role, Site, Stream, Study, User
from edc.selectors.coding import APPROVES
from edc.selectors.export_record import PASS_STREAMS, SEALED
from edc.selectors.visible import BOTH_SEALED, ENTRY_STREAMS
from edc.services.consent.scans import WITHDRAWING
from edc.services.passes import FIRST, SECOND
from edc.services.redaction import DECIDING
from edc.services.sign import UNSIGNED
from edc.services.specimens import WITNESSING

Matrix = dict[str, Any]
Status = FormInstance.Status
APPS = ("edc", "imaging", "modeling")
SYSTEM = "system"
SCOPED = "token."
# What of a form is not locked may change.
OPEN_FINAL = tuple(each for each in FormInstance.FINAL if each != Status.LOCKED)
READERS = tuple(each for each in INDEPENDENT if each not in ENTRY_STREAMS)
ELSEWHERE = {
    "imaging": ("upload_images", "view_images", "read_images", "adjudicate_reads"),
    "modeling": ("run_models", "view_scores", "review_scores", "develop_models", "approve_models"),
}
# Capability → (streams, states of the form) pairs in which it reads or writes; one that is not here is bound
# by neither.
REACH: Mapping[str, Sequence[tuple[Sequence[str], Sequence[str]]]] = {
    "enter_data": (
        ((Stream.ENTRY_1,), FIRST),
        ((Stream.ENTRY_2,), SECOND),
        ((Stream.ADJUDICATED,), OPEN_FINAL),
    ),
    "view_data": (((Stream.ADJUDICATED,), FormInstance.FINAL),),
    "resolve_disagreement": (
        (ENTRY_STREAMS, BOTH_SEALED),
        ((Stream.ADJUDICATED,), (Status.DISAGREEMENT,)),
    ),
    "verify_data": (((), OPEN_FINAL),),
    "sign_form": (((), UNSIGNED),),
    "lock_form": (((), FormInstance.FINAL),),
    "import_data": (
        ((Stream.IMPORT, Stream.ENTRY_1), (Status.TO_DO,)),
        ((Stream.ADJUDICATED,), OPEN_FINAL),
    ),
    "export_data": ((PASS_STREAMS, SEALED),),
    "freeze_data": ((PASS_STREAMS, SEALED),),
    "read_images": ((READERS, ()),),
}
# Rule of the database that two people must be there → the capabilities of the second.
SECOND_PERSON: Mapping[str, Sequence[str]] = {
    "allocation_list_by_two_people": ("manage_design",),
    "coding_by_two_people": APPROVES,
    "consent_scan_erased_by_two_people": WITHDRAWING,
    "consent_version_by_two_people": ("manage_design",),
    "design_draft_by_two_people": ("manage_design",),
    "draft_by_two_people": ("enter_data", "read_images"),
    "hold_request_by_two_people": ("lock_form", "sign_form"),
    "model_approved_by_another": ("approve_models",),
    "observation_by_two_people": ("enter_data", "read_images"),
    "redaction_by_two_people": DECIDING,
    "specimen_destroyed_by_two": WITNESSING,
    "study_founding_by_two_people": ("manage_people",),
}


def present_matrix() -> Matrix:
    """Return what the code gives, as JSON: the roles, and what is known of each capability by its name."""
    rules = {name for name, _table in two_people_rules()}
    return {
        "roles": sorted(Role.values),
        "capabilities": {name: _about(name, scope, rules) for name, scope in _capabilities()},
    }


def _capabilities() -> Iterator[tuple[str, str]]:
    for model in (Site, Study):
        for name, _words in model._meta.permissions:
            yield name, str(model._meta.model_name)


def _about(name: str, scope: str, rules: set[str]) -> dict[str, Any]:
    grants = access.SITE_GRANTS if scope == "site" else access.STUDY_GRANTS
    reach = REACH.get(name, ())
    return {
        "app": next((app for app, names in ELSEWHERE.items() if name in names), "edc"),
        "scope": scope,
        "reach": [{"streams": _codes(streams), "states": _codes(states)} for streams, states in reach],
        "four_eyes": sorted(rule for rule in rules if name in SECOND_PERSON.get(rule, ())),
        "roles": sorted(str(role) for role, names in grants.items() if name in names),
        "system": name in access.SYSTEM_GRANTS,
        "tokens": sorted(str(scope) for scope, names in access.SCOPE_GRANTS.items() if name in names),
    }


def _codes(choices: Iterable[str]) -> list[str]:
    return [str(each) for each in choices]


def two_people_rules() -> Iterator[tuple[str, str]]:
    """Yield the name and the table of every constraint that wants two people.

    Those are the checks that one column of people differs from another, and what is named after it.
    """
    for model in apps.get_models():
        for each in model._meta.constraints:
            condition = each.condition if isinstance(each, CheckConstraint) else None
            named = isinstance(each, UniqueConstraint) and each.name.endswith("_by_two_people")
            if named or (isinstance(condition, Q) and any(_of_people(model, condition))):
                yield each.name, model._meta.db_table


def _of_people(model: type[models.Model], condition: Q) -> Iterator[bool]:
    for each in condition.children:
        if isinstance(each, Q):
            yield from _of_people(model, each)
        elif isinstance(each, tuple) and isinstance(each[1], F) and condition.negated:
            names = (each[0], each[1].name)  # type: ignore[attr-defined]
            yield all(model._meta.get_field(name).related_model is User for name in names)


def sha256_of(matrix: Matrix) -> str:
    """Return the SHA-256 of the matrix's canonical JSON: keys sorted, no blanks, UTF-8."""
    return audit.digest(matrix)


def last_recorded() -> PermissionMatrix | None:
    """Return the newest matrix that an upgrade recorded."""
    return PermissionMatrix.objects.first()


@dataclass(frozen=True)
class Difference:
    """A holder was given or lost a capability, or (holder empty) the capability itself changed.

    `holder` is a role, `system`, or `token.` with a scope; `what` is `given`, `taken`, or what changed of the
    capability: declared, app, scope, reach, four_eyes.
    """

    capability: str
    holder: str
    what: str
    before: Any = None
    after: Any = None

    def as_json(self) -> dict[str, Any]:
        """The difference as the audit trail keeps it."""
        if self.holder:
            return {"role": self.holder, "capability": self.capability, "change": self.what}
        return {
            "capability": self.capability, "change": self.what, "before": self.before, "after": self.after,
        }  # fmt: skip


def differences(before: Matrix, after: Matrix) -> list[Difference]:
    """Return how the later matrix differs from the earlier one, by capability; none where they agree."""
    old, new = before["capabilities"], after["capabilities"]
    return [each for name in sorted({*old, *new}) for each in _between(name, old.get(name), new.get(name))]


def _between(name: str, old: Matrix | None, new: Matrix | None) -> Iterator[Difference]:
    if old is None or new is None:
        yield Difference(name, "", "declared", old is not None, new is not None)
    else:
        for what in ("app", "scope", "reach", "four_eyes"):
            if old[what] != new[what]:
                yield Difference(name, "", what, old[what], new[what])
    had, has = holders(old), holders(new)
    yield from (Difference(name, each, "given") for each in sorted(has - had))
    yield from (Difference(name, each, "taken") for each in sorted(had - has))


def holders(about: Matrix | None) -> set[str]:
    """Return who holds a capability: roles, the system, scopes of tokens."""
    if about is None:
        return set()
    tokens = {f"{SCOPED}{each}" for each in about["tokens"]}
    return {*about["roles"], *tokens, *({SYSTEM} if about["system"] else ())}
