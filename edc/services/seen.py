"""That what a person vouches for is what the person was shown."""

from django.utils.translation import gettext as _

from edc.errors import Conflict
from edc.models import FormInstance


def require_seen(form: FormInstance, seen: str | None) -> None:
    """Raise Conflict when the form's content is not the one whose hash is `seen`; None asks nothing.

    The form must be locked by the caller.
    """
    if seen is not None and seen != form.content_sha256:
        raise Conflict(
            _("The form was corrected while you read it. Load the page again and read the change.")
        )
