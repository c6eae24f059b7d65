"""A design as a workbook: the five studies come back the same, and each fault names its cell."""

import copy

import pytest
from openpyxl import load_workbook

from edc.design.places import locate
from edc.design.whole import check_document, read_document, written
from edc.exchange.design_workbook import read_workbook, write_workbook
from edc.exchange.faults import FileFault
from tests.factories.designs import small_design
from tests.studies import REGISTERED, study_design


@pytest.mark.parametrize("oid", REGISTERED)
def test_the_design_of_a_study_comes_back_the_same(oid, tmp_path):
    design = study_design(oid)
    path = tmp_path / "design.xlsx"
    write_workbook(written(design), path, told=oid)
    found = read_workbook(path)
    assert found.faults == []
    assert read_document(found.document).sha256 == design.sha256


def test_what_makes_the_stratum_and_what_is_coded_comes_back(tmp_path):
    design = small_design(stratification=("IT.DM.SEX",), coded={"IT.DM.NOTE": "meddra"})
    write_workbook(written(design), tmp_path / "design.xlsx", told="small")
    found = read_document(read_workbook(tmp_path / "design.xlsx").document)
    assert (found.stratification, found.coded) == (("IT.DM.SEX",), {"IT.DM.NOTE": "meddra"})


@pytest.fixture(scope="module")
def book_of_small(tmp_path_factory):
    path = tmp_path_factory.mktemp("book") / "small.xlsx"
    write_workbook(written(small_design()), path, told="small")
    return path


@pytest.fixture
def changed(book_of_small, tmp_path):
    """Return a function that puts values into cells, named by sheet, OID and head, and reads the workbook."""

    def make(*changes):
        book = load_workbook(book_of_small)
        cells = []
        for sheet, oid, head, value in changes:
            heads = {each.value: each.column for each in book[sheet][1]}
            row = next(line for line in book[sheet].iter_rows() if oid in [each.value for each in line])
            cell = book[sheet].cell(row[0].row, heads[head], value)
            cells.append(f"{sheet}!{cell.coordinate}")
        path = tmp_path / "changed.xlsx"
        book.save(path)
        return read_workbook(path), cells

    return make


def test_what_people_type_is_understood(changed):
    found, _cells = changed(
        ("Items", "IT.DM.AGE", "soft.max", "85"),
        ("Items", "IT.LBC.BILI", "units", "mg/dL = 17.1；umol/dL = 10"),
        ("Items", "IT.DM.SEX", "critical", "true"),
        ("Items", "IT.DM.NOTE", "show_when", '=SMOKER == "Y"'[1:]),
    )
    design = check_document(found.document).design
    assert found.faults == []
    assert [each.unit for each in design.item("IT.LBC.BILI").units] == ["mg/dL", "umol/dL"]
    assert design.item("IT.DM.SEX").critical
    assert design.item("IT.DM.NOTE").show_when == 'SMOKER == "Y"'


def line_of(cell):
    """Return the sheet and the row of a cell such as `Items!F12`."""
    sheet, _mark, place = cell.rpartition("!")
    return sheet, place.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")


@pytest.mark.parametrize(
    ("sheet", "oid", "head", "value", "words"),
    [
        ("Items", "IT.DM.SEX", "critical", "perhaps", "TRUE or FALSE"),
        ("Items", "IT.LBC.BILI", "units", "mg/dL 17.1", "mg/dL = 17.1"),
        ("Items", "IT.DM.SEX", "group", "IG.NONE", "There is no FO.DM/IG.NONE"),
        ("Items", "IT.DM.NOTE", "oid", "IT.DM.SEX", "twice"),
        ("Visits", "SE.BASELINE", "day", "soon", "Write a number"),
        ("Codes", "SIGNED", "codelist", "CL.NONE", "There is no CL.NONE"),
    ],
)
def test_a_cell_that_cannot_be_read_is_named(changed, sheet, oid, head, value, words):
    found, [cell] = changed((sheet, oid, head, value))
    [fault] = found.faults
    assert words in fault.en
    assert line_of(fault.cell) == line_of(cell)


@pytest.mark.parametrize(
    ("sheet", "oid", "head", "value"),
    [
        ("Items", "IT.DM.AGE", "type", "number"),
        ("Items", "IT.DM.AGE", "show_when", 'AGE == "old"'),
        ("Items", "IT.DM.SEX", "codelist", "CL.NONE"),
        ("Visits", "SE.BASELINE", "anchor", "SE.LATER"),
        ("Forms", "FO.DM", "repeats", "often"),
        ("Rules", "EC901", "check", "BILI <"),
        ("Study", "registration / date", "value", "2026-02-31"),
        ("Codes", "SIGNED", "en", ""),
    ],
)
def test_a_fault_of_the_design_names_the_cell_that_holds_it(changed, sheet, oid, head, value):
    found, [cell] = changed((sheet, oid, head, value))
    assert found.faults == []
    faults = check_document(found.document).errors
    places = [locate(found.document, each.file, each.field) for each in faults]
    cells = [found.cell_of(place.address, place.rest) for place in places]
    assert line_of(cell) in [line_of(each) for each in cells]


def test_an_unknown_column_and_a_file_that_is_no_workbook_are_told(changed, tmp_path):
    found, [cell] = changed(("Forms", "oid", "repeats", "repeat"))
    assert [(each.cell, each.en) for each in found.faults] == [(cell, "There is no such column: repeat.")]
    path = tmp_path / "no.xlsx"
    path.write_text("no")
    with pytest.raises(FileFault):
        read_workbook(path)


def test_moved_rows_are_moved_items(changed, tmp_path):
    document = copy.deepcopy(written(small_design()))
    document["forms"].reverse()
    path = tmp_path / "moved.xlsx"
    write_workbook(document, path, told="moved")
    assert [each.oid for each in read_document(read_workbook(path).document).forms] == [
        each["oid"] for each in document["forms"]
    ]
