"""The small picture of a series: for who sent it and who sees images, and for nobody else."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from django.test import Client
from PIL import Image

from edc.models import Site, User
from imaging.models import Series
from imaging.services.pictures import mask_picture
from imaging.services.segmentation import MaskDescription, store_mask
from imaging.services.volumes import fetch_datasets, fetch_volume
from tests.factories.imaging import ReadFactory
from tests.imaging.phantoms import sphere

pytestmark = pytest.mark.django_db
PROBLEM = {"accept": "application/problem+json"}


def address(series: Series) -> str:
    return f"/imaging/series/{series.pk}/picture/"


def test_who_sent_a_series_sees_its_middle_slice(
    page: Callable[[User], Client], crc: User, series: Series
) -> None:
    client = page(crc)

    answer = client.get(address(series))
    shown = client.get(f"/imaging/forms/{series.imaging_study.form_id}/").content.decode()

    picture = np.asarray(Image.open(BytesIO(answer.content)))
    assert answer["Content-Type"] == "image/png"
    assert "private" in answer["Cache-Control"]
    assert picture.shape == (256, 256)
    assert picture[128, 128] > picture[5, 5]
    assert f'src="{address(series)}"' in shown
    assert "data-viewer-root" not in shown


@pytest.mark.parametrize(
    ("role", "at_home", "status"),
    [
        ("crc", True, 200),
        ("investigator", True, 200),
        ("clinician", True, 200),
        ("data_manager", True, 404),
        ("monitor", True, 404),
        ("uploader", True, 404),
        ("radiologist", True, 404),
        ("crc", False, 404),
    ],
)
def test_the_picture_is_for_senders_and_for_who_sees_images(
    page: Callable[[User], Client], member: Callable[..., User], other_site: Site, series: Series,
    role: str, at_home: bool, status: int,
) -> None:  # fmt: skip
    place = {} if at_home else {"site": other_site}
    client = page(member("eve", role, **place))

    assert client.get(address(series)).status_code == status


def test_a_radiologist_sees_the_picture_of_an_own_read(
    page: Callable[[User], Client], member: Callable[..., User], series: Series
) -> None:
    reader = member("lin", "radiologist")
    ReadFactory(imaging_study=series.imaging_study, reader=reader)

    assert page(reader).get(address(series)).status_code == 200


def test_a_series_that_the_archive_lost_has_no_picture(
    page: Callable[[User], Client], crc: User, series: Series, settings, tmp_path: Path
) -> None:
    settings.ARCHIVE_URL = f"folder://{tmp_path / 'empty'}"

    answer = page(crc).get(address(series), headers=PROBLEM)

    assert (answer.status_code, answer.json()["code"]) == (404, "not_held")


def test_a_mask_is_pictured_where_its_area_is_largest(series: Series, system: User) -> None:
    volume = fetch_volume(series)
    mask = np.zeros(volume.shape, bool)
    mask[1, 2:4, 2:4], mask[4] = True, sphere(volume.shape, 6.0, volume.spacing)[3]
    told = MaskDescription("model", "neoplasm", "lesion", "toy", "1")
    stored = store_mask(
        series=series, datasets=fetch_datasets(series), volume=volume, mask=mask, description=told,
        actor=system,
    )  # fmt: skip

    picture = mask_picture(stored)

    assert (picture.slice_number, picture.slice_count) == (5, 6)
    assert picture.area_cm2 == round(int(mask[4].sum()) / 100, 2)
    assert Image.open(BytesIO(picture.png)).size == (900, 900)
