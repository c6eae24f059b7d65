"""What every archive guarantees; the same tests run over the folder archive and a real Orthanc."""

import copy
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pydicom
import pytest
from pydicom.uid import generate_uid

from imaging.archive import (
    InstanceAddress,
    InstanceConflict,
    InstanceNotFound,
    InstanceRefused,
    from_url,
)
from tests.imaging.phantoms import ct_series, encode


@pytest.fixture
def series():
    planes = np.arange(3 * 8 * 6).reshape(3, 8, 6)
    return ct_series(planes, seed=generate_uid())


def address(dataset):
    return InstanceAddress(dataset.StudyInstanceUID, dataset.SeriesInstanceUID, dataset.SOPInstanceUID)


def parts(dataset):
    return dataset.StudyInstanceUID, dataset.SeriesInstanceUID, dataset.SOPInstanceUID


def changed(dataset, **values):
    other = copy.deepcopy(dataset)
    for keyword, value in values.items():
        setattr(other, keyword, value)
    return other


def test_a_stored_instance_comes_back_byte_for_byte(archive, series):
    content = encode(series[0])

    receipt = archive.store(content)

    assert receipt.address == address(series[0])
    assert not receipt.already
    assert receipt.size == len(content)
    assert archive.instance(*parts(series[0])) == content
    assert archive.find(series[0].SOPInstanceUID) == address(series[0])


def test_storing_the_same_bytes_again_changes_nothing(archive, series):
    first = archive.store(encode(series[0]))

    again = archive.store(encode(series[0]))

    assert again.already
    assert again.sha256 == first.sha256
    assert archive.series(series[0].SeriesInstanceUID) == [series[0].SOPInstanceUID]


@pytest.mark.parametrize(
    "values",
    [{"PatientID": "T-002"}, {"KVP": 80}, {"StudyInstanceUID": "1.2.3", "SeriesInstanceUID": "1.2.4"}],
)
def test_other_content_under_a_known_uid_is_refused_and_the_first_is_kept(archive, series, values):
    archive.store(encode(series[0]))

    with pytest.raises(InstanceConflict):
        archive.store(encode(changed(series[0], **values)))

    assert archive.instance(*parts(series[0])) == encode(series[0])
    assert archive.series("1.2.4") == []


def test_a_series_belongs_to_one_study(archive, series):
    archive.store(encode(series[0]))

    with pytest.raises(InstanceConflict, match="another study"):
        archive.store(encode(changed(series[1], StudyInstanceUID=generate_uid())))

    assert archive.series(series[0].SeriesInstanceUID) == [series[0].SOPInstanceUID]


@pytest.mark.parametrize(
    "content", [b"", b"not dicom", b"\0" * 128 + b"DICM", b"\0" * 128 + b"DICM" + b"\xff" * 64]
)
def test_what_cannot_be_read_is_refused(archive, content):
    with pytest.raises(InstanceRefused):
        archive.store(content)


@pytest.mark.parametrize("keyword", ["StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID"])
@pytest.mark.parametrize("uid", ["", "../../etc/passwd", "1.2.*", "1" * 65])
def test_an_address_that_is_not_made_of_uids_is_refused(archive, series, keyword, uid):
    dataset = copy.deepcopy(series[0])
    dataset[keyword].validation_mode = 0
    dataset[keyword]._value = uid

    with pytest.raises(InstanceRefused, match="UID"):
        archive.store(encode(dataset))


def test_a_bomb_of_nested_sequences_is_refused_and_the_archive_lives(archive, series):
    with pytest.raises(InstanceRefused, match="nested"):
        archive.store(nested(encode(series[0]), depth=5000))

    assert archive.health().name


def nested(content, depth):
    """Append sequences of undefined length in each other (the shape of CVE-2026-10528)."""
    opening = b"\x40\x00\x30\xa7SQ\x00\x00\xff\xff\xff\xff" + b"\xfe\xff\x00\xe0\xff\xff\xff\xff"
    closing = b"\xfe\xff\x0d\xe0\x00\x00\x00\x00" + b"\xfe\xff\xdd\xe0\x00\x00\x00\x00"
    pixels = content.index(b"\xe0\x7f\x10\x00OW")
    return content[:pixels] + opening * depth + closing * depth + content[pixels:]


def test_the_study_lists_its_series_and_the_series_its_instances(archive, series):
    other = changed(series[0], SeriesInstanceUID=generate_uid(), SOPInstanceUID=generate_uid())
    other.file_meta.MediaStorageSOPInstanceUID = other.SOPInstanceUID
    for dataset in [*series, other]:
        archive.store(encode(dataset))

    assert archive.series(series[0].SeriesInstanceUID) == sorted(d.SOPInstanceUID for d in series)
    assert archive.study(series[0].StudyInstanceUID) == sorted(
        [series[0].SeriesInstanceUID, other.SeriesInstanceUID]
    )


def test_metadata_is_dicom_json_in_instance_order_without_bulk_data(archive, series):
    for dataset in reversed(series):
        archive.store(encode(dataset))

    items = archive.metadata(series[0].SeriesInstanceUID)

    assert [item["00200013"]["Value"] for item in items] == [[1], [2], [3]]
    assert items[0]["0008103E"]["Value"] == ["肝脏 门脉期"]
    assert items[0]["00080005"]["Value"] == ["ISO_IR 192"]
    assert items[0]["00083002"]["Value"] == ["1.2.840.10008.1.2.1"]
    assert "7FE00010" not in items[0]
    assert "BulkDataURI" not in str(items)


