"""A design that was sent as a file: a workbook, an ODM file or a REDCap data dictionary."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.utils.translation import gettext as _

from edc.errors import InvalidInput
from edc.exchange.faults import FileFault
from edc.selectors.evaluation import in_language
from edc.web.answers import file_of

FOREIGN = (".xml", ".csv")
MOST_BYTES = 50 * 2**20


def sent_foreign(request: HttpRequest) -> UploadedFile:
    """Return the file sent, the design of another system; InvalidInput where it is none."""
    wanted = _("Choose an ODM file (.xml) or a REDCap data dictionary (.csv).")
    return file_of(request, wanted, suffixes=FOREIGN, at_most=MOST_BYTES)


def sent_design(request: HttpRequest) -> UploadedFile:
    """Return the file sent, a workbook or the design of another system; InvalidInput where it is none."""
    wanted = _("Choose a workbook (.xlsx), an ODM file (.xml) or a REDCap data dictionary (.csv).")
    return file_of(request, wanted, suffixes=(".xlsx", *FOREIGN), at_most=MOST_BYTES)


@contextmanager
def laid_down(sent: UploadedFile) -> Iterator[Path]:
    """Lay the file in a folder of its own while it is read; a fault of the file is told as InvalidInput."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"design{Path(sent.name or '').suffix.lower()}"
        path.write_bytes(sent.read())
        try:
            yield path
        except FileFault as fault:
            found = {"file": in_language(fault.text)}
            raise InvalidInput(_("The file cannot be read."), fields=found) from None
