"""The life of a design draft: written, checked, reviewed by another person, published."""

from edc.services.design_draft.change import (
    Change,
    change_draft,
    change_together,
    explain_wording,
    reword_code,
)
from edc.services.design_draft.review import comment_on_draft, publish_draft, send_draft_back, submit_draft
from edc.services.design_draft.start import Brought, drop_draft, replace_draft, start_draft

__all__ = [
    "Brought",
    "Change",
    "change_draft",
    "change_together",
    "comment_on_draft",
    "drop_draft",
    "explain_wording",
    "publish_draft",
    "replace_draft",
    "reword_code",
    "send_draft_back",
    "start_draft",
    "submit_draft",
]
