"""The OpenAPI document: complete, true, and kept by what the API really answers."""

import json
import re
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from rest_framework.test import APIClient

from edc.models import ApiToken
from edc.services.people import issue_token
from tests.factories.entering import RECORDS, record

METHODS = ("get", "post", "put", "patch", "delete")
FUZZ = settings(
    max_examples=25, deadline=None, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip


@pytest.fixture(scope="module")
def document() -> dict:
    return SchemaGenerator().get_schema(request=None, public=True)


def operations(document):
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


def test_the_document_is_made_without_a_warning_and_valid(document, tmp_path: Path):
    call_command("spectacular", "--fail-on-warn", "--validate", "--file", str(tmp_path / "schema.yml"))
    validate_schema(document)


def test_each_operation_has_a_name_of_its_own_a_description_and_a_way_in(document):
    names = [operation["operationId"] for _path, _method, operation in operations(document)]
    assert len(names) == len(set(names)) > 30
    for path, method, operation in operations(document):
        assert operation.get("description"), (method, path)
        schemes = {name for way in operation["security"] for name in way}
        assert {"bearerToken", "cookieAuth"} <= schemes, (method, path)
    assert document["components"]["securitySchemes"]["bearerToken"]["scheme"] == "bearer"


def test_each_operation_declares_its_problems(document):
    for path, method, operation in operations(document):
        wanted = {"401", "403", "404"} | (set() if method == "get" else {"400", "409", "422"})
        assert wanted <= set(operation["responses"]), (method, path)
        for code in wanted:
            content = operation["responses"][code]["content"]["application/problem+json"]
            assert content["schema"] == {"$ref": "#/components/schemas/Problem"}


def test_json_writes_declare_the_idempotency_key(document):
    without = {
        path
        for path, method, operation in operations(document)
        if method != "get"
        and "Idempotency-Key" not in {each["name"] for each in operation.get("parameters", [])}
    }
    # Files and DICOM instances are known by their content: a repeat is found by its hash. A signature asks
    # for a proof of its own each time, and the same content is signed once.
    known = ("/files/", "dicom-web", "/signatures/")
    assert {path for path in without if not any(each in path for each in known)} == set()


def test_filters_are_declared(document):
    names = {each["name"] for each in document["paths"]["/api/v1/subjects/"]["get"]["parameters"]}
    assert names >= {"study", "site", "status", "subject_key", "cursor", "page_size"}


def test_examples_are_of_their_own_shape(document):
    found = 0
    for _path, _method, operation in operations(document):
        for content in operation.get("requestBody", {}).get("content", {}).values():
            for example in content.get("examples", {}).values():
                check(document, content["schema"], example["value"])
                found += 1
    assert found >= 4


def test_the_document_and_its_pages_come_from_this_server(db):
    client = Client()
    assert client.get("/api/v1/schema/").status_code == 200
    page = client.get("/api/v1/docs/").content.decode()
    sources = re.findall(r"""(?:src|href)=["']([^"']+)""", page)
    assert any("swagger-ui" in source for source in sources)
    assert all(source.startswith("/") for source in sources), sources
    script = next(source for source in sources if source.endswith("bundle.js"))
    assert client.get(script).status_code == 200


def as_json_schema(node):
    """Return an OpenAPI 3.0 schema in the words of JSON Schema: `nullable` becomes a type."""
    if isinstance(node, list):
        return [as_json_schema(each) for each in node]
    if not isinstance(node, dict):
        return node
    plain = {name: as_json_schema(each) for name, each in node.items() if name != "nullable"}
    return {"anyOf": [plain, {"type": "null"}]} if node.get("nullable") is True else plain


def check(document, schema, content) -> None:
    components = {"schemas": as_json_schema(document["components"]["schemas"])}
    Draft202012Validator(as_json_schema(schema) | {"components": components}).validate(content)


def check_answer(document, path, method, answer) -> None:
    """Fail unless the operation declares this status and the body has the declared shape."""
    said = (method, path, answer.status_code, answer.content[:400])
    assert answer.status_code < 500, said
    declared = document["paths"][path][method]["responses"].get(str(answer.status_code))
    assert declared is not None, said
    media_type = answer.headers.get("Content-Type", "").partition(";")[0]
    if answer.content:
        assert media_type in declared["content"], said
        check(document, declared["content"][media_type]["schema"], json.loads(answer.content))


@pytest.fixture
def filled(complete, member, crcs, form_with_draft):
    """A subject with complete forms, a draft, and a person who holds every scope."""
    actor = crcs[0]
    member("ada", "data_manager", study_wide=True)
    member("ada", "investigator")
    return client_of(actor), form_with_draft


@pytest.fixture
def form_with_draft(complete, crcs, subject):
    from edc.services.entry import save_item
    from tests.factories.entering import entry, form_of

    complete("FO.DM")
    form = form_of(subject, "FO.LBC")
    save_item(form=form, path="IT.LBC.ALB", entry=entry("41"), expected_version=0, actor=crcs[0])
    return form


def client_of(actor) -> APIClient:
    scopes = list(ApiToken.Scope.values)
    _token, text = issue_token(user=actor, name="all", scopes=scopes, site=None, days=1, actor=actor)
    client = APIClient(raise_request_exception=False)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {text}")
    return client


def own(path: str) -> bool:
    """Tell whether edc answers this path; the other apps fuzz their own."""
    return re.match(r"/api/v1/(studies|subjects|forms|disagreements|queries|tokens|audit)/", path) is not None


def address(path: str, form, **instead) -> str:
    known = {
        "oid": form.subject.study.oid, "group_oid": "IG.TXSROW", "key": "1",
        "id": form.subject_id if "/subjects/" in path else form.pk,
    }  # fmt: skip
    return path.format(**(known | instead))


def test_every_read_answers_as_declared(document, filled):
    client, form = filled
    seen = set()
    for path, method, _operation in operations(document):
        if method == "get" and own(path):
            answer = client.get(address(path, form))
            check_answer(document, path, method, answer)
            seen.add(answer.status_code)
            check_answer(document, path, method, APIClient().get(address(path, form)))
    assert 200 in seen


def test_every_write_answers_as_declared_to_nonsense(document, filled):
    client, form = filled
    nonsense = [None, {}, [], "text", 3, {"unknown": 1}, {"items": 1, "path": 1, "entry": 1, "text": 1}]
    for path, method, _operation in operations(document):
        if method != "get" and own(path):
            for body in nonsense:
                answer = getattr(client, method)(address(path, form), body, format="json")
                check_answer(document, path, method, answer)


def test_a_submitted_pass_answers_as_declared(document, filled):
    client, form = filled
    path = "/api/v1/forms/{id}/observations/"
    answer = client.post(address(path, form), record(RECORDS["FO.LBC"]))
    assert answer.status_code == 201
    check_answer(document, path, "post", answer)


texts = st.text(max_size=12) | st.sampled_from(["ChiCTR2600000001", "S01", "IT.LBC.ALB", "IT.TXS.DRUG[1]"])
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


def from_schema(document, schema):
    """Return bodies near a schema: each property right, wrong, or left out."""
    schema = (
        document["components"]["schemas"][schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    )
    if "properties" in schema:
        fields = {name: from_schema(document, each) for name, each in schema["properties"].items()}
        return st.fixed_dictionaries({}, optional=fields) | st.fixed_dictionaries(fields) | anything
    if schema.get("type") == "object" and isinstance(schema.get("additionalProperties"), dict):
        return (
            st.dictionaries(texts, from_schema(document, schema["additionalProperties"]), max_size=3)
            | anything
        )
    if schema.get("type") == "array":
        return st.lists(from_schema(document, schema["items"]), max_size=3) | anything
    if "enum" in schema:
        return st.sampled_from(schema["enum"]) | anything
    return anything


@FUZZ
@given(data=st.data())
def test_no_body_makes_the_server_fail(document, filled, data):
    client, form = filled
    writes = [each for each in operations(document) if each[1] in ("post", "patch") and own(each[0])]
    path, method, operation = data.draw(st.sampled_from(writes))
    schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    body = data.draw(from_schema(document, schema))
    answer = getattr(client, method)(address(path, form), body, format="json")
    check_answer(document, path, method, answer)


@FUZZ
@given(data=st.data())
def test_no_query_makes_the_server_fail(document, filled, data):
    client, form = filled
    lists = [each for each in operations(document) if each[1] == "get" and own(each[0])]
    path, method, operation = data.draw(st.sampled_from(lists))
    names = [each["name"] for each in operation.get("parameters", []) if each["in"] == "query"]
    values = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.integers().map(str)
    query = data.draw(st.dictionaries(st.sampled_from([*names, "other"]), values, max_size=3))
    pk = data.draw(st.integers(min_value=0) | st.just(form.pk))
    answer = client.get(address(path, form, id=pk), query)
    check_answer(document, path, method, answer)
