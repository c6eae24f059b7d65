"""Tables as people send them: encodings, separators, typed Excel cells; bombs are refused."""

import zipfile
from datetime import date, datetime

import openpyxl
import pytest

from edc.exchange import safe_files
from edc.exchange.faults import FileFault
from edc.exchange.safe_files import read_xml
from edc.exchange.table_read import open_table


def lines(path, kind="csv"):
    return [(each.number, each.cells) for each in open_table(path, kind).lines()]


@pytest.mark.parametrize(
    "data",
    [
        "编号,性别\n1,男\n".encode("utf-8-sig"),
        "编号,性别\n1,男\n".encode("gb18030"),
        "编号\t性别\r\n1\t男\r\n".encode(),
        '编号;性别\n"1";"男"\n'.encode(),
    ],
)
def test_a_csv_is_read_whatever_wrote_it(tmp_path, data):
    path = tmp_path / "a.csv"
    path.write_bytes(data)

    assert lines(path) == [(2, {"编号": "1", "性别": "男"})]


def test_line_numbers_are_those_of_the_file(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b'A,B\n1,"x\ny"\n,\n2,z\n')

    assert [(number, cells["A"]) for number, cells in lines(path)] == [(2, "1"), (5, "2")]


def test_excel_cells_become_what_a_person_would_have_typed(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["N", "F", "D", "T", "B", "E"])
    sheet.append([58.0, 1.4, date(2026, 6, 1), datetime(2026, 6, 1, 9, 30), True, None])
    path = tmp_path / "a.xlsx"
    book.save(path)

    (line,) = lines(path, "xlsx")

    assert list(line[1].values()) == ["58", "1.4", "2026-06-01", "2026-06-01 09:30:00", "Y", ""]


def test_a_file_that_unpacks_to_far_more_is_refused(tmp_path):
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (30 * 2**20))

    with pytest.raises(FileFault, match="unpacks to far more"):
        open_table(path, "xlsx")


def test_a_file_over_the_limit_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(safe_files, "MAX_FILE", 10)
    path = tmp_path / "a.csv"
    path.write_bytes(b"A,B\n1,2\n3,4\n")

    with pytest.raises(FileFault, match="split it"):
        open_table(path, "csv")


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE a [<!ENTITY b "c">]><ODM>&b;</ODM>',
        '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x.dtd"><ODM/>',
    ],
)
def test_xml_with_a_document_type_is_refused(tmp_path, text):
    path = tmp_path / "a.xml"
    path.write_text(text)

    with pytest.raises(FileFault):
        list(read_xml(path))
