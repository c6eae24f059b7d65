"""From a subject's forms and CT to a score, with every step's own code on a real archive."""

from datetime import date

import numpy as np
import pytest
from scipy.ndimage import center_of_mass

from edc.models import FormInstance
from imaging.models import ImagingStudy, Measurement, Segmentation, Series
from imaging.seg.nifti import encode
from imaging.seg.refusal import SegmentationRefused
from imaging.seg.semi_automatic import dice
from imaging.services.segmentation import DrawnMask, upload_mask
from imaging.services.volumes import fetch_mask, fetch_volume
from modeling.engines.errors import InvalidBundle
from modeling.models import FeatureSet, Run, Score
from modeling.pipeline.segmenting import segment_lesion
from modeling.services.registry import bundle_path
from modeling.services.runs import claim_run
from tests.factories.imaging import MeasurementFactory, ReadFactory
from tests.modeling.pipeline.conftest import work_through


def failed_checks(score: Score) -> set[str]:
    return {check["code"] for check in score.checks if not check["passed"]}


def silent(percent: int, text: str) -> None:
    """Report to nobody."""


@pytest.mark.requirement("N15")
def test_a_complete_case_gets_a_score_that_names_all_it_was_made_from(prepared):

    runs = work_through(prepared.request())

    score = Score.objects.get()
    assert not score.abstained
    assert 0 <= score.interval_low <= score.value <= score.interval_high <= 100
    total = sum(row["points"] for row in score.contributions)
    assert score.value == pytest.approx(score.inputs["mean_score"] + total, abs=1e-3)
    assert len(score.inputs["clinical"]) == 12
    albumin = score.inputs["clinical"]["IT.LBC.ALB"]
    form = prepared.subject.forms.get(pk=albumin["form"])
    assert (form.form_oid, albumin["content_sha256"]) == ("FO.LBC", form.content_sha256)
    hashes = {series.series_instance_uid: series.content_sha256 for series in prepared.images.series.all()}
    assert {row["series_instance_uid"]: row["content_sha256"] for row in score.inputs["images"]} == hashes
    assert score.inputs["mask"]["mask_sha256"] == Segmentation.objects.get().mask_sha256
    assert runs[-1].provenance["weights_sha256"] == prepared.model.weights_sha256
    assert [run.provenance["device"].partition(":")[0] in {"cpu", "cuda"} for run in runs] == [True] * 4


def test_the_grown_mask_covers_the_lesion_and_is_a_draft(prepared):
    work_through(prepared.request())

    mask = Segmentation.objects.get()
    drawn = fetch_mask(mask, fetch_volume(mask.series))

    assert dice(drawn, prepared.case.lesion) > 0.85
    assert (mask.status, mask.series.phase) == ("draft", "AP")


def test_the_same_case_gives_the_same_numbers(prepared):
    for _ in range(2):
        work_through(prepared.request())

    first, second = Score.objects.order_by("pk")
    assert (first.value, first.contributions) == (second.value, second.contributions)
    sets = FeatureSet.objects.order_by("kind", "series", "run").values_list("values_sha256", flat=True)
    assert list(sets[::2]) == list(sets[1::2])


def lose_a_phase(images) -> None:
    images.series.filter(phase="AP").update(verdict=Series.Verdict.UNUSABLE)


def lose_the_liver_values(images) -> None:
    images.subject.forms.filter(form_oid="FO.LBC").update(status=FormInstance.Status.DISAGREEMENT)


def take_the_images_early(images) -> None:
    ImagingStudy.objects.filter(pk=images.pk).update(acquired_on=date(2024, 2, 1))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lose_a_phase, "phases"),
        (lose_the_liver_values, "clinical_items"),
        (take_the_images_early, "imaging_window"),
    ],
)
def test_a_case_outside_the_contract_gets_reasons_and_no_number(prepared, change, code):
    change(prepared.images)

    work_through(prepared.request())

    score = Score.objects.get()
    assert (score.abstained, score.value, score.band) == (True, None, "")
    assert code in failed_checks(score)
    assert all(reason["zh"] and reason["en"] for reason in score.abstain_reasons)


