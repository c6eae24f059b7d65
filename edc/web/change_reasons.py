"""The reason for a change as a page asks it: picked first, the last one of the form offered again."""

from edc.models import FormInstance
from edc.services.reasons import ChangeReason, change_reason
from edc.web.request import Request

KEY = "change_reason"


def posted_reason(request: Request) -> str:
    """Return the reason that was posted, as it is kept."""
    return change_reason(request.POST.get("reason_code", ""), text=request.POST.get("reason", ""))


def remember_reason(request: Request, form: FormInstance) -> None:
    """Offer the reason just given for the next item of this form; another form begins without one."""
    request.session[KEY] = [
        form.pk,
        request.POST.get("reason_code", ""),
        request.POST.get("reason", "")[:300],
    ]


def reason_choices(request: Request, form: FormInstance) -> dict[str, object]:
    """Return the reasons to pick from and the one given last for this form."""
    pk, code, text = request.session.get(KEY) or (None, "", "")
    given = (code, text) if pk == form.pk else ("", "")
    return {"reasons": ChangeReason.choices, "given_code": given[0], "given_text": given[1]}
