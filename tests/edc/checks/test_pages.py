"""The data manager's pages about checks, through the HTTP door; nobody else opens them."""

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from edc.design.protocol import CaseRecord, RuleCase, RuleDef
from edc.models import AuditEvent, FormulaAdoption, ItemValue, UatRun
from edc.selectors.formula_changes import formula_report
from edc.services.design import publish_design
from edc.services.entry import correct_item
from tests.factories.designs import RULES, design_with_new_formula, small_design, text
from tests.factories.entering import entry, form_of

SILENT = RuleDef(
    "EC903", "silent", text("Albumin above the usual"), form="FO.LBC", items=("ALB",), check="ALB <= 50"
)
CASES = (
    RuleCase("EC903", "holds", CaseRecord("LBC", {"ALB": "50"})),
    RuleCase("EC903", "flags", CaseRecord("LBC", {"ALB": "51"})),
)
PAGES = ("checks", "checks-silent", "uat", "formulas")


@pytest.fixture
def design():
    return small_design(entry="single", rules=(*RULES, SILENT), cases=CASES)


@pytest.fixture
def manager(member):
    return member("meg", "data_manager")


@pytest.fixture
def page(client, manager):
    client.force_login(manager)
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def done(enter, subject):
    def make(form_oid, **changes):
        form = form_of(subject, form_oid)
        enter(form, **changes)
        return form

    make("FO.IC")
    make("FO.DM")
    return make


def words(answer):
    return answer.content.decode()


@pytest.mark.parametrize("role", ["crc", "monitor", "investigator", "auditor", "administrator"])
def test_nobody_but_the_data_manager_opens_them(client, member, subject, role):
    client.force_login(member("somebody", role, study_wide=True))

    assert {client.get(reverse(name)).status_code for name in PAGES} == {403}


def test_the_firings_of_a_rule_lead_to_their_rows(page, done):
    done("FO.LBC", ALB="18")

    listed = words(page.get(reverse("checks")))
    rows = words(page.get(reverse("check-rows"), {"rule": "EC901", "item": "IT.LBC.ALB", "state": "open"}))

    assert "EC901" in listed
    assert "LBC.ALB" in rows
    assert "No firing" in words(page.get(reverse("check-rows"), {"rule": "EC901", "state": "changed"}))


def test_a_silent_finding_is_set_aside_with_a_reason(page, done, crcs, client):
    form = done("FO.LBC", ALB="55")
    firing = form.firings.get()
    assert "Albumin above the usual" in words(page.get(reverse("checks-silent")))
    to = reverse("check-set-aside", args=[firing.pk])
    assert page.post(to, {"reason": ""}).status_code == 422

    page.post(to, {"reason": "Known liver disease"})

    firing.refresh_from_db()
    assert firing.settled_reason == "Known liver disease"
    assert "Albumin above the usual" not in words(page.get(reverse("checks-silent")))
    assert AuditEvent.objects.filter(action="check.set_aside").count() == 1


def test_a_silent_finding_is_not_on_the_form(client, done, crcs):
    form = done("FO.LBC", ALB="55")
    client.force_login(crcs[0])

    assert "Albumin above the usual" not in words(client.get(reverse("form-entry", args=[form.pk])))


@pytest.mark.requirement("E10", "N10")
def test_an_acceptance_run_names_every_case_and_stays(page, subject, manager):
    answer = page.post(reverse("uat-run"), follow=True)

    run = UatRun.objects.get()
    assert (run.passed, run.failed, run.run_by, run.design_version_id) == (
        2, 0, manager, subject.design_version_id,
    )  # fmt: skip
    assert 0 < run.killed <= run.mutants
    shown = words(answer)
    assert "EC903" in shown
    assert "LBC: ALB=51" in shown
    assert "EC901" in shown
    assert page.get(reverse("uat-pdf", args=[run.pk])).content.startswith(b"%PDF")


@pytest.mark.requirement("E10")
def test_the_command_runs_it_too_and_ends_badly_when_a_case_fails(subject, system, tmp_path, capsys):
    call_command("run_uat", subject.study.oid)
    assert "2 cases passed, 0 failed" in capsys.readouterr().out

    wrong = (*CASES, RuleCase("EC903", "holds", CaseRecord("LBC", {"ALB": "52"})))
    publish_design(design=small_design(rules=(*RULES, SILENT), cases=wrong), actor=system)

    with pytest.raises(CommandError, match="1 cases fail"):
        call_command("run_uat", subject.study.oid)


def test_new_formulas_are_read_first_and_then_taken_over(page, done, system, manager, study):
    form = done("FO.LBC")
    before = ItemValue.objects.get(form=form, item_oid="IT.LBC.ALBI")
    publish_design(design=design_with_new_formula(entry="single"), actor=system)

    assert "ALBI 2026" in words(page.get(reverse("formulas")))
    report = formula_report(manager, study)
    (change,) = report.changed
    assert (change.before, change.formula_before, change.formula_after) == (
        before.value, "ALBI 2015", "ALBI 2026",
    )  # fmt: skip
    assert page.post(reverse("formulas-adopt"), {"report": "0", "reason": "x"}).status_code == 409

    page.post(reverse("formulas-adopt"), {"report": report.sha256, "reason": "Protocol amendment 1"})

    after = ItemValue.objects.get(form=form, item_oid="IT.LBC.ALBI")
    assert (after.value, after.formula) == (change.after, "ALBI 2026")
    assert float(after.value) == pytest.approx(float(before.value) + 1)
    assert FormulaAdoption.objects.get().report[0]["before"] == before.value
    assert formula_report(manager, study).values == ()


def test_what_was_taken_over_holds_when_its_inputs_change(page, done, system, manager, study, crcs):
    form = done("FO.LBC")
    publish_design(design=design_with_new_formula(entry="single"), actor=system)
    report = formula_report(manager, study)
    page.post(reverse("formulas-adopt"), {"report": report.sha256, "reason": "Amendment"})

    correct_item(form=form, path="IT.LBC.ALB", entry=entry("40"), reason="Source", actor=crcs[0])

    assert ItemValue.objects.get(form=form, item_oid="IT.LBC.ALBI").formula == "ALBI 2026"
