"""Examples of the services of verification, reviews, signatures, freezes and locks."""

from datetime import date

import pytest

from edc.errors import InvalidInput
from edc.models import HoldKind, HoldRequest
from edc.services import lock, query, reconcile, review, sign, verify
from tests.factories.models import PASSWORD
from tests.factories.quality import HoldRequestFactory, ReviewTypeFactory


def monitor(w):
    return w.member("mo", "monitor")


def verified_item(w):
    form = w.complete("FO.DM")
    verify.verify_items(form=form, paths=["IT.DM.SEX"], actor=monitor(w))
    return form


def frozen(w):
    form = w.complete("FO.DM")
    return lock.place_hold(spot=lock.Spot(form), kind=HoldKind.FREEZE, reason="Interim", actor=w.manager)


def wrong_proof(w, form):
    with pytest.raises(InvalidInput):
        sign.reauthenticate(actor=w.investigator, proof=sign.Proof("not it"), target=form)


def everywhere(w):
    return w.member("head", "data_manager", study_wide=True)


def locked(w):
    return lock.lock_form(form=w.complete("FO.DM"), actor=w.manager, reason="Clean")


def decided(w):
    form = w.form()
    w.enter(form, 1, AGE="58", SEX="F")
    w.enter(form, 2, AGE="59", SEX="M")
    found = form.disagreements.first()
    reconcile.resolve_disagreement(
        disagreement=found, choice="first", entry=None, reason="Source", actor=w.manager
    )
    return found


QUALITY = {
    "reconcile.take_back_decision": (
        decided,
        lambda w, found: reconcile.take_back_decision(
            disagreement=found, reason="Wrong page", actor=w.manager
        ),
    ),
    "query.source.ask_site": (
        lambda w: w.disagreement(),
        lambda w, found: query.ask_site(disagreement=found, actor=w.manager),
    ),
    "sign.sign_all": (
        lambda w: w.complete("FO.DM"),
        lambda w, form: sign.sign_all(
            subject=form.subject,
            event=None,
            actor=w.investigator,
            proof=sign.Proof(PASSWORD),
            meaning="reviewed",
        ),
    ),
    "sign.reauthenticate": (
        lambda w: w.complete("FO.DM"),
        wrong_proof,
    ),
    "lock.holds.place_hold": (
        lambda w: w.complete("FO.DM"),
        lambda w, form: lock.place_hold(
            spot=lock.Spot(form), kind=HoldKind.FREEZE, reason="Interim", actor=w.manager
        ),
    ),
    "lock.holds.lift_hold": (
        frozen,
        lambda w, hold: lock.lift_hold(
            spot=lock.Spot(hold.form), kind=HoldKind.FREEZE, reason="Done", actor=w.manager
        ),
    ),
    "lock.holds.lock_form": (
        lambda w: w.complete("FO.DM"),
        lambda w, form: lock.lock_form(form=form, actor=w.manager, reason="Clean"),
    ),
    "lock.holds.unlock_form": (
        locked,
        lambda w, form: lock.unlock_form(form=form, actor=w.manager, reason="Late"),
    ),
    "lock.requests.ask_hold": (
        None,
        lambda w, _: lock.ask_hold(
            spot=lock.Spot(w.other_site), act=HoldRequest.Act.PLACE, reason="Clean", actor=everywhere(w)
        ),
    ),
    "lock.requests.decide_hold": (
        lambda w: HoldRequestFactory(study=w.study, site=w.other_site, level="site"),
        lambda w, asked: lock.decide_hold(request=asked, approve=True, note="", actor=everywhere(w)),
    ),
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
