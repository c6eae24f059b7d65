"""Source evidence as each person may see it: pages of the source for both passes, words typed for neither."""

from collections import Counter

from django.db.models import Q, QuerySet

from edc import access
from edc.models import Evidence, FormInstance, User
from edc.selectors.visible import BOTH_SEALED

MOST_OF_A_FORM = 40


def evidence_visible_to(actor: User | None) -> QuerySet[Evidence]:
    """Return the pages and passages that the actor may open; what is withdrawn is nobody's.

    A page is the source itself: whoever enters data at the site sees it. A passage is what one person typed
    from the source, so the other pass sees it only when the form is final. Who resolves differences sees
    both once both passes are sealed, who reads data once the form is final. The items that each is tied to
    are part of a person's work: pages read them through `evidence_of` alone.
    """
    entering = access.sites_for(actor, "enter_data")
    resolving = access.sites_for(actor, "resolve_disagreement")
    reading = access.sites_for(actor, "view_data")
    seen = (
        Q(form__subject__site__in=entering, kind=Evidence.Kind.PAGE)
        | Q(form__subject__site__in=entering, uploaded_by_id=getattr(actor, "pk", None))
        | Q(form__subject__site__in=resolving, form__status__in=BOTH_SEALED)
        | Q(form__subject__site__in=reading, form__status__in=FormInstance.FINAL)
    )
    held = Evidence.objects.filter(seen, withdrawn_at__isnull=True)
    held = held.select_related("form__subject__site", "form__design_version", "uploaded_by")
    return held.defer("form__design_version__content")


def evidence_of(actor: User | None, form: FormInstance) -> list[Evidence]:
    """Return what the actor may open of a form, the oldest first; `paths` is empty where the actor may
    not know the items that another person tied it to. The rows are to be read, not saved.
    """
    found = list(evidence_visible_to(actor).filter(form=form)[:MOST_OF_A_FORM])
    knows = form.status in FormInstance.FINAL or (
        form.status in BOTH_SEALED and access.may(actor, "resolve_disagreement", site=form.subject.site)
    )
    for each in found:
        if not knows and each.uploaded_by_id != getattr(actor, "pk", None):
            each.paths = []
    return found


def evidence_for(actor: User | None, form: FormInstance, path: str) -> list[Evidence]:
    """Return what the actor may open beside one item: what is tied to it first, then the pages whose items
    the actor may not know.
    """
    found = evidence_of(actor, form)
    return [each for each in found if path in each.paths] + [each for each in found if not each.paths]


def sources_by_path(form: FormInstance, actor: User | None) -> dict[str, int]:
    """Return how many pages and passages the actor knows to be tied to each item."""
    return Counter(path for each in evidence_of(actor, form) for path in each.paths)
