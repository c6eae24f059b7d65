"""A list of allocations as a file: every bad row is named by its line, in both languages."""

import pytest

from edc.exchange.allocation_list import MOST_BYTES, ListRow, read_list
from edc.exchange.faults import FileFault


def test_an_open_and_a_blinded_list_are_read():
    content = "\ufeffStratum,Sequence,Arm\nS01 <65,2,B\n\n S01 <65 ,1, A \n".encode()
    assert read_list(content) == (False, [ListRow("S01 <65", 2, "B"), ListRow("S01 <65", 1, "A")], [])
    assert read_list(b"stratum,sequence,code\nA,1,K7\nB,1,K8") == (
        True,
        [ListRow("A", 1, "K7"), ListRow("B", 1, "K8")],
        [],
    )


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("A,1", "three cells"),
        (",2,K2", "stratum must have"),
        (f"{'x' * 61},2,K2", "stratum must have"),
        ("A,0,K2", "whole number"),
        ("A,1.5,K2", "whole number"),
        ("A,٣,K2", "whole number"),
        ("A,2,", "arm or code"),
        ("A,1,K2", "in the stratum already"),
        ("A,2,K1", "each is there once"),
    ],
)
def test_a_bad_row_is_named_in_both_languages(row, said):
    _blinded, rows, [fault] = read_list(f"stratum,sequence,code\nA,1,K1\n{row}\n".encode())
    assert rows == [ListRow("A", 1, "K1")]
    assert fault.line == 3
    assert said in fault.en
    assert fault.zh.endswith("。")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"stratum,sequence,arm\n",
        b"stratum,arm\nA,B\n",
        "stratum,sequence,arm\nA,1,组\n".encode("gb18030"),
        b'stratum,sequence,arm\nA,1,"x\n',
        b"x" * (MOST_BYTES + 1),
    ],
)
def test_what_is_no_list_is_refused_as_a_whole(content):
    with pytest.raises(FileFault) as told:
        read_list(content)
    assert told.value.zh
    assert told.value.en
