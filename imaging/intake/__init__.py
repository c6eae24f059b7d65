"""Bounded reading of untrusted DICOM bytes: parse within limits or refuse with a stable code."""

from imaging.intake.limits import Limits
from imaging.intake.read import read_instance
from imaging.intake.refusal import RefusedInstance

__all__ = ["Limits", "RefusedInstance", "read_instance"]
