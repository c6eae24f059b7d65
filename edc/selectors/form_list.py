"""Forms as a list: by what they wait for, by form, and by part of a screening number."""

from collections.abc import Callable, Mapping

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from edc import access
from edc.models import FormInstance, Signature, Site, Study, User
from edc.selectors import subject_counts
from edc.selectors.owed import LEFT, reached
from edc.selectors.visible import forms_visible_to, sites_of

Status = FormInstance.Status
SHOWN: dict[str, tuple[Promise, tuple[str, ...]]] = {
    "": (gettext_lazy("All"), tuple(Status)),
    "to-verify": (gettext_lazy("To verify"), (Status.COMPLETE,)),
    "to-sign": (gettext_lazy("To sign"), (Status.COMPLETE, Status.VERIFIED)),
    "disagreement": (gettext_lazy("Disagreement"), (Status.DISAGREEMENT,)),
    "final": (gettext_lazy("Complete"), FormInstance.FINAL),
    "verified": (gettext_lazy("Verified"), (Status.VERIFIED, Status.SIGNED, Status.LOCKED)),
    "signed": (gettext_lazy("Signed"), (Status.SIGNED, Status.LOCKED)),
}


def _unsigned() -> Q:
    held = Signature.objects.filter(form=OuterRef("pk"), broken_at__isnull=True)
    return Q(status__in=FormInstance.FINAL) & ~Q(Exists(held))


# What the checklist of a lock opens; the page shows these when they are asked for.
MORE_SHOWN: dict[str, tuple[Promise, Callable[[], Q]]] = {
    "open": (
        gettext_lazy("Not entered"),
        lambda: Q(mandatory=True, status__in=(Status.TO_DO, Status.FIRST_SEALED)) & reached(),
    ),
    "draft": (gettext_lazy("Drafts"), lambda: Q(drafts__isnull=False)),
    "unsigned": (gettext_lazy("Not signed"), _unsigned),
}
# The name under which the database keeps their number.
KEPT_AS = {"open": "unfinished", "draft": "drafts", "unsigned": "unsigned"}
ORDERS = {
    "waiting": ("status_changed_at", "pk"),
    "subject": ("subject__subject_key", "event__ordinal", "ordinal", "pk"),
    "-changed": ("-status_changed_at", "-pk"),
}


def forms_of(
    actor: User, study: Study, site: Site | None, asked: Mapping[str, str]
) -> QuerySet[FormInstance]:
    """Return the forms of the study and site in any state; filters: `q` part of a number, `form` its OID."""
    found = forms_visible_to(actor).filter(subject__study=study).exclude(subject__status__in=LEFT)
    if site:
        found = found.filter(subject__site=site)
    if asked.get("site"):
        found = found.filter(subject__site__oid=asked["site"])
    if asked.get("form"):
        found = found.filter(form_oid=asked["form"])
    text = asked.get("q", "").strip()
    return found.filter(subject__subject_key__icontains=text) if text else found


def form_counts(actor: User, study: Study, site: Site | None, asked: Mapping[str, str]) -> dict[str, int]:
    """Return how many forms of `forms_of` are in each status, and how many each of `MORE_SHOWN` shows where
    that is known without asking each form.
    """
    if not subject_counts.are_kept() or asked.get("form"):
        rows = forms_of(actor, study, site, asked).order_by().values_list("status")
        return dict.fromkeys(Status.values, 0) | dict(rows.annotate(Count("pk")))
    sites = sites_of(access.sites_for(actor, "view_subjects"), study, site)
    if asked.get("site"):
        sites = sites.filter(oid=asked["site"])
    names = (*Status.values, *KEPT_AS.values())
    return subject_counts.sums(sites, names, text=asked.get("q", "").strip())


def count_shown(counts: Mapping[str, int], show: str) -> int | None:
    """Return from these counts how many forms the list shows; None where they do not tell."""
    if show in MORE_SHOWN:
        return counts.get(KEPT_AS[show])
    return sum(counts[each] for each in SHOWN.get(show, SHOWN[""])[1])


def forms_matching(
    actor: User, study: Study, site: Site | None, asked: Mapping[str, str]
) -> QuerySet[FormInstance]:
    """Return the list as the page shows it: `show` names what the forms wait for, `sort` the order."""
    show = asked.get("show", "")
    found = forms_of(actor, study, site, asked)
    if show in MORE_SHOWN:
        found = found.filter(pk__in=found.filter(MORE_SHOWN[show][1]()).order_by().values("pk"))
    else:
        found = found.filter(status__in=SHOWN.get(show, SHOWN[""])[1])
    return found.order_by(*ORDERS.get(asked.get("sort", ""), ORDERS["waiting"]))
