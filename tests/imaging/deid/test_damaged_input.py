"""Whatever bytes come in, the boundary answers with a result or a refusal, never with a crash."""

from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pydicom
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imaging.deid import DeidentificationFailed, Profile, deidentify
from imaging.intake import Limits, RefusedInstance, read_instance
from tests.imaging.deid.injected import BIRTH, PSEUDONYMISER, ROOT, SENTINEL, everything

CLEARED = Profile(burned_in_cleared=True)


def planted_bytes() -> bytes:
    buffer = BytesIO()
    everything().save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


PLANTED = planted_bytes()
SMALL = Limits(max_bytes=10**7)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.integers(132, len(PLANTED) - 1), st.integers(0, 255)), min_size=1, max_size=4))
def test_changed_bytes_never_crash_and_never_let_the_name_through(changes: list[tuple[int, int]]):
    damaged = bytearray(PLANTED)
    for position, value in changes:
        damaged[position] = value
    try:
        result = deidentify(
            read_instance(bytes(damaged), limits=SMALL), pseudonymiser=PSEUDONYMISER, profile=CLEARED
        )
    except (RefusedInstance, DeidentificationFailed) as answered:
        told = f"{answered} {answered.zh} {answered.en}"
        assert not any(secret in told for secret in (SENTINEL, BIRTH, ROOT))
    else:
        assert result.dataset.PatientName == PSEUDONYMISER.subject_key
        assert SENTINEL.encode() not in result.content


def test_every_odd_file_is_answered(shared_data: Path):
    answered = 0
    for folder in ("corrupt", "charsets", "rt"):
        for file in sorted((shared_data / "dicom" / folder).iterdir()):
            source = pydicom.dcmread(file, force=True)
            with suppress(RefusedInstance, DeidentificationFailed):
                deidentify(source, pseudonymiser=PSEUDONYMISER, profile=CLEARED)
            answered += 1

    assert answered == 40
