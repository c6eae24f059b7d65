"""Backups of the whole platform, and the restores that are tried from them."""

from edc.services.backup.drill import drill_restore
from edc.services.backup.make import make_backup
from edc.services.backup.place import UnderWay
from edc.services.backup.tell import late

__all__ = ["UnderWay", "drill_restore", "late", "make_backup"]
