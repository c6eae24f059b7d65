"""Personal data typed by mistake is gone from the whole database, by two people; the chain holds."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from edc.errors import InvalidInput, NotNow
from edc.models import AuditEvent, AuditHead, ItemValue, Observation, RedactedCell, Redaction, Signature
from edc.selectors.audit_chain import verify_chain
from edc.selectors.redaction_places import MASKABLE
from edc.services import query, sign
from edc.services.data_import import files
from edc.services.entry import correct_item, save_item
from edc.services.redaction import approve_redaction, refuse_redaction, request_redaction
from tests.factories import conduct, guards, imports
from tests.factories.coding import CodingFactory
from tests.factories.entering import entry, form_of
from tests.factories.evidence import EvidenceFactory
from tests.factories.models import PASSWORD

pytestmark = pytest.mark.django_db
NAME = "张三 13800001111"


def told_everywhere(text):
    """Every table and column of the database that holds the text, JSON read as people wrote it."""
    found = []
    escaped = "".join(f"\\u{ord(each):04x}" if ord(each) > 127 else each for each in text)
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            columns = connection.introspection.get_table_description(cursor, table)
            for name in (each.name for each in columns):
                cursor.execute(f'SELECT CAST("{name}" AS text) FROM "{table}"')  # noqa: S608 - own tables
                found += [
                    f"{table}.{name}" for (value,) in cursor if value and (text in value or escaped in value)
                ]
    return sorted(set(found))


@pytest.fixture
def manager(member):
    return member("meg", "data_manager")


@pytest.fixture
def form(complete, crcs, manager, member, enter, subject):
    """A note that names a patient: in passes, a correction, a query, and the draft of a second form."""
    form = complete("FO.DM", NOTE=f"Seen with {NAME} today")
    pi = member("pi", "investigator")
    sign.sign_form(form=form, actor=pi, password=PASSWORD, meaning=Signature.Meaning.REVIEWED)
    correct_item(
        form=form, path="IT.DM.NOTE", entry=entry(f"{NAME}, aged 58"), reason=f"{NAME} said", actor=crcs[0]
    )
    asked = query.raise_query(form=form, path="IT.DM.NOTE", text=f"Who is {NAME}?", actor=manager)
    query.answer_query(query=asked, text=f"{NAME} is the patient", actor=crcs[0])
    CodingFactory(form=form, verbatim=f"{NAME}, aged 58")
    other = form_of(subject, "FO.LBC")
    save_item(form=other, path="IT.LBC.LBDAT", entry=entry(NAME), expected_version=0, actor=crcs[1])
    form.refresh_from_db()
    return form


@pytest.fixture
def asked(form, crcs):
    return request_redaction(form=form, path="IT.DM.NOTE", text=NAME, reason="A name", actor=crcs[0])


def test_the_text_is_nowhere_in_the_database_afterwards(form, asked, manager):
    assert len(told_everywhere(NAME)) > 5

    done = approve_redaction(redaction=asked, actor=manager)

    assert told_everywhere(NAME) == []
    assert ItemValue.objects.get(form=form, item_oid="IT.DM.NOTE").value == f"[redacted {done.pk}], aged 58"
    assert form.codings.get().verbatim == form.values.get(item_oid="IT.DM.NOTE").raw
    assert (done.state, done.text, done.decided_by) == ("applied", "", manager)
    assert done.cell_count > 5


@pytest.mark.requirement("I4")
def test_the_chain_holds_and_says_how_much_was_masked(form, asked, manager):
    before = verify_chain()
    approve_redaction(redaction=asked, actor=manager)

    after = verify_chain()
    event = AuditEvent.objects.get(action="redaction.applied")

    assert (before.redacted, after.broken) == (0, None)
    assert after.redacted == len(event.after["events"]) > 3
    assert after.count == AuditHead.objects.get().length
    assert (event.actor, event.reason) == (manager, "A name")


def test_a_masked_event_changed_again_breaks_the_chain(form, asked, manager):
    approve_redaction(redaction=asked, actor=manager)
    row = AuditEvent.objects.get(action="redaction.applied").after["events"][0]["id"]
    with connection.cursor() as cursor:
        for statement in guards.dropping(connection.vendor):
            cursor.execute(statement)
        cursor.execute("UPDATE edc_auditevent SET reason = 'quietly' WHERE id = %s", [row])
        for statement in guards.making(connection.vendor):
            cursor.execute(statement)

    assert verify_chain().broken.event_id == row


def test_signatures_break_visibly(form, asked, manager, member):
    sign.sign_form(
        form=form, actor=member("pi", "investigator"), password=PASSWORD, meaning=Signature.Meaning.APPROVED
    )
    approve_redaction(redaction=asked, actor=manager)

    assert not Signature.objects.filter(form=form, broken_at__isnull=True).exists()


def test_what_is_no_free_text_becomes_unknown(complete, crcs, manager):
    form = complete("FO.DM", BRTHDAT="1961-03-12")
    asked = request_redaction(
        form=form, path="IT.DM.BRTHDAT", text="1961-03-12", reason="The whole day", actor=crcs[0]
    )
    approve_redaction(redaction=asked, actor=manager)

    value = ItemValue.objects.get(form=form, item_oid="IT.DM.BRTHDAT")
    assert (value.value, value.raw, value.missing) == (None, "", "UNK")
    assert told_everywhere("1961-03-12") == []
    assert verify_chain().broken is None


@pytest.mark.requirement("I4")
def test_nobody_redacts_alone_nor_without_answering_for_the_data(form, asked, crcs, manager, member):
    own = request_redaction(form=form, path="IT.DM.NOTE", text=NAME, reason="A name", actor=manager)
    with pytest.raises(NotNow):
        approve_redaction(redaction=own, actor=manager)
    for user in (crcs[1], member("mo", "monitor"), member("olga", "auditor")):
        with pytest.raises(Exception, match="lock_form"):
            approve_redaction(redaction=asked, actor=user)
    with pytest.raises(DatabaseError), transaction.atomic():
        Redaction.objects.filter(pk=own.pk).update(state="applied", text="", decided_by=manager)


def test_a_refusal_leaves_the_data_and_forgets_the_text(form, asked, manager):
    refuse_redaction(redaction=asked, reason="It is the investigator's own name", actor=manager)

    asked.refresh_from_db()
    assert (asked.state, asked.text) == ("refused", "")
    assert NAME in ItemValue.objects.get(form=form, item_oid="IT.DM.NOTE").value


@pytest.mark.parametrize(("text", "reason"), [("张", "r"), ("", "r"), (NAME, ""), (NAME, f"It is {NAME}")])
def test_a_request_needs_a_text_and_a_reason_that_does_not_repeat_it(form, crcs, text, reason):
    with pytest.raises(InvalidInput):
        request_redaction(form=form, path="IT.DM.NOTE", text=text, reason=reason, actor=crcs[0])


def test_the_guards_let_nothing_else_through(form, asked, manager):
    """Neither another column, nor another text, nor anything once the redaction is done."""
    done = approve_redaction(redaction=asked, actor=manager)
    cell = RedactedCell.objects.filter(table_name="edc_observation", column_name="reason").first()
    row = Observation.objects.get(pk=cell.row_id)

    for change in ({"reason": "other"}, {"content_sha256": "0" * 64}, {"reason": row.reason + "!"}):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            Observation.objects.filter(pk=row.pk).update(**change)
    Redaction.objects.filter(pk=done.pk).update(state="approved")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Observation.objects.filter(pk=row.pk).update(reason=cell.masked, stream="import")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Observation.objects.exclude(pk=row.pk).update(reason=cell.masked)


def test_the_guards_know_every_column_of_the_tables_they_let_masks_into():
    """A column added later would otherwise be open to change on SQLite."""
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL compares whole rows")
    with connection.cursor() as cursor:
        for table in guards.MASKABLE:
            cursor.execute("SELECT sql FROM sqlite_master WHERE name = %s", [f"{table}_no_update"])
            [(statement,)] = cursor.fetchall()
            columns = connection.introspection.get_table_description(cursor, table)
            assert [each.name for each in columns if f'NEW."{each.name}"' not in statement] == []
    opened = {table: columns for table, columns in guards.MASKABLE.items()}
    assert {**MASKABLE, "edc_auditevent": (*MASKABLE["edc_auditevent"], "salt")} == opened


def test_two_people_redact_through_the_pages(client, form, crcs, manager):
    client.force_login(crcs[0])
    page = client.get(reverse("redactions"), {"form": form.pk, "path": "IT.DM.NOTE"})
    sent = {"path": "IT.DM.NOTE", "text": NAME, "reason": "A name"}
    client.post(reverse("redaction-ask", args=[form.pk]), sent)
    redaction = Redaction.objects.get()
    own = client.post(reverse("redaction-decide", args=[redaction.pk]), {"what": "approve"})
    client.force_login(manager)
    shown = client.get(reverse("redactions")).content.decode()
    answer = client.post(reverse("redaction-decide", args=[redaction.pk]), {"what": "approve"})
    after = client.get(reverse("redactions")).content.decode()

    assert page.status_code == 200
    assert own.status_code == 403
    assert NAME in shown
    assert answer.status_code == 302
    assert NAME not in after
    assert told_everywhere(NAME) == []


def test_what_people_wrote_beside_the_forms_is_masked_too(form, asked, manager, subject):
    passage = EvidenceFactory(form=form, text=f"{NAME}, female, 58", uploaded_by=manager)
    left = conduct.DepartureFactory(subject=subject, reason=f"{NAME} moved away")
    deviation = conduct.DeviationFactory(
        subject=subject, description=f"{NAME} came late", cause=NAME, correction=f"Called {NAME}"
    )
    specimen = conduct.SpecimenFactory(subject=subject, place=f"Box of {NAME}")
    texts = {"place": f"Rack 1, {NAME}", "condition": NAME, "reason": f"{NAME} asked"}
    step = conduct.SpecimenStepFactory(specimen=specimen, **texts)
    done = approve_redaction(redaction=asked, actor=manager)

    mark = f"[redacted {done.pk}]"
    for row in (passage, left, deviation, specimen, step):
        row.refresh_from_db()
    assert told_everywhere(NAME) == []
    assert (passage.text, left.reason) == (f"{mark}, female, 58", f"{mark} moved away")
    assert (deviation.description, deviation.cause) == (f"{mark} came late", mark)
    assert (step.place, step.condition, step.reason) == (f"Rack 1, {mark}", mark, f"{mark} asked")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        type(step).objects.filter(pk=step.pk).update(reason="quietly")


def test_what_an_import_brought_is_masked_and_its_file_is_removed(
    form, asked, manager, subject, settings, tmp_path, django_capture_on_commit_callbacks
):
    settings.ARTIFACT_DIR = tmp_path
    digest, _size = files.keep([f"P7,{NAME}".encode()], files.Stored())
    batch = imports.ImportBatchFactory(study=subject.study, file_sha256=digest)
    imports.ImportedSubjectFactory(batch=batch, subject=subject, source_key="P7")
    cells = [
        imports.ImportCellFactory(batch=batch, subject_key=key, raw=NAME, before=NAME, after=NAME)
        for key in (subject.subject_key, "P7")
    ]
    held = imports.ImportedFormFactory(
        batch=batch, form=form, observation=form.observations.first(),
        before={"items": {"IT.DM.NOTE": entry(NAME)}, "rows": {}},
    )  # fmt: skip
    with django_capture_on_commit_callbacks(execute=True):
        approve_redaction(redaction=asked, actor=manager)

    mark = f"[redacted {asked.pk}]"
    for cell in cells:
        cell.refresh_from_db()
        assert (cell.raw, cell.before, cell.after) == (mark, mark, mark)
    held.refresh_from_db()
    assert held.before["items"]["IT.DM.NOTE"]["raw"] == mark
    assert told_everywhere(NAME) == []
    assert not (files.folder() / digest).exists()
    assert AuditEvent.objects.get(action="redaction.applied").after["import_files"] == [digest]
