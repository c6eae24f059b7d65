"""Two people, or two tabs, at the same moment: one publishes, withdraws, records; the other is told."""

import pytest

from edc import access
from edc.errors import InvalidInput, NotNow
from edc.models import AuditEvent
from edc.selectors.audit_chain import verify_chain
from edc.services.proof import Proof
from edc.services.role_gate import settle
from edc.services.study_documents import withdraw_document
from edc.services.training import confirm_training
from tests.edc.entry.test_concurrency import at_once
from tests.edc.training.test_gate import publish
from tests.factories.models import PASSWORD
from tests.factories.training import StudyDocumentFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.requirement("P9")]


def test_a_version_is_published_once_and_withdrawn_once(member, study):
    manager, _ada = member("meg", "data_manager", study_wide=True), member("ada", "crc")
    made = at_once(*[lambda: publish(study, manager)] * 2)
    assert {type(each) for each in made} == {type(study.documents.get()), InvalidInput}

    document = study.documents.get()
    gone = at_once(*[lambda: withdraw_document(document=document, reason="Wrong", actor=manager)] * 2)
    assert {type(each) for each in gone} == {type(document.withdrawal), NotNow}


def test_a_role_stops_once_and_goes_on_whoever_looks_meanwhile(member, study, site, system):
    ada = member("ada", "crc")
    document = StudyDocumentFactory(study=study, roles=["crc"])
    at_once(*[lambda: settle(user=ada, actor=system)] * 3)
    assert AuditEvent.objects.filter(action="membership.waits").count() == 1

    at_once(
        lambda: confirm_training(document=document, proof=Proof(PASSWORD), actor=ada),
        *[lambda: settle(user=ada, actor=system)] * 3,
    )
    assert access.may(type(ada).objects.get(pk=ada.pk), "enter_data", site=site)
    assert AuditEvent.objects.filter(action="membership.resumed").count() == 1
    assert verify_chain().broken is None
