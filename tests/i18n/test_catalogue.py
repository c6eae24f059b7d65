"""The Chinese catalogue has every message of the code, translated and with the same placeholders."""

import re
import shutil

import pytest

from scripts.check_messages import CATALOGUE, ROOT, extracted, problems, read
from scripts.compile_messages import compile_catalogue
from tests.conftest import skip_or_fail

HALF_WIDTH = re.compile(r"[\u4e00-\u9fff][,;:!?]|[,;!?][\u4e00-\u9fff]|[\u4e00-\u9fff]\.(?:\s|$)")
BEGGING = re.compile(r"(?<!申)请(?!求)|抱歉|对不起|！")


def messages() -> list:
    return [each for each in read(ROOT / CATALOGUE) if each.id]


def translation(message: object) -> str:
    return message.string if isinstance(message.string, str) else message.string[0]


def test_every_message_of_the_code_is_translated():
    if shutil.which("xgettext") is None:
        skip_or_fail("needs the Debian package gettext")
    assert list(problems(wanted=extracted(), have=read(ROOT / CATALOGUE))) == []


def test_translations_keep_their_placeholders():
    wrong = []
    for message in messages():
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        wanted = {name for each in ids for name in placeholders(each)}
        if set(placeholders(translation(message))) != wanted:
            wrong.append(message.id)
    assert wrong == []
    assert compile_catalogue(ROOT / CATALOGUE) == []


def placeholders(text: str) -> list[str]:
    return re.findall(r"%\(\w+\)[sd]|\{\w+\}|%%", text)


@pytest.mark.parametrize("fault", [HALF_WIDTH, BEGGING], ids=["half width", "begging"])
def test_translations_are_written_as_the_house_writes(fault):
    texts = [translation(message) for message in messages()]
    assert [text for text in texts if fault.search(text)] == []