def test_without_the_arterial_phase_the_lesion_grows_on_the_next_best(prepared):
    lose_a_phase(prepared.images)

    work_through(prepared.request())

    assert Segmentation.objects.get().series.phase == "PVP"


def test_a_reader_s_mask_is_used_as_it_is(prepared):
    series = prepared.images.series.get(phase="PVP")
    content = encode(prepared.case.lesion.astype(np.uint8), fetch_volume(series))
    drawn = DrawnMask(content, "neoplasm", "T01")
    mask = upload_mask(series=series, drawn=drawn, actor=prepared.users["reader1"])

    work_through(prepared.request(segmentation=mask, seed=None))

    score = Score.objects.get()
    assert score.inputs["mask"] | {"segmentation": mask.pk, "status": "signed"} == score.inputs["mask"]
    assert Segmentation.objects.count() == 1


def measure(prepared, *, sealed: bool) -> Measurement:
    """Let a reader measure the lesion across the slice that holds its middle."""
    images = prepared.images
    series = images.series.get(phase="AP")
    volume, (middle, *_rest) = fetch_volume(series), center_of_mass(prepared.case.lesion)
    plane = prepared.case.lesion[round(middle)]
    rows, columns = np.nonzero(plane)
    ends = [volume.point((round(middle), rows.mean(), column)) for column in (columns.min(), columns.max())]
    read = ReadFactory(
        imaging_study=images, reader=prepared.users["reader1"], status="submitted" if sealed else "started"
    )
    image = volume.sop_instance_uids[round(middle)]
    return MeasurementFactory(read=read, sop_instance_uid=image, points=[list(end) for end in ends])


def test_a_point_in_a_measured_lesion_is_segmented_within_what_was_measured(prepared):
    measurement = measure(prepared, sealed=True)
    x, y, z = measurement.points[0]

    work_through(prepared.request(seed=[x + 2, y, z]))

    mask = Segmentation.objects.get()
    assert mask.method == "contrast-to-surroundings 1.0"
    assert mask.parameters["measurement"] == measurement.pk
    assert dice(fetch_mask(mask, fetch_volume(mask.series)), prepared.case.lesion) > 0.85


def test_what_a_reader_has_not_sealed_steers_no_mask(prepared):
    measure(prepared, sealed=False)

    work_through(prepared.request())

    assert "measurement" not in Segmentation.objects.get().parameters


def test_a_point_in_the_air_is_refused_in_both_languages(prepared):
    analysis = prepared.request(seed=[9000.0, 0.0, 0.0])
    run = claim_run(run_id=analysis.runs.get(step="segment").pk, task_id="t", worker="here")

    with pytest.raises(SegmentationRefused) as refused:
        segment_lesion(run, silent)

    assert all(refused.value.message.values())
    assert not Segmentation.objects.exists()


def test_a_step_done_again_stores_no_second_mask(prepared):
    analysis = prepared.request()
    run = claim_run(run_id=analysis.runs.get(step="segment").pk, task_id="t", worker="here")

    first, second = segment_lesion(run, silent), segment_lesion(run, silent)

    assert first.output == second.output
    assert Segmentation.objects.count() == 1


@pytest.mark.requirement("N15")
@pytest.mark.parametrize("content", [None, b"not a bundle"])
def test_a_missing_or_altered_model_file_ends_the_step(prepared, settings, tmp_path, content):
    settings.MODEL_DIR = tmp_path
    if content:
        bundle_path(prepared.model).write_bytes(content)

    with pytest.raises(InvalidBundle):
        work_through(prepared.request())

    assert Run.objects.get(step="embed").status == "running"
    assert not Score.objects.exists()


def test_values_come_from_visits_up_to_the_images_alone(prepared):
    inputs = work_through(prepared.request())[-1].provenance["inputs"]["clinical"]

    until = prepared.subject.forms.filter(event__event_oid__in=["SE.SCREENING", "SE.BASELINE"])
    assert {entry["form"] for entry in inputs.values()} <= set(until.values_list("pk", flat=True))
