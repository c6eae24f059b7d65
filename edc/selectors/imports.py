"""Imports that an actor may see: those of which every site is one where the actor may import."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from edc import access
from edc.models import ImportBatch, ImportCell, ImportMapping, Study, User

RIGHT = "import_data"


def batches_visible_to(actor: User | None, study: Study | None = None) -> QuerySet[ImportBatch]:
    """Return the batches whose sites are all the actor's; one that names no site is its uploader's alone."""
    sites = access.sites_for(actor, RIGHT)
    through = ImportBatch.sites.through.objects.filter(importbatch=OuterRef("pk"))
    batches = ImportBatch.objects.filter(study__in=sites.values("study"))
    batches = batches.filter(Exists(through) | Q(created_by_id=getattr(actor, "pk", None)))
    batches = batches.exclude(Exists(through.exclude(site__in=sites)))
    if study is not None:
        batches = batches.filter(study=study)
    return batches.select_related("study", "created_by", "committed_by", "undone_by")


def mappings_visible_to(actor: User | None, study: Study) -> QuerySet[ImportMapping]:
    """Return the study's saved mappings, for who may import in it."""
    if not access.sites_for(actor, RIGHT).filter(study=study).exists():
        return ImportMapping.objects.none()
    return ImportMapping.objects.filter(study=study)


def cells_of(batch: ImportBatch, *, show: str = "", subject: str = "") -> QuerySet[ImportCell]:
    """Return what the dry run says of the cells: of one outcome, or those where a check fires (`checks`)."""
    cells = batch.cells.all()
    if show == "checks":
        cells = cells.filter(fires=True)
    elif show in ImportCell.Outcome.values:
        cells = cells.filter(outcome=show)
    return cells.filter(subject_key__icontains=subject) if subject else cells
