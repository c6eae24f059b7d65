"""Freezing and locking, from one item to the study."""

from edc.services.lock.guard import require_open, require_place_open
from edc.services.lock.holds import Spot, lift_hold, lock_form, place_hold, unlock_form
from edc.services.lock.requests import ask_hold, decide_hold, require_decider

__all__ = [
    "Spot",
    "ask_hold",
    "decide_hold",
    "lift_hold",
    "lock_form",
    "place_hold",
    "require_decider",
    "require_open",
    "require_place_open",
    "unlock_form",
]
