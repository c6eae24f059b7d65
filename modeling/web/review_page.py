"""What the page of one score shows."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from edc import access
from edc.design.study import StudyDesign
from edc.models import Subject, User
from edc.selectors import values_visible_to
from edc.selectors.evaluation import in_language
from edc.services.visit_plan import anchors_of
from edc.templatetags.tandem import local
from edc.web.request import Request
from imaging.models import ImagingStudy, Series
from imaging.selectors import series_visible_to
from modeling import selectors
from modeling.models import Band, ModelVersion, Score
from modeling.services.review import NO_SCORE, NOT_APPLICABLE, REASONS
from modeling.web import charts
from modeling.web.wording import BAND_CLASS, horizon_of, item_words, model_title, percent, phase_words

AGE = "IT.DM.AGE"
FACTS = ("IT.DM.SEX", AGE, "IT.PSL.BCLCD", "IT.LVB.PVTT")
NAMED = frozenset({"IT.PSL.BCLCD", "IT.LVB.PVTT"})
PHASE_ORDER = ("AP", "PVP", "DP", "PLAIN")
# Window width and level of the abdomen, in Hounsfield units.
ABDOMEN = [350, 40]
DICOM_WEB_ROOT = "/api/v1/dicom-web"


def review_context(request: Request, score: Score) -> dict[str, Any]:
    """Return everything the page of a score shows to this person."""
    user = request.user
    may_review = access.may(user, "review_scores", site=score.subject.site)
    mine = next((review for review in score.reviews.all() if review.reviewer_id == user.pk), None)
    usable = score.model_version.state == ModelVersion.State.APPROVED
    return {
        "score": score,
        "demo": score.model_version.demonstration,
        "title": model_title(score.model_version),
        "facts": facts_of(user, score.subject),
        "band_class": BAND_CLASS.get(score.band, ""),
        "mine": mine,
        "can_decide": may_review and usable and mine is None,
        "reasons": [(code, words) for code, words in REASONS.items() if code != NO_SCORE],
        "other_bands": _other_bands(score),
        "versions": versions_of(user, score),
        "checks": checks_of(score),
        "viewer": viewer_of(user, score),
        "trail": short_trail(score),
        "again": run_again(user, score) if score.abstained else None,
        **_around(user, score),
        **(_plots(score) if not score.abstained else {}),
    }


def facts_of(user: User, subject: Subject) -> list[str]:
    """Return the few facts of the case beside its number, as far as the person may see form data."""
    design = subject.design_version.design
    rows = values_visible_to(user).filter(form__subject=subject, item_oid__in=FACTS, value__isnull=False)
    found = {row.item_oid: row.value for row in rows.order_by("-form__event__ordinal", "-pk")}
    facts = []
    for oid in FACTS:
        if oid in found:
            words = item_words(design, oid, found[oid])
            if oid == AGE:
                words = _("%(age)s years old") % {"age": found[oid]}
            facts.append(f"{label_of(design, oid)} {words}" if oid in NAMED else words)
    index = anchors_of(subject).index if found else None
    return [*facts, _("Treatment began %(day)s") % {"day": index.isoformat()}] if index else facts


def label_of(design: StudyDesign, oid: str) -> str:
    return in_language(design.item(oid).label)


def run_again(user: User, score: Score) -> dict[str, object] | None:
    """Return what to send to start the same analysis anew; None for whom may not or a model out of use."""
    analysis = score.run.analysis
    usable = score.model_version.state != ModelVersion.State.RETIRED
    if not usable or not access.may(user, "run_models", site=score.subject.site):
        return None
    return {
        "url": reverse("analysis-start", args=[analysis.imaging_study_id]),
        "fields": {
            "model": score.model_version_id,
            "segmentation": analysis.segmentation_id or "",
            "seed": ", ".join(str(each) for each in analysis.seed or []),
        },
    }


def _other_bands(score: Score) -> list[tuple[str, str]]:
    bands = [(band.value, str(band.label)) for band in Band if band.value != score.band]
    return [*bands, (NOT_APPLICABLE, _("Not applicable"))]


def _around(user: User, score: Score) -> dict[str, Any]:
    """Return the place of the score among those that wait, and its neighbours there."""
    waiting = selectors.waiting_scores(user).filter(subject__study_id=score.subject.study_id)
    order = list(waiting.order_by("created_at", "pk").values_list("pk", flat=True))
    if score.pk in order:
        at = order.index(score.pk)
        before, after = order[at - 1 : at] if at else [], order[at + 1 : at + 2]
        return {
            "waiting": len(order), "place": at + 1,
            "previous": before[0] if before else None, "following": after[0] if after else None,
        }  # fmt: skip
    return {"waiting": len(order), "place": None, "previous": None, "following": order[0] if order else None}


def _plots(score: Score) -> dict[str, Any]:
    months, free = horizon_of(score), 1 - (score.probability or 0)
    trace = reverse("review-provenance", args=[score.pk])

    def link(row: Mapping) -> str:
        return f"{trace}#{row['name']}"

    return {
        "band_chart": charts.band_chart(score),
        "band_words": charts.band_words(score),
        "contribution_chart": charts.contribution_chart(score, link),
        "survival_chart": charts.survival_chart(score),
        "survival_words": charts.survival_words(score) if charts.survival_chart(score) else "",
        "cohort_words": charts.cohort_words(score),
        "outlook": _("Free of progression at %(months)d months: %(share)s (90%% interval %(low)s–%(high)s).")
        % {
            "months": months,
            "share": percent(free),
            "low": percent(1 - (score.interval_high or 0) / 100),
            "high": percent(1 - (score.interval_low or 0) / 100),
        },
        "mean": score.inputs.get("mean_score"),
    }


def checks_of(score: Score) -> list[dict[str, Any]]:
    """Return the input contract line by line."""
    return [
        {
            "status": "done" if check["passed"] else "halt",
            "found": local(check["found"]),
            "required": local(check["required"]),
            "remedy": "" if check["passed"] else local(check["remedy"]),
        }
        for check in score.checks
    ]


def versions_of(user: User, score: Score) -> list[Score]:
    """Return the newest score of each model version for the same subject, the present one first."""
    others = selectors.latest_by_model(user, score.subject).exclude(model_version=score.model_version)
    return [score, *others]


def viewer_of_study(user: User, study: ImagingStudy) -> dict[str, Any] | None:
    """Return the viewer's options for all phases; None where the person may not see the images."""
    series = sorted(
        series_visible_to(user).filter(imaging_study=study).exclude(verdict=Series.Verdict.UNUSABLE),
        key=lambda each: (PHASE_ORDER.index(each.phase) if each.phase in PHASE_ORDER else 9, each.pk),
    )
    if not series:
        return None
    return {
        "id": "study-images",
        "label": _("Images before treatment with the mask of the lesion"),
        "options": {
            "dicomWebRoot": DICOM_WEB_ROOT,
            "studyUid": study.study_instance_uid,
            "series": [
                {"uid": each.series_instance_uid, "label": phase_words(each.phase)} for each in series
            ],
            "window": ABDOMEN,
            "readOnly": True,
        },
    }


