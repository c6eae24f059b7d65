"""Deep features of the lesion in every phase, by the encoder of the model version."""

from edc import audit
from modeling.engines.deep import embed, lesion_crop
from modeling.engines.device import pick_device, seed_everything
from modeling.engines.device import provenance as computed_with
from modeling.engines.fusion import encoder_of
from modeling.models import FeatureSet, Run
from modeling.pipeline import provenance
from modeling.pipeline.bundles import open_bundle
from modeling.pipeline.phases import MaskedPhase, mask_of, masked_phases
from modeling.pipeline.result import Report, StepResult

ENGINE = "lesion encoder"


def embed_volume(run: Run, report: Report) -> StepResult:
    """Return the features of each phase, on CUDA where present; the same on the CPU within tolerance."""
    model = run.analysis.model_version
    bundle = open_bundle(model)
    device = pick_device()
    seed_everything(int(bundle.manifest.get("seed", 0)))
    found = list(masked_phases(run.analysis, report))
    phases = [phase for phase in found if isinstance(phase, MaskedPhase)]
    crops = [lesion_crop(phase.volume.voxels, phase.mask, phase.volume.spacing) for phase in phases]
    features = embed(encoder_of(bundle), crops, device=device)
    segmentation = mask_of(run.analysis)
    rows = tuple(
        _row(run, segmentation.pk, phase, values.tolist())
        for phase, values in zip(phases, features, strict=True)
    )
    about = {
        **computed_with(device).as_dict(),
        **provenance.of_model(model),
        "inputs": [{**provenance.of_series(phase.series), "mask": phase.how} for phase in phases],
        "mask": provenance.of_mask(segmentation),
    }
    output = {
        "phases": [phase.series.phase for phase in phases],
        "left_out": [each for each in found if isinstance(each, dict)],
    }
    return StepResult(about, output, rows)


def _row(run: Run, segmentation_id: int, phase: MaskedPhase, features: list[float]) -> FeatureSet:
    values = {f"deep_{index:02d}": value for index, value in enumerate(features)}
    return FeatureSet(
        run=run,
        kind=FeatureSet.Kind.DEEP,
        series=phase.series,
        segmentation_id=segmentation_id,
        engine=f"{ENGINE}, {run.analysis.model_version}",
        settings={"weights_sha256": run.analysis.model_version.weights_sha256, "mask": phase.how},
        values=values,
        values_sha256=audit.digest(values),
    )
