"""Every write service of edc against a freeze and a lock: nothing changes where one is in force."""

import pytest

from edc.errors import NotNow
from edc.models import AuditEvent, Hold, HoldKind
from edc.services.query import RowResult
from tests.edc.audit.test_every_service_records import EXAMPLES, World
from tests.factories.quality import HoldFactory

# What is no content of a subject: people, the design, plans and texts, holds themselves, exports.
OUTSIDE = {
    "accounts", "archive", "audit_export", "backup", "check_queries", "data_import", "design", "design_draft",
    "dictionaries",
    # Codes of locked forms stay as they are.
    "dictionary_versions",
    "synonyms",
    "entry_plan", "formulas", "founding",
    "lab_ranges", "lock",
    "passwords",
    "password_rules", "permission_matrix", "people", "second_factors", "sessions", "silent_checks",
    # Frozen and locked forms stay as they are, and the rehearsal names them.
    "amendment",
    "snapshot", "snapshots", "uat", "export", "audit_review", "notifications",
    # What people are trained in and answer for, and which roles wait for it.
    "study_documents", "training", "role_gate", "proof", "statement",
    # Personal data typed by mistake is masked whatever is locked; two people see to it.
    "redaction",
    # A serious adverse event is reported and decided on whatever is locked; no form changes with it.
    "safety_cases", "safety_opening",
    # That something was seen is told whatever is locked.
    "views",
}  # fmt: skip
OUTSIDE_TOO = {
    "sign.reauthenticate",
    "query.standard.save_standard_text",
    # A name on a page cannot wait for a lock to be lifted; a download writes nothing of the form.
    "evidence.withdraw_evidence",
    "evidence.record_evidence_download",
    "consent.scans.record_scan_view",
    "consent.scans.withdraw_scan",
    "consent.scans.erase_scan",
    # A subject's will reaches the next snapshot whatever is locked; that the participation ends waits.
    "consent.giving.withdraw_consent",
    "consent.giving.take_back_withdrawal",
    # What a study asks its subjects to sign is no content of a subject.
    "consent.versions.upload_version",
    "consent.versions.publish_version",
    "consent.versions.discard_version",
    "consent.versions.retire_version",
    "consent.versions.set_starts",
    # The list is the study's; a subject that is locked gets no row of it.
    "randomisation.upload_list",
    "randomisation.confirm_list",
    "randomisation.end_list",
    "verify.plans.make_plan",
    "review.save_review_type",
    # Computed from the data, whatever holds: a verdict is not entered.
    "eligibility.assess_eligibility",
    "eligibility.reassess",
    # The system closes what nobody can answer any more; it asks nothing where a lock is in force.
    "query.system.close_unreachable",
    "query.system.settle_system_query",
    "query.system.raise_system_query",
}
# What a freeze leaves open: queries, coding, verification, reviews and signatures go on.
ON_IN_A_FREEZE = ("query.", "coding.", "verify.", "review.", "sign.")

WALKED = [name for name in EXAMPLES if name.split(".")[0] not in OUTSIDE and name not in OUTSIDE_TOO]


@pytest.fixture
def world(member, subject, complete, enter, crcs, system):
    return World(member, subject, complete, enter, crcs, system)


def refused(call):
    try:
        answer = call()
    except NotNow:
        return True
    rows = answer if isinstance(answer, list) else []
    return bool(rows) and all(isinstance(each, RowResult) and not each.done for each in rows)


@pytest.mark.parametrize("name", WALKED)
@pytest.mark.requirement("I11")
def test_nothing_is_written_where_the_database_is_frozen_or_locked(name, world):
    prepare, call = EXAMPLES[name]
    ready = prepare(world) if prepare else None
    people = world.manager, world.investigator, world.member("mo", "monitor")
    hold = HoldFactory(study=world.study, kind=HoldKind.LOCK, placed_by=people[0])
    before = AuditEvent.objects.count()

    assert refused(lambda: call(world, ready))
    Hold.objects.filter(pk=hold.pk).update(kind=HoldKind.FREEZE)
    open_in_a_freeze = name.startswith(ON_IN_A_FREEZE)
    if not open_in_a_freeze:
        assert refused(lambda: call(world, ready))
    assert AuditEvent.objects.count() == before
    if open_in_a_freeze:
        assert not refused(lambda: call(world, ready))


def test_the_walk_meets_the_services_of_every_kind():
    kinds = {name.split(".")[0] for name in WALKED}

    assert kinds >= {"enrol", "schedule", "entry", "reconcile", "query", "verify", "review", "sign"}
