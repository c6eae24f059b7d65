"""Changes of a design document by address: what was seen is changed, what was changed meanwhile is not."""

import copy

import pytest

from edc.design import editing
from edc.design.whole import check_document, written
from tests.factories.designs import small_design

DM = ("forms", "FO.DM", "IG.DM")
SEX = (*DM, "IT.DM.SEX")


@pytest.fixture
def document():
    return copy.deepcopy(written(small_design()))


def oids(document, address):
    return [each["oid"] for each in editing.children(document, address)]


def test_a_put_changes_own_fields_and_keeps_what_is_inside(document):
    group = editing.element(document, DM)
    fields = editing.own_fields(group, DM) | {"name": {"zh": "组", "en": "Group"}}
    before, after = editing.put(document, DM, fields, editing.seal(group, DM))
    assert (before["name"]["en"], after["name"]["en"]) == ("DM", "Group")
    assert SEX[-1] in oids(document, DM)


def test_a_put_on_what_was_changed_meanwhile_is_refused_and_changes_nothing(document):
    seen = editing.seal(editing.element(document, SEX), SEX)
    mine = editing.element(document, SEX) | {"required": "optional"}
    editing.put(document, SEX, mine, seen)
    with pytest.raises(editing.SeenOtherwise) as refused:
        editing.put(document, SEX, mine | {"required": "always"}, seen)
    assert refused.value.present["required"] == "optional"
    assert editing.element(document, SEX)["required"] == "optional"


@pytest.mark.parametrize(
    ("address", "key"), [(("codelists", "CL.SEX"), "items"), (("rules", "EC901"), "items")]
)
def test_codes_and_the_items_of_a_rule_are_own_fields(document, address, key):
    found = editing.element(document, address)
    seen = editing.seal(found, address)
    editing.put(document, address, found | {key: found[key][1:]}, seen)
    with pytest.raises(editing.SeenOtherwise):
        editing.put(document, address, dict(found), seen)


def test_an_element_goes_after_its_sibling_and_moves_within_the_ends(document):
    new = {"oid": "IT.DM.NEW", "name": "NEW", "label": {"zh": "新", "en": "New"}, "type": "text"}
    editing.add(document, DM, new, after=SEX[-1])
    assert oids(document, DM)[:2] == [SEX[-1], "IT.DM.NEW"]
    editing.move(document, (*DM, "IT.DM.NEW"), -5)
    assert oids(document, DM)[0] == "IT.DM.NEW"
    assert check_document(document).errors == ()
    editing.remove(document, (*DM, "IT.DM.NEW"))
    assert "IT.DM.NEW" not in oids(document, DM)


def test_an_oid_is_used_once_among_siblings(document):
    with pytest.raises(editing.TakenOid):
        editing.add(document, ("forms",), {"oid": "FO.DM"})
    found = editing.element(document, SEX)
    with pytest.raises(editing.TakenOid):
        editing.put(document, SEX, found | {"oid": "IT.DM.AGE"}, editing.seal(found, SEX))


@pytest.mark.parametrize(
    "address",
    [("forms", "FO.NONE"), (*DM, "IT.DM.NONE"), ("codelists", "CL.NONE"), ("forms",), ("nothing", "x")],
)
def test_what_is_not_there_is_told(document, address):
    with pytest.raises(editing.NoSuchElement):
        editing.element(document, address)
