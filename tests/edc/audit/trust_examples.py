"""Examples of the services of the trail itself, for `test_every_service_records.py`."""

from edc.services.audit_export import record_audit_export
from edc.services.redaction import approve_redaction, refuse_redaction, request_redaction


def asked(w):
    return request_redaction(
        form=w.complete("FO.DM", NOTE="Zhang San"),
        path="IT.DM.NOTE",
        text="Zhang San",
        reason="A name",
        actor=w.ada,
    )


TRUST = {
    "audit_export.record_audit_export": (
        None,
        lambda w, _: record_audit_export(study=w.study, form="csv", filters={"role": "crc"}, actor=w.manager),
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
}
