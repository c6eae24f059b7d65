"""Dictionaries read from their files: terms with the classes above them, faults with their line."""

import pytest

from edc.coding.hierarchy import read_hierarchy
from edc.coding.meddra import read_meddra
from edc.coding.terms import Class, in_both, key_of, levels_of
from edc.exchange.faults import FileFault
from edc.exchange.table_read import open_table
from tests.factories.coding import ATC, CHINESE, ENGLISH, meddra_zip


@pytest.fixture
def read(tmp_path):
    def now(data, reader=read_meddra):
        path = tmp_path / "file"
        path.write_bytes(data)
        return reader(path)

    return now


def atc(path):
    table = open_table(path, "csv")
    return read_hierarchy(table.headings, table.lines())


def test_words_are_compared_without_width_case_blanks_and_points():
    assert key_of("  Ｈeadache,  severe。") == key_of("headache severe") == "headache severe"


def test_a_lowest_level_term_stands_under_its_preferred_term_and_primary_organ_class(read):
    terms, version = read(meddra_zip())
    found = terms["90002"]
    assert (found.en, found.zh, found.current, version) == ("Sham head pain", "", True, "1.0")
    assert [each.level for each in found.path] == ["SOC", "HLGT", "HLT", "PT"]
    assert found.path[0] == Class("SOC", "60001", "", "Nervous shams")
    assert found.path[-1] == Class("PT", "90001", "", "Sham headache")
    assert not terms["90004"].current
    assert levels_of(terms.values()) == ["SOC", "HLGT", "HLT", "PT", "LLT"]


def test_two_languages_of_a_version_make_one_dictionary(read):
    english, chinese = read(meddra_zip())[0], read(meddra_zip(CHINESE, "zh"))[0]
    found = in_both(english, chinese)["90001"]
    assert (found.en, found.zh, found.path[0].zh) == ("Sham headache", "虚拟头痛", "神经类虚拟")


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        ((("x", "A", "90001", "Y"),), "llt.asc 1"),
        ((*ENGLISH, ("90009", "A", "99999", "Y")), "llt.asc 5: Preferred term 99999"),
    ],
)
def test_a_faulty_line_is_named(read, terms, words):
    with pytest.raises(FileFault, match=words):
        read(meddra_zip(terms))


def test_what_is_no_zip_is_refused(read):
    with pytest.raises(FileFault, match="ZIP"):
        read(b"llt")


def test_a_table_of_parents_becomes_terms_with_their_classes(read):
    found = read(ATC.encode(), atc)
    assert [each.code for each in found["X01AA"].path] == ["X", "X01"]
    assert (found["X01AA"].zh, found["X01AB"].current) == ("虚拟林", False)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("A,L1,甲,,B\nB,L2,乙,,A", "line 2: Parent A"),
        ("A,L1,甲,,Z", "line 2: Parent Z"),
        ("A,L1,甲,,\nA,L1,乙,,", "line 3: The code stands twice"),
        ("A,L1,,,", "line 2: A code, a level"),
    ],
)
def test_a_table_that_is_no_tree_is_refused(read, lines, words):
    with pytest.raises(FileFault, match=words):
        read(f"code,level,name_zh,name_en,parent\n{lines}\n".encode(), atc)