def test_metadata_follows_a_series_that_grows(archive, series):
    archive.store(encode(series[0]))
    assert len(archive.metadata(series[0].SeriesInstanceUID)) == 1

    archive.store(encode(series[1]))

    assert len(archive.metadata(series[0].SeriesInstanceUID)) == 2
    assert len(archive.metadata(series[0].SeriesInstanceUID)) == 2


def test_frames_come_as_encoded_with_their_transfer_syntax(archive, series):
    archive.store(encode(series[0]))

    frames, syntax = archive.frames(*parts(series[0]), [1])

    assert frames == [bytes(series[0].PixelData)]
    assert syntax == "1.2.840.10008.1.2.1"


def test_compressed_frames_are_not_decoded(archive, shared_data):
    path = sorted((shared_data / "dicom" / "ts_compressed_j2k").iterdir())[0]
    archive.store(path.read_bytes())

    frames, syntax = archive.frames(*parts(pydicom.dcmread(path)), [1])

    assert syntax == "1.2.840.10008.1.2.4.90"
    assert frames[0][:4] == b"\xff\x4f\xff\x51"  # JPEG 2000 code stream


def test_one_bit_frames_are_cut_at_the_bit(archive, series):
    dataset = changed(series[0], Rows=3, Columns=5, NumberOfFrames=3)
    dataset.update({"BitsAllocated": 1, "BitsStored": 1, "HighBit": 0})
    bits = np.random.default_rng(0).integers(0, 2, (3, 15), dtype=np.uint8)
    dataset.PixelData = np.packbits(bits, bitorder="little").tobytes()
    archive.store(encode(dataset))

    frames, _ = archive.frames(*parts(dataset), [3, 1])

    unpacked = [np.unpackbits(np.frombuffer(f, np.uint8), bitorder="little")[:15] for f in frames]
    np.testing.assert_array_equal(unpacked, bits[[2, 0]])


@pytest.mark.parametrize("numbers", [[0], [2], [-1]])
def test_a_frame_that_is_not_there_is_not_found(archive, series, numbers):
    archive.store(encode(series[0]))

    with pytest.raises(InstanceNotFound):
        archive.frames(*parts(series[0]), numbers)


def test_what_was_never_stored_is_not_found(archive, series):
    unknown = generate_uid()

    assert archive.find(unknown) is None
    assert archive.find("*") is None
    assert (
        archive.series(unknown) == archive.study(unknown) == archive.series("*") == archive.study("*") == []
    )
    assert archive.delete_series(unknown) == archive.delete_series("*") == 0
    with pytest.raises(InstanceNotFound):
        archive.metadata(unknown)


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("uid", ["1.2.3.4", "*", ""])
def test_an_instance_is_read_by_its_whole_address_only(archive, series, place, uid):
    archive.store(encode(series[0]))
    wrong = list(parts(series[0]))
    wrong[place] = uid

    with pytest.raises(InstanceNotFound):
        archive.instance(*wrong)


def test_a_deleted_series_is_gone_and_may_come_again(archive, series):
    for dataset in series:
        archive.store(encode(dataset))
    archive.metadata(series[0].SeriesInstanceUID)

    assert archive.delete_series(series[0].SeriesInstanceUID) == 3

    assert archive.series(series[0].SeriesInstanceUID) == []
    assert archive.find(series[0].SOPInstanceUID) is None
    assert archive.delete_series(series[0].SeriesInstanceUID) == 0
    assert not archive.store(encode(changed(series[0], KVP=80))).already
    assert archive.metadata(series[0].SeriesInstanceUID)[0]["00180060"]["Value"] == [80]


def test_concurrent_stores_of_one_instance_keep_one_copy(archive, archive_url, series):
    archives = [archive, from_url(archive_url)]
    content = encode(series[0])

    with ThreadPoolExecutor(8) as pool:
        receipts = list(pool.map(lambda i: archives[i % 2].store(content), range(16)))

    assert sum(not receipt.already for receipt in receipts) == 1
    assert archive.series(series[0].SeriesInstanceUID) == [series[0].SOPInstanceUID]
    assert archive.instance(*parts(series[0])) == content


def test_of_concurrent_stores_with_different_content_at_most_one_wins(archive, series):
    contents = [encode(changed(series[0], KVP=80 + i)) for i in range(8)]

    def attempt(content):
        try:
            return archive.store(content) and content
        except InstanceConflict:
            return None

    with ThreadPoolExecutor(8) as pool:
        winners = [content for content in pool.map(attempt, contents) if content]

    assert winners == [archive.instance(*parts(series[0]))]


def test_a_series_stored_by_many_at_once_is_complete(archive):
    series = ct_series(np.zeros((40, 4, 4)), seed=generate_uid())

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(archive.store, map(encode, series)))

    assert archive.series(series[0].SeriesInstanceUID) == sorted(d.SOPInstanceUID for d in series)
    assert len(archive.metadata(series[0].SeriesInstanceUID)) == 40


def test_health_counts_the_instances(archive, series):
    before = archive.health().instances

    archive.store(encode(series[0]))

    assert archive.health().instances == before + 1
