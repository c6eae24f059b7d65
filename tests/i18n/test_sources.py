"""Words for people come from the catalogue: none stand in templates, scripts or raised errors as they are."""

import ast
import re
from pathlib import Path

import pytest

from tests.i18n.page_words import HAN, words_of_template

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SCRIPTS = sorted([*(ROOT / "static" / "js").rglob("*.js"), *(ROOT / "frontend" / "src").rglob("*.js")])
APPS = ("config", "edc", "imaging", "modeling")
# Names and units, the same in both languages, and each language's name in itself.
SAME = re.compile(
    r"Tandem|AUC|UTC|sha256|SHA-256|OID|verify_trail\.py|m[lLm]\b|MB|Series Instance UID|中文|English"
    r"|Log-rank|log-rank|CSV|JSON|PDF"
)
WORD = re.compile(r"[A-Za-z]{2,}")
SHOWN = re.compile(r"\.(?:textContent|innerText|title|placeholder|ariaLabel|alt)\s*=\s*([\"'`])(.*?)\1")
ERRORS = {"InvalidInput", "NotNow", "Conflict", "Unavailable", "ItemMoved"}


# 500.html is shown where nothing works any more, so it says everything in both languages.
@pytest.mark.parametrize(
    "path", [path for path in TEMPLATES if path.name != "500.html" or path.parent.name == "errors"]
)
def test_a_template_has_no_words_of_its_own(path):
    left = [SAME.sub("", text) for text in words_of_template(path.read_text())]
    assert [text for text in left if WORD.search(text) or HAN.search(text)] == []


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_has_no_words_of_its_own(path):
    source = path.read_text()
    shown = [re.sub(r"\$\{[^}]*\}", "", text) for _quote, text in SHOWN.findall(source)]
    assert not HAN.search(source)
    assert [text for text in shown if WORD.search(SAME.sub("", text))] == []


def raised_texts(tree: ast.AST) -> list[str]:
    """Return the plain string literals that are given to an error as what the person reads."""
    calls = (
        node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    )
    firsts = (call.args[0] for call in calls if call.func.id in ERRORS and call.args)
    return [ast.unparse(each) for each in firsts if isinstance(each, ast.Constant | ast.JoinedStr)]


@pytest.mark.parametrize("app", APPS)
def test_errors_are_raised_with_translated_words(app):
    found = {
        str(path.relative_to(ROOT)): raised_texts(ast.parse(path.read_text()))
        for path in sorted((ROOT / app).rglob("*.py"))
    }
    assert {path: texts for path, texts in found.items() if texts} == {}
