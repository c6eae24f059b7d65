"""Radiomics of the lesion in every phase of the study."""

from edc import audit
from modeling.engines.errors import EngineError
from modeling.engines.fusion import FUSION_RADIOMICS
from modeling.engines.radiomics import FeatureSet as Extracted
from modeling.engines.radiomics import extract
from modeling.models import FeatureSet, Run
from modeling.pipeline import provenance
from modeling.pipeline.phases import MaskedPhase, mask_of, masked_phases
from modeling.pipeline.result import Report, StepResult


def extract_radiomics(run: Run, report: Report) -> StepResult:
    """Return one feature set for each phase; a phase that cannot be measured is named in the output.

    Raises the engine's error when no phase can be measured.
    """
    segmentation = mask_of(run.analysis)
    rows, used, left_out = [], [], []
    refusal: EngineError | None = None
    for phase in masked_phases(run.analysis, report):
        if isinstance(phase, dict):
            left_out.append(phase)
            continue
        try:
            found = extract(phase.volume.voxels, phase.mask, phase.volume.spacing, settings=FUSION_RADIOMICS)
        except EngineError as error:
            refusal = error
            left_out.append({"phase": phase.series.phase, "code": error.code, **error.message})
            continue
        rows.append(_row(run, segmentation.pk, phase, found))
        used.append({**provenance.of_series(phase.series), "mask": phase.how, "voxels": found.voxels})
    if refusal is not None and not rows:
        raise refusal
    about = {
        **provenance.on_cpu(),
        "inputs": used,
        "mask": provenance.of_mask(segmentation),
        "settings": FUSION_RADIOMICS.as_dict(),
    }
    output = {"phases": [row.series.phase for row in rows], "left_out": left_out}
    return StepResult(about, output, tuple(rows))


def _row(run: Run, segmentation_id: int, phase: MaskedPhase, found: Extracted) -> FeatureSet:
    return FeatureSet(
        run=run,
        kind=FeatureSet.Kind.RADIOMICS,
        series=phase.series,
        segmentation_id=segmentation_id,
        engine=f"{found.engine} {found.version}",
        settings={**found.settings, "crop_pad": found.crop_pad, "mask": phase.how},
        values=found.values,
        values_sha256=audit.digest(found.values),
    )
