"""Modeling's part in edc's pages: tabs, the scores that wait, a chip for each subject."""

from collections.abc import Sequence

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from edc.extensions import Chip, OwedWork, ProposedValue, Tab
from edc.models import FormInstance, Site, Study, Subject, User
from modeling import selectors
from modeling.models import Score
from modeling.services.views import record_scores_shown
from modeling.web.wording import model_title, short_band, whole

MINUTES = 4
MOST = 50


class ModelingExtension:
    """See `edc.extensions.Extension`; every answer is filtered by the selectors."""

    key = "scores"

    def tabs(self, *, held: frozenset[str]) -> Sequence[Tab]:
        """Offer the scores to who sees them, and the analyses to who starts them."""
        tabs = []
        if held & {"view_scores", "review_scores"}:
            tabs.append(Tab(_("Score review"), reverse("review-worklist"), "/modeling/review"))
        if "run_models" in held:
            tabs.append(Tab(_("Analyses"), reverse("analyses"), "/modeling/runs"))
        if held & {"develop_models", "approve_models"}:
            tabs.append(Tab(_("Models"), reverse("models"), "/modeling/models"))
        return tabs

    def owed(self, *, actor: User, study: Study, site: Site | None) -> Sequence[OwedWork]:
        """Return the scores that wait for the clinician."""
        waiting = selectors.waiting_scores(actor).filter(subject__study=study)
        if site is not None:
            waiting = waiting.filter(subject__site=site)
        shown = list(waiting.order_by("created_at", "pk")[:MOST])
        record_scores_shown(scores=shown, actor=actor)
        return [_owed(score) for score in shown]

    def form_panel(self, *, actor: User, form: FormInstance) -> tuple[str, dict] | None:
        return None

    def proposals(self, *, actor: User, form: FormInstance) -> Sequence[ProposedValue]:
        return []

    def subject_chips(self, *, actor: User, subjects: Sequence[Subject]) -> dict[int, Chip]:
        """Return each subject's newest score that the actor may see."""
        scores = selectors.latest_scores(actor, list(subjects))
        record_scores_shown(scores=scores.values(), actor=actor)
        return {pk: _chip(score) for pk, score in scores.items()}

    def lacking(self, *, actor: User, subjects: QuerySet[Subject]) -> QuerySet[Subject]:
        held = selectors.scores_visible_to(actor).filter(subject=OuterRef("pk"))
        return subjects.filter(~Exists(held))


def _owed(score: Score) -> OwedWork:
    return OwedWork(
        kind="review",
        title=model_title(score.model_version),
        subject_key=score.subject.subject_key,
        event_name=_("Not scored") if score.abstained else f"{whole(score.value)} {score.get_band_display()}",
        blocks="",
        due=None,
        minutes=MINUTES,
        url=reverse("review", args=[score.pk]),
        action=_("Review"),
    )


def _chip(score: Score) -> Chip:
    url = reverse("review", args=[score.pk])
    if score.abstained:
        return Chip("halt", _("Not scored"), url)
    return Chip("done", f"{whole(score.value)} {short_band(score.band)}", url)
