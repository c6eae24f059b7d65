"""An exported trail is verified by a program that knows nothing of the platform."""

import json
import subprocess
import sys

import pytest
from django.urls import reverse

from edc.exchange import verify_trail
from edc.models import AuditEvent
from tests.factories.entering import form_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def exported(client, complete, enter, subject, member):
    """The lines sent to an auditor of the study; a form is not reconciled, so its pass is withheld."""
    complete("FO.DM")
    enter(form_of(subject, "FO.LBC"), 1)
    client.force_login(member("olga", "auditor", study_wide=True))
    return b"".join(client.get(reverse("audit-chain")).streaming_content).decode().splitlines(keepends=True)


@pytest.mark.requirement("N14", "E4")
def test_the_stand_alone_program_says_that_all_rows_hold(exported, tmp_path):
    path = tmp_path / "trail.jsonl"
    path.write_text("".join(exported))

    ran = subprocess.run(  # noqa: S603 - the program that is shipped
        [sys.executable, "-I", verify_trail.__file__, path], capture_output=True, text=True, cwd=tmp_path
    )

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout.startswith(f"OK {AuditEvent.objects.count()} rows")
    assert AuditEvent.objects.order_by("pk").last().hash in ran.stdout


def test_what_is_withheld_is_only_linked(exported):
    sealed = AuditEvent.objects.filter(action="entry.submitted").last()
    row = next(json.loads(line) for line in exported if json.loads(line).get("id") == sealed.pk)

    assert set(row) == {"id", "previous_hash", "hash"}
    assert str(sealed.after["sha256"]) not in "".join(exported)


def altered(lines, change):
    rows = [json.loads(line) for line in lines]
    change(rows)
    return iter([json.dumps(row, ensure_ascii=False) + "\n" for row in rows])


def opened(rows):
    return next(row for row in rows[5:] if "action" in row)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda rows: opened(rows).update(reason="quietly"), "content of this row was altered"),
        (lambda rows: opened(rows).update(actor_name="Somebody else"), "content of this row was altered"),
        (lambda rows: rows.pop(4), "removed or inserted"),
        (lambda rows: rows.insert(4, rows[5]), "removed or inserted"),
        (lambda rows: rows.pop(-2), "the end"),
    ],
)
@pytest.mark.requirement("P1")
def test_a_changed_file_is_noticed(exported, change, words):
    with pytest.raises(verify_trail.Broken, match=words):
        verify_trail.verify(altered(exported, change))


def test_another_file_is_refused(tmp_path):
    path = tmp_path / "other.jsonl"
    path.write_text('{"a": 1}\n')

    assert verify_trail.main(str(path)) == 2
