"""Every URL, walked as every role at the right site and as a visitor, answers as reviewed.

The reviewed answers stand in `url_answers.yaml`: URL name, method, status, who gets it. `elsewhere` is every
role at another site; `crc@elsewhere` one of them; `members` every role at the site; `crc@any` that role at
either. A method that every member is refused with 405 is left out. The walk at the wrong site is a module of
its own, so that two processes share the work.
"""

from collections import Counter

import pytest

from tests.architecture.url_objects import World, named_urls
from tests.architecture.url_walk import (
    ANONYMOUS,
    EVERYWHERE,
    OPEN,
    ROLES,
    VISITORS,
    client_of,
    differences,
    is_among,
    reviewed,
    stated,
    walked,
)

# Objects of the study or of the account, not of a site: who may use them may so from any site of the study.
STUDY_WIDE = {
    "export-request",
    "snapshot-cancel",
    "person-act",
    "person-email",
    "person-end",
    "person-password",
    "model",
    "model-move",
}
STUDY_WIDE |= {"audit-criteria-end", "audit-review-sign"}
STUDY_WIDE |= {"design-draft-act", "design-file", "design-codelist", "design-part", "design-expression"}
STUDY_WIDE |= {"design-codelists", "design-preview", "design-library", "design-schedule", "study-founding"}
STUDY_WIDE |= {"consent-version-publish", "consent-version-end", "consent-version-start"}
STUDY_WIDE |= {"amendment-deactivate", "dictionary-change", "rehearsal-cancel", "rehearsal-migrate"}
STUDY_WIDE |= {"randomisation-confirm", "randomisation-end"}
STUDY_WIDE |= {"synonyms-commit", "synonyms-discard"}
STUDY_WIDE |= {"document-confirm", "document-withdraw", "training-annul"}


@pytest.mark.django_db
@pytest.mark.parametrize("visitor", [ANONYMOUS, *ROLES])
@pytest.mark.requirement("P4")
def test_every_url_answers_as_reviewed(world: World, visitor: str) -> None:
    assert list(differences(visitor, client_of(visitor, world), world)) == []


def test_every_url_is_in_the_reviewed_table_and_no_other() -> None:
    names = Counter(each.name for each in walked())

    assert [name for name, count in names.items() if count > 1] == [], "two URLs have the same name"
    assert sorted(set(names) - set(reviewed())) == [], "review these URLs and give them rows"
    assert sorted(set(reviewed()) - set(names)) == [], "these URLs are gone: take their rows away"


def test_every_row_is_of_a_method_and_states_one_answer_for_everybody() -> None:
    methods = {each.name: each.methods for each in walked()}

    gone = [(name, method) for name, rows in reviewed().items() for method in set(rows) - methods[name]]
    unclear = [
        (name, method, visitor)
        for name, rows in reviewed().items()
        for method in rows
        for visitor in ([ANONYMOUS] if name in OPEN else VISITORS)
        if len(stated(name, method, visitor)) != 1
    ]

    assert gone == unclear == []


def test_no_answer_is_a_server_error() -> None:
    statuses = {int(status) for rows in reviewed().values() for row in rows.values() for status in row}

    assert max(statuses) < 500


@pytest.mark.parametrize("role", ROLES)
def test_no_role_changes_anything_at_another_site(role: str) -> None:
    """A write on an object of another site is 404, 403 or 405: never accepted, nor judged by its content."""
    on_objects = {each.name for each in named_urls() if each.parts}

    accepted = [
        (name, method, status)
        for name, rows in reviewed().items()
        for method, row in rows.items()
        for status, who in row.items()
        if name in on_objects and method != "GET" and is_among(f"{role}{EVERYWHERE}", who)
        if int(status) not in (401, 403, 404, 405) and name not in STUDY_WIDE
    ]

    assert accepted == []
