"""Amendments on live data: rehearsed, then migrated by subject with the same numbers or not at all."""

from edc.services.amendment.migrate import cancel_migration, migrate, request_migration
from edc.services.amendment.rehearse import cancel_rehearsal, rehearse, request_rehearsal

__all__ = [
    "cancel_migration",
    "cancel_rehearsal",
    "migrate",
    "rehearse",
    "request_migration",
    "request_rehearsal",
]
