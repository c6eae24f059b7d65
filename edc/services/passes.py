"""Whose turn it is: which pass of a form a person may enter."""

from django.utils.translation import gettext as _

from edc.errors import NotNow
from edc.models import INDEPENDENT, FormInstance, Stream, User

Status = FormInstance.Status
FIRST = (Status.TO_DO, Status.FIRST_DRAFT)
SECOND = (Status.FIRST_SEALED, Status.SECOND_DRAFT)


def pass_for(form: FormInstance, actor: User) -> str:
    """Return the stream that the actor enters now; raise NotNow, telling nothing of the other pass's content.

    The form must be locked by the caller.
    """
    if form.status not in (*FIRST, *SECOND):
        raise NotNow(_("Both passes of this form are done; ask for a correction instead."))
    if form.observations.filter(observer=actor, stream__in=INDEPENDENT).exists():
        raise NotNow(_("You have entered this form once. Another person must enter the second pass."))
    stream = Stream.ENTRY_1 if form.status in FIRST else Stream.ENTRY_2
    if form.drafts.filter(stream=stream).exclude(observer=actor).exists():
        raise NotNow(_("Another person is entering this pass now. Choose another form of your list."))
    return stream
