"""Backups of the whole platform, and the restores that are tried from them."""

from edc.services.backup.drill import drill_restore
from edc.services.backup.make import make_backup

__all__ = ["drill_restore", "make_backup"]
