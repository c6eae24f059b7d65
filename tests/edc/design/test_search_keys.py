"""What a choice is found by: code, label in both languages, pinyin and its initials in every reading."""

import pytest

from edc.design.search_keys import search_keys


@pytest.mark.parametrize(
    ("label", "typed"),
    [
        ("门静脉期", "mjmq"),
        ("门静脉期", "menjingmaiqi"),
        ("重度", "zd"),
        ("重度", "zhongdu"),
        ("长径", "cj"),
        ("长径", "changjing"),
        ("女", "nv"),
        ("CT平扫", "ctps"),
        ("Ⅱ期（局部）", "qjb"),
    ],
)
def test_a_label_is_found_by_its_pinyin(label, typed):
    assert typed in search_keys(label)


def test_the_code_comes_first_and_no_key_twice():
    keys = search_keys("PVP", "门静脉期", "Portal venous phase")
    assert keys[0] == "pvp"
    assert "门静脉期" in keys
    assert "portal venous phase" in keys
    assert len(set(keys)) == len(keys)


def test_a_label_with_many_readings_keeps_few_keys_and_still_knows_each_of_them():
    keys = search_keys("重长行乐会重长行乐会重长行乐会")
    assert len(keys) < 100
    assert "zzxlhzzxlhzzxlh" in keys
    assert "czxlhzzxlhzzxlh" in keys
