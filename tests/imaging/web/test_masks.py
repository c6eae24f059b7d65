"""Masks through the pages: uploaded by a reader on the grid of the series, drawn for who may see them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from edc.models import User
from imaging.models import Segmentation, Series
from imaging.seg.nifti import encode
from imaging.seg.rendering import plane_of
from imaging.seg.volume import read_volume
from imaging.services.segmentation import MaskDescription, store_mask
from imaging.services.volumes import fetch_datasets, fetch_volume
from tests.factories.imaging import ReadFactory
from tests.factories.quality import HoldFactory
from tests.imaging.api.test_uploads import repaired
from tests.imaging.phantoms import sphere

pytestmark = pytest.mark.django_db
PROBLEM = {"accept": "application/problem+json"}


@pytest.fixture
def lin(member: Callable[..., User]) -> User:
    return member("lin", "radiologist")


@pytest.fixture
def reader(page: Callable[[User], Client], lin: User, series: Series) -> Client:
    """The reader to whom the series is assigned."""
    ReadFactory(imaging_study=series.imaging_study, reader=lin)
    return page(lin)


def drawn(series: Series, value: int = 1) -> np.ndarray:
    volume = fetch_volume(series)
    return sphere(volume.shape, 6.0, volume.spacing).astype(np.uint8) * value


def upload(client: Client, series: Series, content: bytes, **more: object) -> object:
    file = SimpleUploadedFile("mask.nii.gz", content)
    body = {"file": file, "structure": "neoplasm", "label": "T01"} | more
    return client.post(f"/imaging/series/{series.pk}/masks/", body, headers=PROBLEM)


def test_a_reader_uploads_a_mask_and_sees_it_drawn(reader: Client, series: Series) -> None:
    mask = drawn(series)

    answer = upload(reader, series, encode(mask, fetch_volume(series)))

    assert answer.status_code == 201, answer.content
    kept = Segmentation.objects.get()
    assert (kept.status, kept.origin, kept.voxel_count) == ("signed", "uploaded", int(mask.sum()))
    shown = reader.get(answer.json()["overlay"]).json()
    volume = fetch_volume(series)
    assert shown["segments"][0]["label"] == "T01"
    for uid, plane in zip(volume.sop_instance_uids, mask, strict=True):
        runs = shown["segments"][0]["slices"].get(uid, [])
        assert np.array_equal(plane_of(runs, shown["rows"], shown["columns"]), plane.astype(bool))


def test_a_mask_whose_images_the_archive_lost_is_not_found(
    reader: Client, series: Series, settings: Any, tmp_path: Path
) -> None:
    address = upload(reader, series, encode(drawn(series), fetch_volume(series))).json()["overlay"]
    settings.ARCHIVE_URL = f"folder://{tmp_path / 'empty'}"

    answer = reader.get(address, headers=PROBLEM)

    assert (answer.status_code, answer.json()["code"]) == (404, "not_held")


def test_a_file_with_several_labels_needs_one_named(reader: Client, series: Series) -> None:
    both = drawn(series, value=5)
    both[0, 0, 0] = 3
    content = encode(both, fetch_volume(series))

    refused = upload(reader, series, content)
    taken = upload(reader, series, content, value="5")

    assert (refused.status_code, refused.json()["code"]) == (422, "several_labels")
    assert "3, 5" in refused.json()["detail"]
    assert taken.json()["voxel_count"] == int((both == 5).sum())


@pytest.mark.parametrize(
    ("content", "more", "code"),
    [
        (b"no mask", {}, "not_nifti"),
        (None, {"structure": "soul"}, "invalid_input"),
        (None, {"value": "9"}, "empty_mask"),
    ],
)
def test_a_mask_that_does_not_fit_is_refused_with_its_reason(
    reader: Client, series: Series, content: bytes | None, more: dict, code: str
) -> None:
    answer = upload(reader, series, content or encode(drawn(series), fetch_volume(series)), **more)

    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert not Segmentation.objects.exists()


def test_a_mask_of_another_grid_is_refused(reader: Client, series: Series) -> None:
    moved = fetch_datasets(series)
    for each in moved:
        each.ImagePositionPatient = [value + 5 for value in each.ImagePositionPatient]

    answer = upload(reader, series, encode(drawn(series), read_volume(moved)))

    assert (answer.status_code, answer.json()["code"]) == (422, "affine_differs")


def test_a_request_without_a_file_is_refused(reader: Client, series: Series) -> None:
    answer = reader.post(f"/imaging/series/{series.pk}/masks/", {"structure": "liver"}, headers=PROBLEM)

    assert answer.json()["errors"].keys() == {"file"}


@pytest.mark.parametrize(
    ("role", "status"), [("investigator", 403), ("clinician", 403), ("crc", 404), ("data_manager", 404)]
)
def test_only_readers_upload_masks(
    page: Callable[[User], Client], member: Callable[..., User], series: Series, role: str, status: int
) -> None:
    answer = upload(page(member("eve", role)), series, encode(drawn(series), fetch_volume(series)))

    assert answer.status_code == status
    assert not Segmentation.objects.exists()


@pytest.mark.parametrize(
    ("role", "status"), [("investigator", 200), ("clinician", 200), ("radiologist", 404), ("crc", 404)]
)
def test_another_readers_mask_is_hidden_from_readers_only(
    reader: Client, page: Callable[[User], Client], member: Callable[..., User], series: Series,
    role: str, status: int,
) -> None:  # fmt: skip
    address = upload(reader, series, encode(drawn(series), fetch_volume(series))).json()["overlay"]

    assert page(member("eve", role)).get(address).status_code == status


def test_a_models_mask_never_reaches_a_reader(
    reader: Client, page: Callable[[User], Client], member: Callable[..., User], series: Series, system: User
) -> None:
    told = MaskDescription(Segmentation.Origin.MODEL, "neoplasm", "lesion", "toy", "1")
    mask = store_mask(
        series=series, datasets=fetch_datasets(series), volume=fetch_volume(series),
        mask=drawn(series).astype(bool), description=told, actor=system,
    )  # fmt: skip
    address = f"/imaging/segmentations/{mask.pk}/overlay/"

    assert reader.get(address).status_code == 404
    assert page(member("watson", "clinician")).get(address).status_code == 200


def test_the_real_liver_mask_fits_the_repaired_ct(
    page: Callable[[User], Client], lin: User, shared_data: Path, deliver: Callable[..., dict]
) -> None:
    folder = shared_data / "dicom"
    deliver([repaired(file) for file in sorted((folder / "ct_body_siemens_20").iterdir())])
    series = Series.objects.get()
    content = (folder / "ct_body_siemens_20_nifti" / "example_seg_dicom.nii.gz").read_bytes()

    ReadFactory(imaging_study=series.imaging_study, reader=lin)

    answer = upload(page(lin), series, content, structure="liver", label="", value="5")

    assert answer.status_code == 201, answer.content
    mask = Segmentation.objects.get()
    assert mask.voxel_count > 10_000
    assert mask.volume_ml == pytest.approx(mask.voxel_count * 0.9765625**2 * 2 / 1000, rel=1e-6)


def test_a_locked_form_takes_no_mask(reader: Client, series: Series, form, member) -> None:
    mask = encode(drawn(series), fetch_volume(series))
    HoldFactory(study=form.subject.study, kind="lock", placed_by=member("meg", "data_manager"))

    answer = upload(reader, series, mask)

    assert answer.status_code == 409
    assert not Segmentation.objects.exists()
