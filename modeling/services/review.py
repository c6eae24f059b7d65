"""A clinician's decision on a score: accepted, or overridden with a reason; the score stays as it was."""

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from edc import access, audit
from edc.errors import InvalidInput, NotNow
from edc.models import User
from modeling.models import Band, ModelVersion, Score, ScoreReview

NOT_APPLICABLE = "not_applicable"
NO_SCORE = "no_score"
OTHER = "other"
# Why a clinician stands by another band than the model.
REASONS = {
    "input_wrong": gettext_lazy("An input differs from the source"),
    "mask_wrong": gettext_lazy("The lesion is drawn wrongly"),
    "not_in_model": gettext_lazy("Something the model does not know"),
    NO_SCORE: gettext_lazy("No score; judged clinically"),
    OTHER: gettext_lazy("Another reason"),
}


@transaction.atomic
def review_score(
    *, score: Score, decision: str, band: str = "", reason_code: str = "", reason: str = "", actor: User
) -> ScoreReview:
    """Record the actor's decision, once.

    An override names another band, or not_applicable, and a reason: a code of REASONS, or words, or both;
    `other` needs words. On an abstention only an override to not_applicable is left.
    """
    access.require(actor, "review_scores", site=score.subject.site)
    score = Score.objects.select_for_update().select_related("model_version").get(pk=score.pk)
    if score.model_version.state != ModelVersion.State.APPROVED:
        raise NotNow(_("This model is not approved for use; its scores cannot be reviewed."))
    if score.reviews.filter(reviewer=actor).exists():
        raise NotNow(_("You have already reviewed this score."))
    review = ScoreReview(
        score=score, reviewer=actor, decision=decision, band=_band(score, decision, band),
        reason_code=reason_code, reason=_reason(decision, reason_code, reason),
    )  # fmt: skip
    review.save()
    audit.record(
        actor=actor, action="score.reviewed", target=score, place=audit.place_of(score),
        before={"band": score.band, "value": score.value, "model": str(score.model_version)},
        after={"decision": decision, "band": review.band, "reason_code": reason_code},
        reason=review.reason[:300],
    )  # fmt: skip
    return review


def _reason(decision: str, code: str, words: str) -> str:
    """Return what is kept as the reason: the words, else the words of the code."""
    if code and code not in REASONS:
        raise InvalidInput(
            _("Choose a reason of the list."), fields={"reason_code": _("Choose a reason of the list.")}
        )
    words = words.strip()
    if decision == ScoreReview.Decision.ACCEPT or words:
        return words
    if not code or code == OTHER:
        raise InvalidInput(
            _("Say why you override the score."), fields={"reason": _("A reason is required.")}
        )
    return str(REASONS[code])


def _band(score: Score, decision: str, band: str) -> str:
    if decision == ScoreReview.Decision.ACCEPT:
        if score.abstained:
            raise InvalidInput(
                _("The model gave no score; there is nothing to accept."), fields={"decision": decision}
            )
        return score.band
    if (
        decision != ScoreReview.Decision.OVERRIDE
        or band not in {*Band.values, NOT_APPLICABLE}
        or band == score.band
    ):
        raise InvalidInput(
            _("Choose another band, or not applicable."),
            fields={"band": _("Choose one of the offered bands.")},
        )
    return band
