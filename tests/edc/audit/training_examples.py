"""A call of each service of study documents, training, roles that wait, and the statement on signatures."""

from datetime import timedelta

from django.utils import timezone

from edc.errors import InvalidInput
from edc.models import Membership
from edc.services import proof, role_gate, statement, study_documents, training
from tests.factories.models import PASSWORD, UserFactory
from tests.factories.training import StudyDocumentFactory, TrainingRecordFactory

CONTENT = study_documents.Content("sop", "1.0", "规程", "Procedure", "先读。", "Read first.")
TERMS = study_documents.Terms(["crc"], required=True)


def asked(w):
    """A document that the CRC has to read."""
    w.ada  # noqa: B018 - the person is there
    return StudyDocumentFactory(study=w.study, roles=["crc"])


def recorded(w):
    return TrainingRecordFactory(document=asked(w), user=w.ada)


def over(w):
    """A person whose grace is over while the grants do not say so yet."""
    asked(w)
    type(w.ada).objects.filter(pk=w.ada.pk).update(roles_hold_until=timezone.now() - timedelta(minutes=1))
    w.ada.refresh_from_db()


def wrong(w):
    try:
        proof.prove(actor=w.ada, proof=proof.Proof("not it"), target=w.ada, failed="Not done.")
    except InvalidInput:
        return
    raise AssertionError("a wrong password was taken")


def signer(w):
    """A new person whose role signs."""
    user = UserFactory()
    Membership.objects.create(user=user, study=w.study, site=w.site, role="investigator")
    return user


TRAINING = {
    "study_documents.publish_document": (
        None,
        lambda w, _: study_documents.publish_document(
            study=w.study, content=CONTENT, terms=TERMS, actor=w.manager
        ),
    ),
    "study_documents.withdraw_document": (
        asked,
        lambda w, row: study_documents.withdraw_document(document=row, reason="Wrong", actor=w.manager),
    ),
    "training.confirm_training": (
        asked,
        lambda w, row: training.confirm_training(document=row, proof=proof.Proof(PASSWORD), actor=w.ada),
    ),
    "training.record_training": (
        asked,
        lambda w, row: training.record_training(
            document=row, user=w.ada, trained_on=timezone.localdate(), trainer="Lise", actor=w.manager
        ),
    ),
    "training.annul_training": (
        recorded,
        lambda w, row: training.annul_training(record=row, reason="Another person", actor=w.manager),
    ),
    "training.remind": (asked, lambda w, _: training.remind(study=w.study, actor=w.manager)),
    "role_gate.settle": (asked, lambda w, _: role_gate.settle(user=w.ada, actor=w.system)),
    "role_gate.settle_all": (asked, lambda w, _: role_gate.settle_all(study=w.study, actor=w.system)),
    "role_gate.settle_due": (over, lambda w, _: role_gate.settle_due(actor=w.system)),
    "proof.prove": (None, lambda w, _: wrong(w)),
    "statement.accept_statement": (
        signer,
        lambda w, user: statement.accept_statement(actor=user, proof=proof.Proof(PASSWORD)),
    ),
    "statement.ask_for_statement": (
        signer,
        lambda w, _: statement.ask_for_statement(study=w.study, actor=w.manager),
    ),
}
