"""CTCAE 5.0 as the library holds it: each term and grade of the published table, and no code of MedDRA."""

import csv
from pathlib import Path

import pytest

from edc.safety.terminology import LIBRARY, ctcae, has_grade

PUBLISHED = Path(__file__).resolve().parents[4] / "shared" / "studies" / "ctcae_v5_tcoRs.csv"


@pytest.fixture(scope="module")
def published():
    if not PUBLISHED.exists():
        pytest.skip("needs the folder ../shared/studies beside the checkout")
    with PUBLISHED.open(encoding="utf-8") as file:
        return {row["ctcae_term"]: row for row in csv.DictReader(file)}


def one_line(text):
    return " ".join(text.split())


def test_every_term_stands_in_its_class_with_its_grades_word_for_word(published):
    assert len(published) == len(ctcae().terms) == 837
    for term in ctcae().terms:
        row = published[term.term]
        grades = {str(n): one_line(row[f"grade{n}"]) for n in range(1, 6)}
        assert dict(term.grades) == {grade: text for grade, text in grades.items() if text != "-"}, term.term
        assert term.group.en == row["meddra_soc"]


def test_the_counts_of_grades_are_those_published():
    """scores.md section 12 counts them in the table of the National Cancer Institute."""
    counts = [sum(grade in term.grades for term in ctcae().terms) for grade in "12345"]
    assert counts == [645, 745, 750, 551, 494]
    assert len({term.group.en for term in ctcae().terms}) == 26


def test_no_code_of_meddra_is_shipped(published):
    text = (LIBRARY / "ctcae_v5.yaml").read_text(encoding="utf-8")
    assert [row["meddra_code"] for row in published.values() if row["meddra_code"] in text] == []


def test_every_class_and_the_terms_the_studies_meet_have_chinese():
    assert all(term.group.zh != term.group.en for term in ctcae().terms)
    named = {term.term for term in ctcae().terms if term.label.zh != term.term}
    assert {
        "Hematoma",
        "Hepatic hemorrhage",
        "Pneumonitis",
        "Proteinuria",
        "Blood bilirubin increased",
    } <= named


@pytest.mark.parametrize(
    ("term", "grade", "exists"),
    [("Alopecia", "2", True), ("Alopecia", "3", False), ("Anemia", "5", True), ("GGT increased", "5", False)],
)
def test_a_grade_exists_where_the_table_has_words_for_it(term, grade, exists):
    assert has_grade(term, grade) is exists


def test_of_what_is_no_term_nothing_is_said():
    with pytest.raises(ValueError, match="Hair loss"):
        has_grade("Hair loss", "1")
