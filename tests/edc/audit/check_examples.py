"""Examples of the services around edit checks, for `test_every_service_records.py`."""

from edc.selectors.formula_changes import formula_report
from edc.services.check_reasons import give_check_reason
from edc.services.design import publish_design
from edc.services.entry import save_item
from edc.services.formulas import adopt_formulas
from edc.services.platform_items import Filled, fill_items
from edc.services.silent_checks import set_aside
from edc.services.uat import run_uat
from tests.factories.checks import CheckFiringFactory
from tests.factories.designs import design_with_new_formula
from tests.factories.entering import entry


def _draft(world):
    form = world.form("FO.LBC")
    save_item(form=form, path="IT.LBC.ALB", entry=entry("18"), expected_version=0, actor=world.ada)
    return form


def _report(world):
    world.complete("FO.LBC")
    publish_design(design=design_with_new_formula(), actor=world.system)
    return formula_report(world.manager, world.study).sha256


CHECKS = {
    "check_reasons.give_check_reason": (
        _draft,
        lambda w, form: give_check_reason(
            form=form, path="IT.LBC.ALB", rule_oid="EC901", text="As in the report", actor=w.ada
        ),
    ),
    "platform_items.fill_items": (
        lambda w: w.complete("FO.LBC"),
        lambda w, form: fill_items(
            form=form, items={"IT.LBC.COUNTED": Filled("3", "SEG 1")}, actor=w.system, reason="Segmented"
        ),
    ),
    "silent_checks.set_aside": (
        lambda w: CheckFiringFactory(form=w.complete("FO.DM"), severity="silent"),
        lambda w, firing: set_aside(firing=firing, reason="Known", actor=w.manager),
    ),
    "formulas.adopt_formulas": (
        _report,
        lambda w, sha: adopt_formulas(study=w.study, report_sha256=sha, reason="Corrected", actor=w.manager),
    ),
    "uat.run_uat": (None, lambda w, _: run_uat(version=w.subject.design_version, actor=w.manager)),
}
