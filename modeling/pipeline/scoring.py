"""The score: form values and features of one subject through a registered model, or its abstention."""

from edc.models import FormInstance, ItemValue
from edc.services.visit_plan import anchors_of
from imaging.models import Series
from modeling.engines.fusion import ScoreInputs, ScoreResult, score
from modeling.models import Analysis, Band, FeatureSet, Run, Score
from modeling.pipeline import provenance
from modeling.pipeline.bundles import open_bundle
from modeling.pipeline.phases import mask_of
from modeling.pipeline.result import Report, StepResult

BANDS = {"low": Band.LOW, "mid": Band.MIDDLE, "high": Band.HIGH}


def score_subject(run: Run, report: Report) -> StepResult:
    """Return the model's score with every input and its origin; abstention is an answer, not a failure."""
    analysis = run.analysis
    bundle = open_bundle(analysis.model_version)
    clinical = clinical_values(analysis)
    features = list(_features(analysis))
    days = days_before_treatment(analysis)
    report(30, "")
    result = score(bundle, _inputs(clinical, features, days))
    report(90, "")
    inputs: dict[str, object] = {
        "clinical": clinical,
        "images": [_image(each) for each in features],
        "mask": provenance.of_mask(mask_of(analysis)),
        "days_before_treatment": days,
        "left_out": _left_out(analysis),
        "mean_score": result.mean_score,
        "distance": result.distance,
    }
    about = {**result.provenance, **provenance.of_model(analysis.model_version), "inputs": inputs}
    output = {"status": result.status, "score": result.score, "band": result.band or ""}
    return StepResult(about, output, (_row(run, result, inputs),))


def clinical_values(analysis: Analysis) -> dict[str, dict[str, object]]:
    """Return the model's clinical items from final forms: the last value not later than the images' visit."""
    visit = analysis.imaging_study.form.event
    layout = analysis.model_version.manifest["layout"]
    wanted = [item["oid"] for item in layout["items"]]
    rows = ItemValue.objects.filter(
        form__subject=analysis.subject, form__status__in=FormInstance.FINAL, item_oid__in=wanted,
        row_key="", value__isnull=False, form__event__ordinal__lte=visit.ordinal,
    ).select_related("form__event")  # fmt: skip
    ordered = rows.order_by("form__event__ordinal", "form__event__repeat_key", "form__repeat_key", "pk")
    latest = {row.item_oid: row for row in ordered}
    return {oid: provenance.of_value(latest[oid]) for oid in wanted if oid in latest}


def days_before_treatment(analysis: Analysis) -> int | None:
    """Return the days from the images to the index date; None while either date is unknown."""
    index, acquired = anchors_of(analysis.subject).index, analysis.imaging_study.acquired_on
    return (index - acquired).days if index and acquired else None


def _features(analysis: Analysis) -> list[FeatureSet]:
    return list(
        FeatureSet.objects.filter(run__analysis=analysis)
        .select_related("series")
        .order_by("kind", "series_id")
    )


def _inputs(
    clinical: dict[str, dict[str, object]], features: list[FeatureSet], days: int | None
) -> ScoreInputs:
    radiomics = {
        each.series.phase: each.values for each in features if each.kind == FeatureSet.Kind.RADIOMICS
    }
    deep = {
        each.series.phase: [each.values[name] for name in sorted(each.values)]
        for each in features
        if each.kind == FeatureSet.Kind.DEEP
    }
    thickness = {each.series.phase: slice_millimetres(each.series) for each in features}
    return ScoreInputs(
        clinical={oid: entry["value"] for oid, entry in clinical.items()},
        radiomics=radiomics,
        deep=deep,
        slice_thickness={phase: value for phase, value in thickness.items() if value is not None},
        days_before_treatment=days,
    )


def slice_millimetres(series: Series) -> float | None:
    """Return the coarser of slice thickness and spacing: both blur what lies between slices."""
    known = [value for value in (series.slice_thickness_mm, series.slice_spacing_mm) if value is not None]
    return max(known, default=None)


def _image(each: FeatureSet) -> dict[str, object]:
    return {
        **provenance.of_series(each.series),
        "kind": each.kind,
        "feature_set": each.pk,
        "values_sha256": each.values_sha256,
        "slice_mm": slice_millimetres(each.series),
        "mask": each.settings.get("mask", ""),
    }


def _left_out(analysis: Analysis) -> list[dict[str, object]]:
    outputs = [run.output for run in analysis.runs.filter(step__in=[Run.Step.RADIOMICS, Run.Step.EMBED])]
    return [each for output in outputs for each in output.get("left_out", [])]


def _row(run: Run, result: ScoreResult, inputs: dict[str, object]) -> Score:
    low, high = result.interval or (None, None)
    plain = result.as_dict()
    return Score(
        run=run,
        subject=run.analysis.subject,
        model_version=run.analysis.model_version,
        value=result.score,
        probability=result.probability,
        interval_low=low,
        interval_high=high,
        band=BANDS[result.band] if result.band else "",
        contributions=plain["contributions"],
        inputs=inputs,
        checks=plain["checks"],
        abstained=result.score is None,
        abstain_reasons=list(result.reasons),
    )
