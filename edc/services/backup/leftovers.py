"""What a process that was killed left behind: a part of a file, content in the clear, a scratch database.

A killed process runs none of its own endings, so the next one that holds the folder removes them and keeps
that the attempt failed: by that row the scheduler pauses, instead of being killed again at once.
"""

import shutil
import tempfile
from pathlib import Path

from django.utils.translation import gettext as _

from edc.errors import DomainError
from edc.models import User
from edc.services.backup import databases, outcomes, place
from edc.services.backup.restore import Restored


def spool(kind: str) -> str:
    """Return how the names of the temporary folders of a `backup` or `drill` of this installation begin."""
    return f"tandem-{kind}-{place.mark()}-"


def settle(folder: Path, actor: User) -> None:
    """Remove what earlier attempts left, and keep that they failed; the caller holds the folder."""
    parts = list(folder.glob(f".tandem-*{place.ENDING}.part"))
    for part in parts:
        part.unlink()
    if [*parts, *_emptied("backup")]:
        words = _("It was ended from outside. See the worker's log, its memory and TASK_TIME_LIMIT.")
        outcomes.keep_failure(DomainError(words), actor, 0)
    if [*databases.drop_scratch(place.mark()), *_emptied("drill")]:
        outcomes.keep_drill(None, Restored(problems=[("interrupted", "")]), actor, 0)


def _emptied(kind: str) -> list[Path]:
    found = list(Path(tempfile.gettempdir()).glob(f"{spool(kind)}*"))
    for each in found:
        shutil.rmtree(each)
    return found
