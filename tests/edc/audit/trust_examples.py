"""Examples of the services of the trail itself, for `test_every_service_records.py`."""

from edc.selectors.audit_reviews import newest_event
from edc.services.audit_export import record_audit_export
from edc.services.audit_review import end_criteria, save_criteria, sign_review
from edc.services.permission_matrix import record_matrix, record_matrix_export
from edc.services.redaction import approve_redaction, refuse_redaction, request_redaction
from tests.factories.models import PASSWORD


def asked(w):
    return request_redaction(
        form=w.complete("FO.DM", NOTE="Zhang San"),
        path="IT.DM.NOTE",
        text="Zhang San",
        reason="A name",
        actor=w.ada,
    )


def criteria(w):
    return save_criteria(
        study=w.study,
        name="Corrections",
        filters={"action": "item.corrected"},
        every_days=30,
        actor=w.manager,
    )


TRUST = {
    "audit_export.record_audit_export": (
        None,
        lambda w, _: record_audit_export(study=w.study, form="csv", filters={"role": "crc"}, actor=w.manager),
    ),
    "permission_matrix.record_matrix": (None, lambda w, _: record_matrix(actor=w.system)),
    "permission_matrix.record_matrix_export": (
        None,
        lambda w, _: record_matrix_export(study=w.study, form="csv", sha256="0" * 64, actor=w.manager),
    ),
    "redaction.request_redaction": (None, lambda w, _: asked(w)),
    "redaction.approve_redaction": (
        asked,
        lambda w, redaction: approve_redaction(redaction=redaction, actor=w.manager),
    ),
    "redaction.refuse_redaction": (
        asked,
        lambda w, redaction: refuse_redaction(redaction=redaction, reason="No name", actor=w.manager),
    ),
    "audit_review.save_criteria": (None, lambda w, _: criteria(w)),
    "audit_review.end_criteria": (criteria, lambda w, kept: end_criteria(criteria=kept, actor=w.manager)),
    "audit_review.sign_review": (
        criteria,
        lambda w, kept: sign_review(
            criteria=kept, upto=newest_event(), findings="Nothing odd", password=PASSWORD, actor=w.manager
        ),
    ),
}
