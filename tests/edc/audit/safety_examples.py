"""Examples of the services of safety."""

from datetime import timedelta

from django.utils import timezone

from edc.models import FormInstance
from edc.services import lab_grades, lab_ranges, safety_cases, safety_opening
from edc.services.design import publish_design
from edc.services.entry import save_item
from tests.factories.designs import small_design
from tests.factories.entering import entry as value
from tests.factories.models import ItemValueFactory
from tests.factories.safety import (
    ReferenceRangeFactory,
    SafetyCaseFactory,
    SafetyDecisionFactory,
    SafetyReportFactory,
    adverse_events,
    laboratory,
    range_file,
    serious_events,
)


def a_proposed_grade(w):
    """Ada's draft of a chemistry with a high bilirubin, in a design that grades it."""
    form = w.form("FO.LBC")
    version = publish_design(design=laboratory(adverse_events(small_design())), actor=w.system)
    FormInstance.objects.filter(subject=w.subject).update(design_version=version)
    ReferenceRangeFactory(site=w.site)
    form.refresh_from_db()
    save_item(form=form, path="IT.LBC.BILI", entry=value("41"), expected_version=0, actor=w.ada)
    return form


def a_case(w):
    return SafetyCaseFactory(form=w.form("FO.AE"))


def a_report(w, **more):
    case = SafetyCaseFactory(form=w.form("FO.AE"), state="reported")
    return SafetyReportFactory(case=case, submitted_by=w.ada, **more)


def a_closed_case(w):
    report = a_report(w, final=True)
    SafetyDecisionFactory(report=report, by=w.investigator)
    return safety_cases.close_case(case=report.case, reason="Over", actor=w.manager)


def a_form_of_events(w):
    """The subject's form of adverse events, in a design that asks whether an event is serious."""
    form = w.form("FO.AE")
    version = publish_design(design=serious_events(small_design()), actor=w.system)
    FormInstance.objects.filter(subject=w.subject).update(design_version=version)
    return FormInstance.objects.get(pk=form.pk)


def an_untied_case(w):
    """A case opened by hand, and the form that calls its event serious by now."""
    form = a_form_of_events(w)
    FormInstance.objects.filter(pk=form.pk).update(status="complete")
    ItemValueFactory(form=form, item_oid="IT.AE.AESER", row_key="1", value="Y", raw="Y")
    return SafetyCaseFactory(form=form, row_key=None, opened_by=w.ada)


def a_case_due(w):
    return SafetyCaseFactory(form=w.form("FO.AE"), due_at=timezone.now() + timedelta(hours=2))


VERDICT = safety_cases.Verdict("possible", "expected", "none", "Known of the drug")

SAFETY = {
    "safety_cases.submit_report": (
        a_case,
        lambda w, case: safety_cases.submit_report(
            case=case,
            report=safety_cases.Report(1, {"AETERM": "Fever"}, "Fever since the infusion"),
            actor=w.ada,
        ),
    ),
    "safety_cases.decide_report": (
        a_report,
        lambda w, report: safety_cases.decide_report(report=report, verdict=VERDICT, actor=w.investigator),
    ),
    "safety_cases.correct_awareness": (
        a_case,
        lambda w, case: safety_cases.correct_awareness(
            case=case, aware_at=case.aware_at - timedelta(hours=3), reason="Called at night", actor=w.ada
        ),
    ),
    "safety_cases.withdraw_case": (
        a_case,
        lambda w, case: safety_cases.withdraw_case(case=case, reason="Corrected", actor=w.manager),
    ),
    "safety_cases.close_case": (
        lambda w: SafetyDecisionFactory(report=a_report(w, final=True), by=w.investigator).report.case,
        lambda w, case: safety_cases.close_case(case=case, reason="Over", actor=w.manager),
    ),
    "safety_cases.reopen_case": (
        a_closed_case,
        lambda w, case: safety_cases.reopen_case(case=case, reason="New findings", actor=w.manager),
    ),
    "safety_opening.open_case": (
        a_form_of_events,
        lambda w, form: safety_opening.open_case(
            subject=form.subject, aware_at=timezone.now() - timedelta(hours=1), actor=w.ada
        ),
    ),
    "safety_opening.tie_case": (
        an_untied_case,
        lambda w, case: safety_opening.tie_case(case=case, form=case.form, row_key="1", actor=w.ada),
    ),
    "safety_opening.remind_of_deadlines": (
        a_case_due,
        lambda w, _: safety_opening.remind_of_deadlines(actor=w.system),
    ),
    "lab_grades.accept_grade": (
        a_proposed_grade,
        lambda w, form: lab_grades.accept_grade(
            form=form, path="IT.LBC.BILI", term="Blood bilirubin increased", actor=w.ada
        ),
    ),
    "lab_ranges.import_ranges": (
        lambda w: publish_design(design=laboratory(small_design()), actor=w.system),
        lambda w, _: lab_ranges.import_ranges(
            study=w.study, file_name="ranges.csv", chunks=[range_file({"site": w.site.oid})], actor=w.manager
        ),
    ),
    "lab_ranges.withdraw_range": (
        lambda w: ReferenceRangeFactory(site=w.site),
        lambda w, found: lab_ranges.withdraw_range(reference=found, reason="Misread", actor=w.manager),
    ),
}
