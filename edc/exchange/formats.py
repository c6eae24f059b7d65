"""The formats of a package, in the order in which they are made and offered."""

from typing import Final

CSV, PARQUET, EXCEL, SPSS, STATA, SAS = "csv", "parquet", "excel", "spss", "stata", "sas"
ODM, TRANSACTIONAL, ODM2, PASSES, REVIEW = "odm", "odm_transactional", "odm2", "passes", "review"
CASEBOOKS, AUDIT = "casebooks", "audit"
FORMATS: Final = (
    CSV, PARQUET, EXCEL, SPSS, STATA, SAS, ODM, TRANSACTIONAL, ODM2, PASSES, REVIEW, CASEBOOKS, AUDIT,
)  # fmt: skip
# What is made of tables; without any of these no table is written.
TABULAR: Final = frozenset({CSV, PARQUET, EXCEL, SPSS, STATA, SAS})
# What names people or quotes what they wrote, so stands in packages of the full profile alone.
ABOUT_PEOPLE: Final = frozenset({TRANSACTIONAL, ODM2, PASSES, REVIEW, CASEBOOKS, AUDIT})
# What tells what each of the two people entered.
HOLDING_PASSES: Final = frozenset({PASSES, AUDIT})
