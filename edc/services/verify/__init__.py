"""Source data verification: plans, draws, marks on items and forms, and what breaks them."""

from edc.services.verify.due import refresh_due
from edc.services.verify.marks import take_back, verify_form, verify_items
from edc.services.verify.plans import PlanTerms, make_plan

__all__ = ["PlanTerms", "make_plan", "refresh_due", "take_back", "verify_form", "verify_items"]
