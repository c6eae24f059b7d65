"""What a reader asks of the audit trail: the same filters for the page, the export and a saved review."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime, time, timedelta

from django.db.models import CharField, Q, QuerySet
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.dateparse import parse_date

from edc.models import AuditEvent, Coding, FormInstance, Query, Signature, User, Verification
from edc.numbers import whole_number
from edc.selectors.audit_trail import audit_visible_to

# The rows that belong to a form, and how each leads to it.
ABOUT_A_FORM = {
    "edc.coding": (Coding, "form__form_oid"),
    "edc.forminstance": (FormInstance, "form_oid"),
    "edc.query": (Query, "form__form_oid"),
    "edc.signature": (Signature, "form__form_oid"),
    "edc.verification": (Verification, "form__form_oid"),
}


@dataclass(frozen=True)
class AuditFilter:
    """The filters by their names in a page's address; an empty one filters nothing."""

    study: str = ""
    site: str = ""
    subject: str = ""
    form: str = ""
    item: str = ""
    person: str = ""
    role: str = ""
    action: str = ""
    channel: str = ""
    since: str = ""
    until: str = ""
    target: str = ""
    target_id: str = ""
    request: str = ""
    after: str = ""

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> "AuditFilter":
        """Take the filters out of a query string; what is no filter is left out."""
        return cls(**{each.name: str(asked.get(each.name) or "").strip() for each in fields(cls)})

    def given(self) -> dict[str, str]:
        """Return the filters that are set."""
        return {name: text for name, text in asdict(self).items() if text}

    def of_study(self, oid: str) -> "AuditFilter":
        """Return the same filters on one study."""
        return AuditFilter(**{**asdict(self), "study": oid})


def matching(actor: User | None, wanted: AuditFilter) -> QuerySet[AuditEvent]:
    """Return the visible events that the filters leave, the newest first; a date that is none is left out.

    The study filter also leaves events of accounts, which belong to no study.
    """
    found = audit_visible_to(actor)
    plain = {
        "site__oid": wanted.site,
        "subject__subject_key__iexact": wanted.subject,
        "actor_name__icontains": wanted.person,
        "action__startswith" if wanted.action.endswith(".") else "action": wanted.action,
        "channel": wanted.channel,
        "target_type": wanted.target,
        "target_id": wanted.target_id,
        "request_id": wanted.request,
        "pk__gt": whole_number(wanted.after),
        "at__gte": _midnight(wanted.since),
        "at__lt": _midnight(wanted.until, days=1),
    }
    found = found.filter(**{name: value for name, value in plain.items() if value})
    for narrowed in (_study(wanted.study), _role(wanted.role), _item(wanted.item), _form(wanted.form)):
        found = found.filter(narrowed)
    return found.order_by("-pk")


def _study(oid: str) -> Q:
    return Q(study__oid=oid) | Q(study__isnull=True) if oid else Q()


def _role(role: str) -> Q:
    return Q(role=role) | Q(role__startswith=f"{role},") | Q(role__endswith=f",{role}") | Q(
        role__contains=f",{role},"
    ) if role else Q()  # fmt: skip


def _item(oid: str) -> Q:
    return Q(path__iexact=oid) | Q(path__istartswith=f"{oid}[") if oid else Q()


def _form(oid: str) -> Q:
    if not oid:
        return Q()
    about = Q(pk__in=[])
    for name, (model, lookup) in ABOUT_A_FORM.items():
        rows = model._default_manager.filter(**{lookup: oid}).annotate(
            key=Cast("pk", CharField(max_length=40))
        )
        about |= Q(target_type=name, target_id__in=rows.values("key"))
    return about


def _midnight(text: str, days: int = 0) -> datetime | None:
    """Return the beginning of a day of the local calendar, so many days later; None for what is no day."""
    try:
        day = parse_date(text)
    except ValueError:
        return None
    return timezone.make_aware(datetime.combine(day + timedelta(days=days), time.min)) if day else None
