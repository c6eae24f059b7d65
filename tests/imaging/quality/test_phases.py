"""Recognising contrast phases, MR sequences and agents from what headers say."""

import pydicom
import pytest

from imaging.quality.facts import SeriesFacts, series_facts
from imaging.quality.phases import recognise_contrast_agent, recognise_phase, recognise_sequence


@pytest.mark.parametrize(
    ("description", "code"),
    [
        ("平扫 5mm", "PLAIN"),
        ("Abdomen w/o non-contrast", "PLAIN"),
        ("LIVER C- 5.0", "PLAIN"),
        ("肝脏 动脉期", "AP"),
        ("Arterial Phase 1.0", "AP"),
        ("liver_ap_1mm", "AP"),
        ("动脉晚期", "LAP"),
        ("late arterial", "LAP"),
        ("门静脉期 1.0", "PVP"),
        ("门脉期", "PVP"),
        ("肝脏PVP期", "PVP"),
        ("Portal Venous", "PVP"),
        ("LIVER PVP", "PVP"),
        ("延迟期 3min", "DP"),
        ("Delayed", "DP"),
        ("平衡期", "DP"),
        ("移行期", "TP"),
        ("HBP 20min", "HBP"),
        ("肝胆特异期", "HBP"),
    ],
)
def test_words_in_both_languages_name_the_phase(description, code):
    guess = recognise_phase(SeriesFacts(modality="CT", description=description, contrast_agent="x"))

    assert (guess.code, guess.confidence) == (code, 0.9)


@pytest.mark.parametrize(
    ("description", "modality"),
    [("THORAX MAP", "CT"), ("capsule", "MR"), ("part 1", "MR"), ("Body 3.0", "MR"), ("heart gated", "MR")],
)
def test_other_words_name_no_phase(description, modality):
    facts = SeriesFacts(modality=modality, description=description, contrast_agent="x")

    assert recognise_phase(facts).code is None


@pytest.mark.parametrize(
    ("delay", "agent", "code"),
    [
        (-60, "", "PLAIN"),
        (5, "", None),
        (25, "", "AP"),
        (40, "", "LAP"),
        (70, "", "PVP"),
        (180, "", "DP"),
        (1200, "", "DP"),
        (1200, "Primovist", "HBP"),
    ],
)
@pytest.mark.parametrize("start", [36_000.0, 86_390.0])
def test_the_time_since_injection_tells_the_phase_across_midnight_too(delay, agent, code, start):
    facts = SeriesFacts(
        modality="MR",
        contrast_start_s=start,
        acquisition_s=(start + delay) % 86_400,
        contrast_agent=agent,
    )

    assert recognise_phase(facts).code == code


def test_agreement_is_surer_than_either_and_contradiction_is_doubtful():
    portal = SeriesFacts(modality="CT", description="门静脉期", contrast_start_s=100, acquisition_s=170)
    late = SeriesFacts(modality="CT", description="门静脉期", contrast_start_s=100, acquisition_s=125)

    assert recognise_phase(portal).confidence > 0.9 > recognise_phase(late).confidence
    assert recognise_phase(late).code == "PVP"
    assert "AP" in recognise_phase(late).reason["zh"]


def test_a_ct_without_any_sign_of_contrast_is_probably_plain():
    guess = recognise_phase(SeriesFacts(modality="CT", description="Body 3.0"))

    assert (guess.code, guess.confidence) == ("PLAIN", 0.4)
    assert recognise_phase(SeriesFacts(modality="CT", contrast_agent="Omnipaque")).code is None


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"description": "T1 同反相位"}, "T1IO"),
        ({"description": "t1_vibe_opp-in_tra"}, "T1IO"),
        ({"description": "LAVA-Flex mask"}, "T1FS"),
        ({"description": "T2 压脂 tra"}, "T2FS"),
        ({"description": "Ax T2 FRFSE FS"}, "T2FS"),
        ({"description": "t2_haste_cor"}, "T2HASTE"),
        ({"description": "SSFSE"}, "T2HASTE"),
        ({"description": "ep2d_diff_b50_800"}, "DWI"),
        ({"description": "ax", "b_value": 800.0}, "DWI"),
        ({"description": "ep2d_diff_ADC"}, "ADC"),
        ({"description": "x", "image_type": "DERIVED PRIMARY DIFFUSION ADC"}, "ADC"),
        ({"description": "MRCP 3D"}, "MRCP"),
        ({"description": "LAVA 动脉期"}, "DCEAP"),
        ({"description": "vibe portal venous"}, "DCEPVP"),
        ({"description": "T1 vibe delayed"}, "DCEDP"),
        ({"description": "肝胆期 20min"}, "HBP"),
        ({"echo_time_ms": 90.0, "repetition_time_ms": 4000.0}, "T2FS"),
        ({"echo_time_ms": 2.0, "repetition_time_ms": 4.5}, "T1FS"),
        ({"echo_time_ms": 20.0, "repetition_time_ms": 4000.0}, None),
        ({}, None),
    ],
)
def test_mr_sequences_have_their_codes(facts, code):
    assert recognise_sequence(SeriesFacts(modality="MR", **facts)).code == code


def test_a_ct_has_no_sequence():
    assert recognise_sequence(SeriesFacts(modality="CT", description="T2")).code is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Omnipaque 350", "IOHEXOL"),
        ("碘帕醇", "IOPAMIDOL"),
        ("Gd-EOB-DTPA", "GDEOB"),
        ("saline", "OTHER"),
        ("", None),
    ],
)
def test_contrast_agents_have_their_codes(text, code):
    assert recognise_contrast_agent(text) == code


def test_facts_are_read_from_real_headers(shared_data):
    folder = shared_data / "dicom" / "mr_brain_ge_deident"
    facts = series_facts(pydicom.dcmread(sorted(folder.iterdir())[0]))

    assert (facts.modality, facts.slice_thickness_mm, facts.field_strength_t) == ("MR", 1.2, 3.0)
    assert recognise_sequence(facts).code in {"T1FS", None}


@pytest.mark.parametrize(
    ("time", "seconds"),
    [("101500", 36900.0), ("1015", 36900.0), ("101500.5", 36900.5), ("", None), ("x", None)],
)
def test_times_are_seconds_of_the_day(time, seconds):
    dataset = pydicom.Dataset()
    dataset.AcquisitionTime = time if time != "x" else None

    assert series_facts(dataset).acquisition_s == seconds


def test_a_field_strength_in_gauss_is_read_as_tesla():
    dataset = pydicom.Dataset()
    dataset.MagneticFieldStrength = "15000"

    assert series_facts(dataset).field_strength_t == 1.5
