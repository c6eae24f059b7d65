"""Examples of the services of verification, reviews, signatures, freezes and locks."""

from datetime import date

from edc.services import review, verify
from tests.factories.models import ReviewTypeFactory


def monitor(w):
    return w.member("mo", "monitor")


def verified_item(w):
    form = w.complete("FO.DM")
    verify.verify_items(form=form, paths=["IT.DM.SEX"], actor=monitor(w))
    return form


QUALITY = {
    "verify.marks.verify_form": (
        lambda w: w.complete("FO.DM"),
        lambda w, form: verify.verify_form(form=form, actor=monitor(w)),
    ),
    "verify.marks.verify_items": (
        lambda w: w.complete("FO.DM"),
        lambda w, form: verify.verify_items(form=form, paths=["IT.DM.SEX"], actor=monitor(w)),
    ),
    "verify.marks.take_back": (
        verified_item,
        lambda w, form: verify.take_back(form=form, path="IT.DM.SEX", reason="wrong page", actor=monitor(w)),
    ),
    "verify.plans.make_plan": (
        lambda w: w.complete("FO.DM"),
        lambda w, _: verify.make_plan(
            study=w.study,
            site=None,
            terms=verify.PlanTerms(date(2026, 1, 1), 1, 20, "always"),
            reason="Monitoring plan 1.0",
            actor=w.manager,
        ),
    ),
    "review.save_review_type": (
        None,
        lambda w, _: review.save_review_type(
            wanted=ReviewTypeFactory.build(study=w.study, role="monitor"), actor=w.manager
        ),
    ),
    "review.review_form": (
        lambda w: w.complete("FO.DM"),
        lambda w, form: review.review_form(
            review_type=ReviewTypeFactory(study=w.study), form=form, actor=w.investigator
        ),
    ),
    "review.review_forms": (
        lambda w: w.complete("FO.DM"),
        lambda w, form: review.review_forms(
            review_type=ReviewTypeFactory(study=w.study), forms=[form], actor=w.investigator
        ),
    ),
}
