"""Synthetic cohort: four-phase abdominal CT phantoms with matching clinical values and outcomes.

Nothing here comes from a patient. The images look like an upper-abdomen CT so that pages, readers and engines
can be tried; the relation between image, laboratory values and outcome is invented.
"""

from modeling.synthetic.case import (
    DEMO_SIZE,
    PHASES,
    TRAINING_SIZE,
    PhaseVolume,
    SyntheticCase,
    make_case,
    make_cohort,
)
from modeling.synthetic.dicom import write_dicom

__all__ = [
    "DEMO_SIZE",
    "PHASES",
    "TRAINING_SIZE",
    "PhaseVolume",
    "SyntheticCase",
    "make_case",
    "make_cohort",
    "write_dicom",
]
