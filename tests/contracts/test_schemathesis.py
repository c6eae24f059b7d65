"""schemathesis asks every operation of the OpenAPI document with what it makes up; answers are as it says."""

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.failures import Failure, FailureGroup

from edc.models import ApiToken
from edc.services.people import issue_token

pytestmark = pytest.mark.django_db
load_all_checks()
CHECKED = [
    CHECKS.get_one(name)
    for name in ("not_a_server_error", "content_type_conformance", "response_schema_conformance")
]


@pytest.fixture
def api(complete, member):
    """The document, as the platform gives it to a program; the test's connection outlives each request."""
    complete("FO.DM")
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    yield _document()
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)


def _document():
    document = schemathesis.openapi.from_wsgi("/api/v1/schema/?format=json", get_wsgi_application())
    # DICOM's own media types are asked with real images in tests/imaging.
    return document.exclude(path_regex="dicom-web")


@pytest.fixture
def bearer(member, subject):
    """A token that may read and enter at the site that has data."""
    scopes = [ApiToken.Scope.READ, ApiToken.Scope.ENTER, ApiToken.Scope.UPLOAD]
    user = member("ada", "crc")
    _token, text = issue_token(user=user, name="fuzz", scopes=scopes, site=None, days=1, actor=user)
    return {"Authorization": f"Bearer {text}"}


def test_every_operation_answers_as_the_document_says(api, bearer):
    operations = [each.ok() for each in api.get_all_operations()]

    found = [fault for each in operations for fault in faults(each, bearer)]

    assert found == []
    assert len(operations) > 40


def faults(operation, headers):
    """Yield what schemathesis finds wrong with the answers of one operation, with the request to repeat."""

    @given(case=operation.as_strategy())
    @settings(
        max_examples=3, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    def ask(case):
        response = case.call(headers=headers)
        case.validate_response(response, checks=CHECKED)

    try:
        ask()
    except (Failure, FailureGroup) as wrong:
        yield f"{operation.label}: {wrong}"
