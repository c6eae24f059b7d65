"""Asking the site what the source says where two passes differ, in words that tell neither value."""

from django.db import transaction
from django.utils.translation import gettext as _

from edc import access, audit
from edc.errors import NotNow
from edc.models import Disagreement, FormInstance, Query, User
from edc.services.lock import require_open
from edc.services.query.asking import asking_role, first_state

STANDARD = "source-of-difference"
# Fixed, so that no value of either pass can slip into them; the item is named by the query's place.
TEXT_ZH = "请查看原始资料，并在回复中写明原始资料记载的内容（含单位与日期）。"
TEXT_EN = "Look this up in the source, and answer with what the source says, unit and date included."
ROW_ZH = "请查看原始资料，并在回复中逐行列出原始资料记载的内容。"
ROW_EN = "Look this table up in the source, and answer with every row that the source has."


@transaction.atomic
def ask_site(*, disagreement: Disagreement, actor: User) -> Query:
    """Ask about a difference that is open; the words are fixed and show neither value nor who entered it.

    A whole row has no item to stand at, so it is asked about on the form. Raise NotNow while the question
    before is not settled, or for whoever entered one of the passes.
    """
    site = disagreement.form.subject.site
    access.require(actor, "resolve_disagreement", site=site)
    access.require(actor, "raise_query", site=site)
    form = FormInstance.objects.select_for_update().get(pk=disagreement.form_id)
    is_row = disagreement.kind == Disagreement.Kind.ROW
    path = "" if is_row else disagreement.path
    require_open(form, path=path, asking=True)
    _check(form, disagreement, path, actor)
    role = asking_role(actor, site)
    query = Query.objects.create(
        form=form, path=path, origin=Query.Origin.MANUAL, text_zh=ROW_ZH if is_row else TEXT_ZH,
        text_en=ROW_EN if is_row else TEXT_EN, raised_by=actor, owner_role=role, standard_code=STANDARD,
        state=first_state(form, role),
    )  # fmt: skip
    after = {"text": {"zh": query.text_zh, "en": query.text_en}, "state": query.state, "owner": role}
    audit.record(actor=actor, action="query.raised", target=query, path=path, after=after)
    return query


def _check(form: FormInstance, disagreement: Disagreement, path: str, actor: User) -> None:
    if form.status != FormInstance.Status.DISAGREEMENT or disagreement.held is not None:
        raise NotNow(_("This disagreement has been resolved already."))
    if actor.pk in (disagreement.first.observer_id, disagreement.second.observer_id):
        raise NotNow(_("You entered one of the passes. Another person must resolve the disagreement."))
    unsettled = (*Query.UNSETTLED, Query.State.CANDIDATE)
    asked = form.queries.filter(path=path, standard_code=STANDARD, state__in=unsettled).first()
    if asked is not None:
        raise NotNow(_("The site has been asked already: Q-%(number)s.") % {"number": asked.pk})
