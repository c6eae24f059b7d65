"""A request as pages know it."""

from typing import TYPE_CHECKING

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from edc.models import Site, Study, User


class Request(HttpRequest):
    """What the middleware and `login_required` make of a request: its person is known, htmx is read.

    Only its annotations are used: no request is made of this class.
    """

    if TYPE_CHECKING:
        user: User  # type: ignore[assignment]
        htmx: HtmxDetails
        _tandem_study: Study | None
        _tandem_studies: list[Study]
        _tandem_sites: list[Site]
