"""Domain errors: each has a stable code and says, in the reader's language, what to do.

Their HTTP status stands in `config/errors.py` only.
"""

from collections.abc import Mapping

from django.utils.functional import Promise


class DomainError(Exception):
    """Something the caller may not do, or not now; `fields` maps a field or item path to its own message."""

    code = "domain_error"

    def __init__(
        self,
        message: str | Promise,
        *,
        code: str | None = None,
        fields: Mapping[str, str | Promise] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.code
        self.fields = dict(fields or {})

    def __str__(self) -> str:
        return str(self.message)


class InvalidInput(DomainError):
    """The input itself is wrong; each wrong field is named."""

    code = "invalid_input"


class Conflict(DomainError):
    """The input was right for an earlier state: somebody or something came in between."""

    code = "conflict"


class ItemMoved(Conflict):
    """An item of a draft was saved elsewhere meanwhile; carries both values, so that nothing typed is
    lost.
    """

    code = "item_moved"

    def __init__(
        self, message: str | Promise, *, path: str, saved: dict | None, offered: dict, version: int
    ) -> None:
        super().__init__(message, fields={path: message})
        self.path = path
        self.saved = saved
        self.offered = offered
        self.version = version


class HidesValues(Conflict):
    """A value would make the form's logic hide items that hold something; they are erased once confirmed.

    ``fields`` names each item by its path; ``saved`` is what stands in the changed item, to go back to.
    """

    code = "hides_values"

    def __init__(
        self, message: str | Promise, *, path: str, saved: dict | None, hidden: Mapping[str, str]
    ) -> None:
        super().__init__(message, fields=dict(hidden))
        self.path = path
        self.saved = saved


class RecheckOwed(Conflict):
    """A second pass differs from the first: its person is asked once to check the named items again."""

    code = "recheck_owed"


class NotNow(DomainError):
    """The move is not legal in the present state."""

    code = "not_now"


class DutyFirst(DomainError):
    """The account is closed to everything but one duty, such as changing a password that others know."""

    code = "duty_first"


# The code of the duty to be trained first: its answers name the documents.
TRAINING_REQUIRED = "training_required"


class NotHeld(DomainError):
    """What was asked for is on record, but its content is not in the store."""

    code = "not_held"


class Unavailable(DomainError):
    """A part that is needed (archive, broker) does not answer; the same call may succeed later."""

    code = "unavailable"
