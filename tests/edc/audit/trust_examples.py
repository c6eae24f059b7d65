"""Examples of the services of the trail itself, for `test_every_service_records.py`."""

from edc.services.audit_export import record_audit_export

TRUST = {
    "audit_export.record_audit_export": (
        None,
        lambda w, _: record_audit_export(study=w.study, form="csv", filters={"role": "crc"}, actor=w.manager),
    ),
}
