"""Units are read as people write them and kept as the design spells them."""

import pytest
from django.utils import translation

from edc.web.unit_words import unit_words


@pytest.mark.parametrize(
    ("kept", "read"),
    [
        ("umol/L", "µmol/L"), ("ug/dL", "µg/dL"), ("/uL", "/µL"), ("uIU/mL", "µIU/mL"), ("um", "µm"),
        ("ukat/L", "µkat/L"), ("10^9/L", "10⁹/L"), ("10^12/L", "10¹²/L"), ("mm2", "mm²"), ("/mm2", "/mm²"),
        ("mm3", "mm³"), ("mL/min/1.73m2", "mL/min/1.73m²"), ("kg/m2", "kg/m²"), ("Cel", "°C"),
        ("mmol/L", "mmol/L"), ("mut/Mb", "mut/Mb"), ("mg/24h", "mg/24h"), ("mmHg", "mmHg"),
        ("", ""), (None, ""),
    ],
)  # fmt: skip
def test_a_unit_is_written_with_its_own_signs(kept, read):
    assert unit_words(kept) == read


@pytest.mark.parametrize(("language", "years"), [("zh-hans", "岁"), ("en", "y")])
def test_years_are_said_in_the_language_of_the_page(language, years):
    with translation.override(language):
        assert unit_words("a") == years
