"""An error on a page names a field by the page's word for it, in the reader's language, or not at all."""

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from edc.errors import InvalidInput


@pytest.mark.parametrize("page", ["partials/problem.html", "errors/problem.html"])
@pytest.mark.parametrize(("language", "word"), [("en", "Password"), ("zh-hans", "密码")])
def test_a_field_is_named_as_the_page_names_it(page, language, word, rf, db):
    fields = {"password": "A", "dose_of_day": "B", "IT.DM.AGE": "C"}
    with translation.override(language):
        text = render_to_string(page, {"error": InvalidInput("Wrong", fields=fields)}, rf.get("/"))

    assert f"<b>{word}</b>: A" in text
    assert "<b>IT.DM.AGE</b>: C" in text
    assert ">B<" in text
    assert "dose_of_day" not in text
