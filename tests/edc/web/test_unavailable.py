"""While the database does not answer, programs and people are told that the same request may work later."""

import pytest
from django.db import OperationalError, connection
from django.test import Client


def away(*given: object) -> None:
    raise OperationalError("the server closed the connection")


@pytest.fixture
def ada(member):
    """A browser logged in as ada, which gets answers where the tests would raise."""
    client = Client(raise_request_exception=False)
    client.force_login(member("ada", "crc"))
    return client


def test_a_program_gets_a_problem_that_says_when_to_try_again(ada):
    with connection.execute_wrapper(away):
        answer = ada.get("/api/v1/studies/")

    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert (answer["Content-Type"], answer["Retry-After"]) == ("application/problem+json", "10")


@pytest.mark.parametrize("path", ["/", "/subjects/", "/accounts/password/change/"])
def test_a_person_gets_a_page_that_needs_no_database(ada, path):
    with connection.execute_wrapper(away):
        answer = ada.get(path)

    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    assert "<h1>" in answer.content.decode()


def test_another_fault_stays_a_fault(ada):
    def broken(*given: object) -> None:
        raise ValueError("a bug")

    with connection.execute_wrapper(broken):
        answer = ada.get("/api/v1/studies/")

    assert (answer.status_code, answer.json()["code"]) == (500, "error")
    assert "Retry-After" not in answer
