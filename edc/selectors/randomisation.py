"""Lists of allocations and what of them each person may see."""

from dataclasses import dataclass

from django.db.models import Count, QuerySet

from edc import access
from edc.design.stratum_check import SITE
from edc.models import (
    Allocation,
    AllocationList,
    AllocationRow,
    FormInstance,
    ItemValue,
    Study,
    Subject,
    User,
)
from edc.row_security import every_site
from edc.selectors.activation import active_version

# Who treats the subject at the site allocates and sees the allocation; the file is kept by the designers.
ALLOCATES = "enrol_subject"
KEEPS = "manage_design"


def list_in_force(study: Study) -> AllocationList | None:
    """Return the list by which the study allocates."""
    return study.allocation_lists.filter(state=AllocationList.State.IN_FORCE).first()


def strata_of(found: AllocationList) -> list[str]:
    """Return the strata of a list, sorted."""
    return sorted(set(found.rows.values_list("stratum", flat=True)))


def stratum_from_data(subject: Subject) -> str | None:
    """Return the stratum that the subject's completed forms say, such as `F/S01`; None where they do not.

    It is made of the codes of the items that the design in use at the site names, in their order.
    """
    version = active_version(subject.site)
    named = version.design.stratification if version else ()
    codes = [subject.site.oid if oid == SITE else _code(subject, oid) for oid in named]
    return "/".join(str(code) for code in codes) if codes and None not in codes else None


def _code(subject: Subject, item_oid: str) -> str | None:
    """Return the one code that the item has in all completed forms of the subject."""
    held = ItemValue.objects.filter(
        form__subject=subject, form__status__in=FormInstance.FINAL, item_oid=item_oid
    )
    said = {row.value if not row.missing else None for row in held}
    return said.pop() if len(said) == 1 else None


def stratum_to_use(subject: Subject, found: AllocationList) -> str | None:
    """Return the stratum of the list that the subject's data say; None where a person has to choose."""
    said = stratum_from_data(subject)
    return said if said is not None and found.rows.filter(stratum=said).exists() else None


def lists_visible_to(actor: User | None, study: Study | None = None) -> QuerySet[AllocationList]:
    """Return the lists of the studies whose design the actor keeps; what their rows say is in no page."""
    found = AllocationList.objects.filter(study__in=access.studies_for(actor, KEEPS))
    return found if study is None else found.filter(study=study)


@dataclass(frozen=True)
class Stratum:
    """How many places a stratum has and how many are taken."""

    name: str
    places: int
    taken: int


def use_of(found: AllocationList) -> list[Stratum]:
    """Return how far each stratum of the list is used, at all sites together."""
    with every_site("how many places of a list are taken, which tells of no subject"):
        rows = AllocationRow.objects.filter(list=found).values("stratum")
        counted = rows.annotate(places=Count("pk"), taken=Count("allocation")).order_by("stratum")
        return [Stratum(each["stratum"], each["places"], each["taken"]) for each in counted]


def allocation_visible_to(actor: User | None, subject: Subject) -> Allocation | None:
    """Return the subject's allocation for who allocates at the site; None for everybody else."""
    if not access.may(actor, ALLOCATES, site=subject.site):
        return None
    found = Allocation.objects.filter(subject=subject)
    return found.select_related("row__list", "allocated_by").first()
