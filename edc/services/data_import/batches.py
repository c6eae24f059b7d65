"""A batch from upload to the request of a dry run: who may, which file, which meaning of its columns."""

from collections.abc import Iterable, Mapping
from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from edc import access, audit, jobs
from edc.errors import Conflict, InvalidInput, NotNow
from edc.exchange.faults import FileFault
from edc.exchange.mapping import read_mapping
from edc.models import ImportBatch, ImportMapping, Site, Study, User
from edc.selectors.evaluation import in_language
from edc.services.data_import import files
from edc.services.reasons import required_text

State = ImportBatch.State
RIGHT = "import_data"
# A dry run that gives no sign of life so long may be asked for again; an import, or its undoing, later.
SILENCE = timedelta(minutes=2)
# One transaction: until it ends nobody outside sees how far it is.
SILENCE_OF_COMMIT = timedelta(minutes=30)


def import_sites(actor: User | None, study: Study) -> QuerySet[Site]:
    """Return the sites of the study where the actor may import."""
    return access.sites_for(actor, RIGHT).filter(study=study)


def require_import(actor: User | None, study: Study) -> None:
    """Raise PermissionDenied unless the actor may import at some site of the study."""
    if not import_sites(actor, study).exists():
        raise PermissionDenied(RIGHT)


def require_sites(actor: User | None, batch: ImportBatch) -> None:
    """Raise PermissionDenied unless the actor may import at every site that the batch writes to."""
    allowed = set(import_sites(actor, batch.study).values_list("pk", flat=True))
    if not allowed or set(batch.sites.values_list("pk", flat=True)) - allowed:
        raise PermissionDenied(RIGHT)


def move(batch: ImportBatch, to: str, **also: object) -> None:
    """Move the batch by compare-and-set; raise NotNow for no legal move, Conflict where another was first."""
    if (batch.state, str(to)) not in ImportBatch.MOVES:
        status = str(batch.get_state_display())
        raise NotNow(_("This cannot be done while the status is “%(status)s”.") % {"status": status})
    changes = {"state": str(to), "moved_at": timezone.now(), **also}
    if not ImportBatch.objects.filter(pk=batch.pk, state=batch.state).update(**changes):
        raise Conflict(
            gettext_lazy("Somebody changed this a moment ago. Load the page again to see the present status.")
        )
    for name, value in changes.items():
        setattr(batch, name, value)


def upload_file(*, study: Study, file_name: str, chunks: Iterable[bytes], actor: User) -> ImportBatch:
    """Keep a file and make its batch; nothing of it is in the study yet, and of a refused file nothing is."""
    require_import(actor, study)
    kind = files.kind_of(file_name)
    with files.gone_on_failure() as stored, transaction.atomic():
        digest, size = files.keep(chunks, stored)
        files.check_readable(files.folder() / digest, kind)
        batch = ImportBatch.objects.create(
            study=study,
            kind=kind,
            file_name=file_name[-200:],
            file_sha256=digest,
            file_size=size,
            created_by=actor,
        )
        after = {"file": batch.file_name, "sha256": digest, "bytes": size}
        audit.record(actor=actor, action="import.uploaded", target=batch, after=after)
    return batch


@transaction.atomic
def save_mapping(*, study: Study, name: str, content: Mapping, actor: User) -> ImportMapping:
    """Keep a mapping under a name of the study; a name that is there gets the new meaning."""
    require_import(actor, study)
    name = required_text(name, field="name", at_most=80)
    held = ImportMapping.objects.select_for_update().filter(study=study, name=name).first()
    before = held.content if held else None
    after = _checked(content)
    mapping = held or ImportMapping(study=study, name=name)
    mapping.content, mapping.saved_by = after, actor
    mapping.save()
    audit.record(actor=actor, action="import.mapping_saved", target=mapping, before=before, after=after)
    return mapping


def _checked(content: Mapping) -> dict:
    try:
        return read_mapping(content).to_dict()
    except FileFault as fault:
        message = {"mapping": in_language(fault.text)}
        raise InvalidInput(_("Some fields need correction."), fields=message) from None


@transaction.atomic
def request_check(*, batch: ImportBatch, mapping: Mapping, actor: User) -> ImportBatch:
    """Ask for the dry run under this mapping; what an earlier one said is forgotten."""
    require_import(actor, batch.study)
    content = _checked(mapping)
    batch = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    if batch.state in (State.CHECKING, State.QUEUED) and not is_silent(batch):
        raise NotNow(_("The dry run is under way: wait for it, or cancel it."))
    fields = {"mapping": content, "percent": 0, "problem_zh": "", "problem_en": "", "counts": {}}
    if batch.state == State.QUEUED:
        ImportBatch.objects.filter(pk=batch.pk).update(**fields, moved_at=timezone.now())
    else:
        move(batch, State.QUEUED, **fields)
    audit.record(actor=actor, action="import.check_requested", target=batch, after=content)
    jobs.enqueue("edc.tasks.check_import", batch_id=batch.pk)
    return batch


def is_silent(batch: ImportBatch) -> bool:
    """Tell whether the work on the batch has given no sign of life for long."""
    limit = SILENCE_OF_COMMIT if batch.state in (State.COMMITTING, State.UNDOING) else SILENCE
    return timezone.now() - batch.moved_at > limit


@transaction.atomic
def cancel_import(*, batch: ImportBatch, actor: User) -> ImportBatch:
    """Give the batch up before anything of it is in the study."""
    require_import(actor, batch.study)
    before = batch.state
    move(batch, State.CANCELLED)
    audit.record(actor=actor, action="import.cancelled", target=batch, before=before, after=batch.state)
    return batch
