"""A locked form takes no images: not by a new upload, not by an open one, and its series keep their phase.
Neither does an upload that ended while a file was on its way.
"""

import pytest

from edc.errors import NotNow
from edc.models import FormInstance
from imaging.models import Instance, Series, UploadSession
from imaging.services.ingest import receive_instance
from tests.imaging.conftest import ball, files_of, where
from tests.imaging.phantoms import encode

pytestmark = pytest.mark.django_db


@pytest.fixture
def lock(form: FormInstance):
    return lambda: FormInstance.objects.filter(pk=form.pk).update(status="locked")


def test_no_upload_is_opened_on_a_locked_form(api, crc, form, lock) -> None:
    lock()

    answer = api(crc).post("/api/v1/uploads/", where(form, 1), format="json")

    assert (answer.status_code, answer.data["code"]) == (409, "not_now")


def test_an_open_upload_takes_and_ends_nothing_once_the_form_is_locked(api, crc, form, lock) -> None:
    client = api(crc)
    opened = client.post("/api/v1/uploads/", where(form, 6), format="json").data["id"]
    first, *rest = ball()
    send = f"/api/v1/uploads/{opened}/files/"
    client.post(send, {"files": files_of([first])}, format="multipart")
    lock()

    late = client.post(send, {"files": files_of(rest)}, format="multipart")
    ended = client.post(f"/api/v1/uploads/{opened}/submit/")

    assert (late.status_code, ended.status_code) == (409, 409)
    assert Instance.objects.count() == 1
    assert not Series.objects.exists()


def test_the_page_of_a_locked_form_offers_no_upload_and_its_phases_stay(
    page, crc, form, deliver, lock
) -> None:
    deliver(ball())
    series, browser = Series.objects.get(), page(crc)
    before = browser.get(f"/imaging/forms/{form.pk}/").context["panel"]["settings"]
    lock()

    answer = browser.post(f"/imaging/series/{series.pk}/phase/", {"phase": "AP"})

    assert before is not None
    assert browser.get(f"/imaging/forms/{form.pk}/").context["panel"]["settings"] is None
    assert answer.status_code == 409
    assert Series.objects.get().phase == series.phase


def test_a_file_on_its_way_while_the_upload_ends_is_not_slipped_in(api, crc, form) -> None:
    opened = api(crc).post("/api/v1/uploads/", where(form, 1), format="json").data["id"]
    read_before = UploadSession.objects.get(public_id=opened)
    UploadSession.objects.update(status="submitted")

    with pytest.raises(NotNow):
        receive_instance(session=read_before, content=encode(ball()[0]), sent_index=0, actor=crc)

    assert not Instance.objects.exists()
