"""Whether a person enters this form now, and which pass; otherwise why not."""

from dataclasses import dataclass

from edc import access
from edc.errors import NotNow
from edc.models import FormInstance, Stream, User
from edc.services.entry.consent import require_consent
from edc.services.passes import FIRST, SECOND, pass_for


@dataclass(frozen=True)
class Turn:
    """`stream` is the pass that the person enters; empty where it is not their turn, and `why` says why."""

    stream: str = ""
    why: str = ""

    @property
    def is_second(self) -> bool:
        return self.stream == Stream.ENTRY_2


def turn_of(form: FormInstance, actor: User) -> Turn:
    """Return the actor's turn at the form; opening the draft asks again under a lock."""
    if form.status not in (*FIRST, *SECOND) or not access.may(actor, "enter_data", site=form.subject.site):
        return Turn()
    try:
        stream = pass_for(form, actor)
        require_consent(form, actor)
    except NotNow as reason:
        return Turn(why=str(reason))
    return Turn(stream)
