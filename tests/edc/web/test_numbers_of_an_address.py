"""Numbers of an address or a form that are none, or fit no database, are refused and end no page."""

import pytest
from django.urls import reverse

from edc.numbers import keys, whole_number
from tests.edc.web.entry_door import browser
from tests.factories.quality import ReviewTypeFactory

# A superscript is a digit to str.isdigit; the longest is longer than what `int` reads.
WRONG = {"superscript": "²", "beyond-bigint": "9" * 30, "beyond-int": "9" * 5000}
OPENED = [("locks", "subject"), ("redactions", "form"), ("audit", "after"), ("queries", "days")]
SENT_BY_MANAGER = [
    ("coded-item-set", "dictionary", {"item": "IT.DM.NOTE"}),
    ("coding-approve", "coding", {}),
    ("reviews-mark", "row", {"type": "medical"}),
    ("queries-act", "row", {"action": "close"}),
    ("queries-ask", "row", {"text": "Sure?", "path": "IT.DM.AGE"}),
    ("lock-hold", "place", {"level": "subject", "kind": "freeze", "reason": "So"}),
    ("lock-hold", "place", {"level": "study", "kind": "freeze", "reason": "So"}),
    ("amendment-activate", "version", {"active_from": "2026-11-21"}),
    ("audit-criteria-save", "every_days", {"name": "All"}),
    ("document-publish", "grace_days", {}),
    ("training-paper", "document", {"username": "pi", "trained_on": "2026-11-01"}),
]


@pytest.fixture(params=WRONG.values(), ids=WRONG)
def wrong(request):
    return request.param


@pytest.fixture
def manager(member):
    return member("meg", "data_manager", study_wide=True)


def test_a_page_asked_with_such_a_number_answers(wrong, manager, subject):
    client = browser(manager)
    for name, field in OPENED:
        assert client.get(reverse(name), {field: wrong}).status_code in (200, 404), name


def test_what_is_sent_with_such_a_number_is_refused(wrong, manager, study, complete):
    ReviewTypeFactory(study=study, code="medical", role="data_manager", forms=["FO.DM"])
    complete("FO.DM")
    client = browser(manager)
    for name, field, more in SENT_BY_MANAGER:
        answer = client.post(reverse(name), more | {field: wrong})
        assert answer.status_code in (302, 403, 404, 422), (name, answer.status_code)


def test_a_visit_of_such_a_number_is_never_signed_as_the_casebook(wrong, member, subject):
    client = browser(member("pi", "investigator"))
    url = reverse("subject-sign", args=[subject.pk])

    assert client.post(url, {"event": wrong, "meaning": "reviewed"}).status_code == 404


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", 12),
        ("１２", 12),
        ("", None),
        ("-1", None),
        ("²", None),
        ("9" * 18, 10**18 - 1),
        ("9" * 19, None),
    ],
)
def test_only_numbers_that_every_database_holds_are_numbers(text, number):
    assert whole_number(text) == number
    assert keys([text, "7"]) == [*([] if number is None else [number]), 7]
