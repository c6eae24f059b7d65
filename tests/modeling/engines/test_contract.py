import pytest

from modeling.engines.fusion.inputs import Contract, ScoreInputs, check_contract, encode
from modeling.engines.fusion.layout import CLINICAL_ITEMS, ClinicalItem, demo_layout

LAYOUT = demo_layout(2)
CONTRACT = Contract(phases=("AP", "PVP"), max_slice_thickness=5.0, clinical=("IT.LBT.AFP",))


def checks(inputs):
    return {check.code: check for check in check_contract(CONTRACT, LAYOUT, inputs)}


def test_an_unknown_slice_thickness_is_not_taken_for_thin():
    images = {"AP": {"x": 1.0}, "PVP": {"x": 1.0}}
    found = checks(ScoreInputs({}, images, {"AP": [0, 0], "PVP": [0, 0]}, {"AP": 1.25}))
    assert found["phases"].passed
    assert not found["slice_thickness"].passed


@pytest.mark.parametrize(("days", "passed"), [(None, True), (0, True), (14, True), (15, False), (-1, False)])
def test_the_imaging_window_is_closed_at_both_ends(days, passed):
    assert checks(ScoreInputs({}, days_before_treatment=days))["imaging_window"].passed is passed


@pytest.mark.parametrize(
    ("oid", "raw", "number"),
    [
        ("IT.LBT.AFP", "99", 2.0),
        ("IT.LBT.AFP", "-1", None),
        ("IT.LBT.AFP", "", None),
        ("IT.LBT.AFP", ">60500", None),
        ("IT.LBC.ALB", 39.5, 39.5),
        ("IT.LVB.EHS", "Y", 1.0),
        ("IT.LVB.TUMN", "4P", 4.0),
        ("IT.LVB.PVTT", "U", None),
        ("IT.LBC.ALB", "nan", None),
    ],
)
def test_a_form_value_becomes_a_number_or_is_missing(oid, raw, number):
    item: ClinicalItem = next(item for item in CLINICAL_ITEMS if item.oid == oid)
    assert item.number(raw) == number


def test_a_token_is_present_only_when_complete():
    values = {name: 1.0 for name in LAYOUT.tokens[1].features}
    inputs = ScoreInputs({}, {"PLAIN": values, "AP": {"original_firstorder_Mean": 1.0}}, {"DP": [0.1, 0.2]})
    columns, present = encode(LAYOUT, inputs)
    names = [token.name for token, here in zip(LAYOUT.tokens, present, strict=True) if here]
    assert names == ["radiomics-PLAIN", "deep-DP"]
    assert columns.shape == (sum(LAYOUT.widths),)


def test_a_contract_survives_its_manifest():
    assert Contract.from_dict(CONTRACT.as_dict()) == CONTRACT
