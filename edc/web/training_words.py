"""The words and shapes of the states of training."""

from django.utils import timezone
from django.utils.translation import gettext as _

from edc.selectors.training import TrainingLine

SHAPES = {"done": "done", "waits": "halt", "due": "due", "open": "todo"}


def state_words(line: TrainingLine) -> tuple[str, str]:
    """Return the shape of a line's state and its words in the language of the page."""
    if line.state == "due" and line.stops is not None:
        day = timezone.localtime(line.stops).strftime("%Y-%m-%d %H:%M")
        return SHAPES["due"], _("To read before %(day)s") % {"day": day}
    words = {
        "done": _("On record"),
        "waits": _("The role waits for it"),
        "open": _("To read, nothing waits for it"),
    }
    return SHAPES[line.state], words[line.state]