def viewer_of(user: User, score: Score) -> dict[str, Any] | None:
    """Return the viewer's options with the mask that the score was made from."""
    viewer = viewer_of_study(user, score.run.analysis.imaging_study)
    if viewer is None:
        return None
    mask = selectors.mask_used(score.run.analysis)
    if mask is not None:
        label = mask.label or mask.structure
        signed = mask.status == mask.Status.SIGNED
        by = _("Signed by %(who)s") % {"who": mask.created_by}
        viewer["options"] |= {
            "overlayUrl": reverse("review-overlay", args=[score.pk]),
            "overlayLabel": _("Mask %(label)s") % {"label": label},
            "note": [f"{mask.volume_ml:.1f} mL", by if signed else _("Draft, not signed by a reader")],
        }
    return viewer


def short_trail(score: Score) -> dict[str, Any]:
    """Return the provenance in a few lines; the whole of it stands on its own page."""
    about, analysis = score.run.provenance, score.run.analysis
    images = {row["series_instance_uid"]: row["content_sha256"] for row in score.inputs.get("images", [])}
    device = about.get("device_name") if str(about.get("device", "")).startswith("cuda") else "CPU"
    seconds = sum(float(run.provenance.get("seconds") or 0) for run in analysis.runs.all())
    return {
        "run": f"RUN-{str(analysis.public_id)[:8]}",
        "series": len(images),
        "image_hash": next(iter(images.values()), ""),
        "mask": score.inputs.get("mask", {}),
        "clinical": len(score.inputs.get("clinical", {})),
        "weights": score.model_version.weights_sha256,
        "code": about.get("code_version", ""),
        "seed": score.model_version.manifest.get("seed", ""),
        "device": f"{device} · {seconds:.1f} s",
        "finished": score.created_at,
    }
