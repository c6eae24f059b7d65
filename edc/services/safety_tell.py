"""What every step of a safety case shares: who may, how a case is made, and who is told."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db.models import Max
from django.urls import reverse

from edc import access, audit
from edc.models import REPORT_WITHIN, FormInstance, Notification, SafetyCase, Site, Study, User
from edc.row_security import every_site
from edc.selectors.safety_cases import FOLLOWING, REPORTING
from edc.services.notifications import notify


def require_any(actor: User, site: Site, *permissions: str) -> None:
    """Raise PermissionDenied unless the actor holds one of these at the site."""
    if not any(access.may(actor, name, site=site) for name in permissions):
        raise PermissionDenied(permissions[0])


def make_case(form: FormInstance, row_key: str | None, aware_at: datetime, actor: User) -> SafetyCase:
    """Open the next case of the study and start its clock; without a row it was opened by hand."""
    due_at = aware_at + REPORT_WITHIN
    study = Study.objects.select_for_update(no_key=True).get(pk=form.subject.study_id)
    with every_site("a case has the next number of its study"):
        last = study.safety_cases.aggregate(last=Max("number"))["last"] or 0
    case = SafetyCase.objects.create(
        study=study, number=last + 1, subject=form.subject, form=form, row_key=row_key, aware_at=aware_at,
        due_at=due_at, opened_by=actor if row_key is None else None,
    )  # fmt: skip
    after = {"number": case.number, "aware_at": aware_at.isoformat(), "due_at": due_at.isoformat()}
    after |= {"by_hand": row_key is None}
    audit.record(actor=actor, action="safety_case.opened", target=case, after=after)
    tell(case, Notification.Kind.SAE_OPENED, *REPORTING, *FOLLOWING)
    return case


def tell(case: SafetyCase, kind: str, *permissions: str, but: User | None = None) -> None:
    """Tell the people of the site who must know; the number says nothing of the subject."""
    site = case.subject.site
    people = access.holders_at(site, *permissions)
    notify(
        users=people.exclude(pk=but.pk) if but else people, kind=kind, about=str(case),
        url=reverse("safety-case", args=[case.pk]), study=case.study, site=site,
    )  # fmt: skip
