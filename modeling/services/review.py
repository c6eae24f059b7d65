"""A clinician's decision on a score: accepted, or overridden with a reason; the score stays as it was."""

from django.db import transaction
from django.utils.translation import gettext as _

from edc import access, audit
from edc.errors import InvalidInput, NotNow
from edc.models import User
from modeling.models import Band, ModelVersion, Score, ScoreReview

NOT_APPLICABLE = "not_applicable"


@transaction.atomic
def review_score(
    *, score: Score, decision: str, band: str = "", reason_code: str = "", reason: str = "", actor: User
) -> ScoreReview:
    """Record the actor's decision, once. An override names another band, or not_applicable, and a reason."""
    access.require(actor, "review_scores", site=score.subject.site)
    score = Score.objects.select_for_update().select_related("model_version").get(pk=score.pk)
    if score.model_version.state != ModelVersion.State.APPROVED:
        raise NotNow(_("This model is not approved for use; its scores cannot be reviewed."))
    if score.reviews.filter(reviewer=actor).exists():
        raise NotNow(_("You have already reviewed this score."))
    review = ScoreReview(
        score=score, reviewer=actor, decision=decision, band=_band(score, decision, band),
        reason_code=reason_code, reason=reason.strip(),
    )  # fmt: skip
    if decision == ScoreReview.Decision.OVERRIDE and not review.reason:
        raise InvalidInput(
            _("Say why you override the score."), fields={"reason": _("A reason is required.")}
        )
    review.save()
    audit.record(
        actor=actor, action="score.reviewed", target=score, place=audit.place_of(score),
        before={"band": score.band, "value": score.value, "model": str(score.model_version)},
        after={"decision": decision, "band": review.band, "reason_code": reason_code},
        reason=review.reason[:300],
    )  # fmt: skip
    return review


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
