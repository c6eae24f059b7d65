"""Every error of the API is problem+json with a stable code and says what to do."""

import json
from http import HTTPStatus

import pytest
from django.core.exceptions import ValidationError
from django.test import RequestFactory
from rest_framework.test import APIClient

from config import errors as answers
from edc import errors


def problem(answer, status, code):
    assert answer.status_code == status, answer.content
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = json.loads(answer.content)
    assert (body["status"], body["code"], body["type"]) == (status, code, "about:blank")
    assert body["title"] == HTTPStatus(status).phrase
    assert body["detail"]
    return body


@pytest.fixture
def client(program, member):
    return program(member("ada", "crc"))


def test_without_credentials_one_is_told_how_to_authenticate(db):
    answer = APIClient().get("/api/v1/subjects/")
    problem(answer, 401, "not_authenticated")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("header", ["Bearer", "Bearer a b", "Bearer unknown", "bearer \xff\xfe"])
def test_a_wrong_token_is_401(db, header):
    answer = APIClient().get("/api/v1/subjects/", headers={"Authorization": header})
    problem(answer, 401, "authentication_failed")
    assert "WWW-Authenticate" in answer.headers


def test_a_session_without_csrf_token_writes_nothing(member, session):
    client = session(member("ada", "crc"))
    client.credentials(HTTP_X_CSRFTOKEN="")
    problem(client.post("/api/v1/subjects/", {}), 403, "permission_denied")


def test_the_wrong_method_names_the_right_ones(client):
    answer = client.delete("/api/v1/subjects/")
    problem(answer, 405, "method_not_allowed")
    assert "POST" in answer.headers["Allow"]


def test_a_media_type_that_is_not_offered_is_406(client):
    problem(client.get("/api/v1/subjects/", headers={"Accept": "text/csv"}), 406, "not_acceptable")


@pytest.mark.parametrize("media_type", ["text/plain", "application/xml", "multipart/form-data; boundary=x"])
def test_a_body_of_another_media_type_is_415(client, media_type):
    answer = client.generic("POST", "/api/v1/subjects/", b"--x--", content_type=media_type)
    problem(answer, 415, "unsupported_media_type")


@pytest.mark.parametrize(
    "body",
    [
        b"{", b"\xff", b'{"study": NaN}', b'{"study": "\\u0000"}', b'{"study": "\\ud800"}', b'{"\\ud800": 1}',
        b"[" * 50_000, b"[" * 60 + b"]" * 60, b"9" * 5000,
    ],
)  # fmt: skip
def test_a_body_that_cannot_be_kept_is_400(client, body):
    answer = client.generic("POST", "/api/v1/subjects/", body, content_type="application/json")
    problem(answer, 400, "parse_error")


def test_an_address_that_is_none_is_404(client):
    problem(client.get("/api/v1/nothing/"), 404, "not_found")
    problem(client.get("/api/v1/subjects/99999999999999999999999/"), 404, "not_found")


def test_fields_are_named_with_one_message_each(client):
    body = problem(client.post("/api/v1/subjects/", {"study": "x" * 50}), 400, "invalid_input")
    assert set(body["errors"]) == {"study", "site"}
    assert all(isinstance(message, str) for message in body["errors"].values())


def test_nested_fields_are_named_by_their_path(client, form):
    items = {"IT.DM.AGE": {"raw": "1", "unit": "x" * 31}, "IT.DM.SEX": 3}
    body = client.post(f"/api/v1/forms/{form.pk}/observations/", {"items": items}).json()
    assert "items.IT.DM.AGE.unit" in body["errors"]
    assert any(place.startswith("items.IT.DM.SEX") for place in body["errors"])


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.InvalidInput("no"), 422),
        (errors.Conflict("no"), 409),
        (errors.NotNow("no"), 409),
        (errors.Unavailable("no"), 503),
        (errors.DomainError("no"), 400),
    ],
)
def test_each_domain_error_has_one_status(error, status):
    answer = answers.problem_json(error, {})
    assert (answer.status_code, answer.data["code"]) == (status, error.code)


def test_a_models_own_refusal_is_a_400_by_field():
    answer = answers.problem_json(ValidationError({"name": ["too long", "too odd"]}), {})
    assert (answer.status_code, answer.data["errors"]) == (400, {"name": "too long too odd"})


def test_what_is_no_known_error_is_left_to_the_server():
    assert answers.problem_json(RuntimeError("secret"), {}) is None


def test_a_bug_is_told_to_programs_without_its_text():
    body = problem(answers.server_error(RequestFactory().get("/api/v1/x/")), 500, "error")
    assert "secret" not in json.dumps(body)
    page = answers.server_error(RequestFactory().get("/x/"))
    assert page.status_code == 500
    assert "text/html" in page.headers["Content-Type"]


def test_a_page_of_errors_speaks_html_and_for_htmx_a_fragment(rf):
    middleware = answers.DomainErrorMiddleware(lambda request: None)
    error = errors.NotNow("Not in this state", fields={"IT.DM.AGE": "Too old"})
    page = middleware.process_exception(rf.get("/x/", headers={"HX-Request": "true"}), error)
    assert page.status_code == 409
    assert "Not in this state" in page.content.decode()
    assert "<html" not in page.content.decode()
    answer = middleware.process_exception(rf.get("/api/v1/x/"), error)
    assert problem(answer, 409, "not_now")["errors"] == {"IT.DM.AGE": "Too old"}
    assert middleware.process_exception(rf.get("/x/"), RuntimeError()) is None


def test_every_answer_carries_the_id_that_its_audit_rows_carry(client, member, study):
    from edc.models import AuditEvent

    answer = client.post("/api/v1/subjects/", {"study": study.oid, "site": "S01"})
    event = AuditEvent.objects.get(action="subject.enrolled")
    assert (event.request_id, event.channel) == (answer.headers["X-Request-ID"], "api")
