"""The lesion: a person's mask as given, a region within a reader's measurement, or one grown from a point."""

from collections.abc import Mapping

from edc import jobs
from imaging.models import Segmentation, Series
from imaging.seg.refusal import SegmentationRefused
from imaging.seg.semi_automatic import SemiAutomaticMask, grow_from_seed
from imaging.seg.volume import Volume, read_volume
from imaging.services.measured import MeasuredLesion, measured_lesion_at
from imaging.services.segmentation import MaskDescription, mask_sha256, store_mask
from imaging.services.volumes import fetch_datasets
from modeling.engines import segmentation as engine
from modeling.models import Run
from modeling.pipeline import provenance
from modeling.pipeline.phases import series_to_segment
from modeling.pipeline.result import Report, StepResult

STRUCTURE = "neoplasm"
LABEL = "T01"


def segment_lesion(run: Run, report: Report) -> StepResult:
    """Return the mask to use; a grown one is stored as a draft, once, however often the step is repeated.

    A point inside a lesion of a sealed read takes the diameter measured there, which bounds the region well;
    elsewhere the region grows from the point alone. Raises SegmentationRefused or SegmentationFailed where
    no region with an edge is found, or no series is a volume.
    """
    given = run.analysis.segmentation
    if given is not None:
        report(50, "")
        return _result(given, {"input": provenance.of_series(given.series), "settings": {}}, given=True)
    series = series_to_segment(run.analysis.imaging_study)
    if series is None:
        raise SegmentationRefused(
            "NO_VOLUME", "这次检查没有可用的体数据。重新上传完整序列。",
            "No series of this study is a usable volume. Upload a complete series again.",
        )  # fmt: skip
    report(5, series.phase)
    datasets = fetch_datasets(series)
    volume = read_volume(datasets)
    report(40, series.phase)
    x, y, z = map(float, run.analysis.seed or (0.0, 0.0, 0.0))
    measured = measured_lesion_at(series, (x, y, z))
    grown = _within(volume, measured) if measured else grow_from_seed(volume, volume.index((x, y, z)))
    report(80, series.phase)
    segmentation = _stored_before(run, grown) or _store(run, series, (datasets, volume), grown)
    about = {
        "input": provenance.of_series(series),
        "seed_lps_mm": [x, y, z],
        "settings": grown.parameters,
    }
    return _result(segmentation, about, given=False)


def _within(volume: Volume, lesion: MeasuredLesion) -> SemiAutomaticMask:
    """Return the region that stands out from its surroundings within the measured lesion."""
    z, y, x = volume.index(lesion.centre)
    draft = engine.segment_lesion(
        volume.voxels, volume.spacing, centre=(z, y, x), diameter_mm=lesion.diameter_mm
    )
    parameters = {**draft.settings, "measurement": lesion.measurement}
    return SemiAutomaticMask(draft.mask, draft.engine, draft.version, parameters)


def _store(run: Run, series: Series, images: tuple[list, Volume], grown: SemiAutomaticMask) -> Segmentation:
    datasets, volume = images
    description = MaskDescription(
        origin=Segmentation.Origin.SEMI_AUTOMATIC,
        structure=STRUCTURE,
        label=LABEL,
        method=grown.method,
        version=grown.method_version,
        parameters={**grown.parameters, "run": run.pk},
    )
    return store_mask(
        series=series, datasets=datasets, volume=volume, mask=grown.mask, description=description,
        actor=jobs.system_user("worker"),
    )  # fmt: skip


def _stored_before(run: Run, grown: SemiAutomaticMask) -> Segmentation | None:
    """Return the mask that an earlier attempt at this run stored before it was lost."""
    return Segmentation.objects.filter(
        parameters__run=run.pk, mask_sha256=mask_sha256(grown.mask), status=Segmentation.Status.DRAFT
    ).first()


def _result(segmentation: Segmentation, about: Mapping[str, object], *, given: bool) -> StepResult:
    mask = provenance.of_mask(segmentation)
    output = {
        "segmentation": segmentation.pk,
        "given": given,
        "voxels": segmentation.voxel_count,
        "volume_ml": segmentation.volume_ml,
    }
    return StepResult({**provenance.on_cpu(), **about, "mask": mask}, output)
