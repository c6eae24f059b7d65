"""Source data verification: what a plan asks, marks on values, and what breaks them."""

from datetime import date

import pytest
from django.core.management import call_command
from django.urls import reverse

from edc.models import AuditEvent, FormVerificationDue, Verification, VerificationDraw
from edc.selectors.verification import draw_number
from edc.services.design import publish_design
from edc.services.entry import correct_item
from edc.services.query import raise_query
from edc.services.verify import PlanTerms, make_plan, refresh_due, verify_items
from tests.factories.designs import DEMOGRAPHY, form, item, small_design
from tests.factories.entering import entry

pytestmark = pytest.mark.usefixtures("english")


@pytest.fixture
def study(system):
    """The study's design, with the sex as a critical item."""
    critical = form(
        "DM",
        item("DM", "SEX", "code", codelist="CL.SEX", required="always", critical=True),
        *DEMOGRAPHY.items[1:],
        repeats="none",
    )
    forms = tuple(critical if each.oid == "FO.DM" else each for each in small_design().forms)
    return publish_design(design=small_design(forms=forms), actor=system).study


@pytest.fixture
def plan(study, member):
    """Return a function that puts a plan in force for all sites."""

    def make(first_n=0, percent=0, broken_by="always"):
        terms = PlanTerms(date(2020, 1, 1), first_n, percent, broken_by)
        return make_plan(
            study=study, site=None, terms=terms, reason="Plan 1", actor=member("meg", "data_manager")
        )

    return make


def due_of(form):
    due = FormVerificationDue.objects.get(form=form)
    return due.required, due.verified, due.left, due.critical_left


def test_without_a_plan_every_value_is_due(complete):
    assert due_of(complete("FO.DM")) == (2, 0, 2, 1)


def test_a_plan_asks_critical_items_of_all_and_the_rest_of_the_first_and_the_drawn(complete, plan, subject):
    form = complete("FO.DM")

    plan(first_n=0, percent=0)
    assert due_of(form) == (1, 0, 1, 1)
    plan(first_n=1, percent=0)
    assert due_of(form) == (2, 0, 2, 1)
    plan(first_n=0, percent=100)
    assert due_of(form) == (2, 0, 2, 1)

    whys = VerificationDraw.objects.filter(subject=subject).order_by("pk").values_list("why", flat=True)
    assert list(whys) == ["left_out", "first", "drawn"]
    assert AuditEvent.objects.filter(action="verification.planned").count() == 3


def test_the_draw_can_be_made_again_by_anybody_with_the_seed():
    # SHA-256 of "seed:01-0001" by sha256sum, modulo 10,000.
    import hashlib

    expected = int(hashlib.sha256(b"seed:01-0001").hexdigest(), 16) % 10_000
    numbers = [draw_number("seed", f"01-{n:04d}") for n in range(1, 2001)]
    assert numbers[0] == expected
    assert 340 < sum(number < 2000 for number in numbers) < 460  # 20 % of 2000, four standard errors


@pytest.mark.parametrize(
    ("role", "status"), [("monitor", 302), ("data_manager", 403), ("crc", 403), ("clinician", 403)]
)
@pytest.mark.requirement("N5")
def test_who_marks_a_value(client, complete, member, role, status):
    form = complete("FO.DM")
    client.force_login(member("zoe", role))

    answer = client.post(
        reverse("form-verification-mark", args=[form.pk]),
        {"path": "IT.DM.SEX", "content": form.content_sha256},
    )

    assert answer.status_code == status
    assert form.item_verifications.count() == (status == 302)
    assert AuditEvent.objects.filter(action="item.verified").count() == (status == 302)


def test_the_last_value_due_verifies_the_form(client, complete, member):
    form = complete("FO.DM")
    client.force_login(member("mia", "monitor"))
    to = reverse("form-verification-mark", args=[form.pk])

    client.post(to, {"path": "IT.DM.SEX"})
    form.refresh_from_db()
    assert (form.status, due_of(form)) == ("complete", (2, 1, 1, 0))
    client.post(to, {"path": "IT.DM.AGE"})
    form.refresh_from_db()
    assert (form.status, due_of(form)) == ("verified", (2, 2, 0, 0))
    assert Verification.objects.get().broken_at is None

    client.post(to, {"act": "back", "path": "IT.DM.AGE", "reason": "wrong patient file"})
    form.refresh_from_db()
    assert (form.status, due_of(form)) == ("complete", (2, 1, 1, 0))


@pytest.mark.parametrize(
    ("policy", "path", "value", "holds"),
    [
        ("always", "IT.DM.AGE", "57", False),
        ("never", "IT.DM.SEX", "M", True),
        ("critical", "IT.DM.AGE", "57", True),
        ("critical", "IT.DM.SEX", "M", False),
        ("queried", "IT.DM.SEX", "M", True),
        ("queried", "IT.DM.AGE", "57", False),
        ("queried_or_critical", "IT.DM.SEX", "M", False),
        ("queried_or_critical", "IT.DM.AGE", "57", False),
    ],
)
@pytest.mark.requirement("N5")
def test_a_change_breaks_the_mark_as_the_plan_says(complete, plan, member, policy, path, value, holds):
    form, monitor = complete("FO.DM"), member("mia", "monitor")
    plan(first_n=10, percent=0, broken_by=policy)
    raise_query(form=form, path="IT.DM.AGE", text="Sure?", actor=monitor)
    verify_items(form=form, paths=["IT.DM.SEX", "IT.DM.AGE"], actor=monitor)
    form.refresh_from_db()
    assert form.status == "verified"

    correct_item(form=form, path=path, entry=entry(value), reason="typing", actor=member("eve", "crc"))

    form.refresh_from_db()
    mark = form.item_verifications.get(path=path)
    assert (mark.broken_at is None, form.status) == (holds, "verified" if holds else "complete")
    if not holds:
        assert (mark.broken_by.username, mark.broken_reason) == ("eve", "typing")
        other = form.item_verifications.exclude(path=path).get()
        assert other.broken_at is None
        assert FormVerificationDue.objects.get(form=form).broken == 1


def test_values_that_came_electronically_need_no_comparison_and_are_counted_apart(complete):
    form = complete("FO.DM")
    form.values.filter(item_oid="IT.DM.AGE").update(source_stream="device")

    due = refresh_due(form)

    assert (due.required, due.transferred) == (1, 1)


def test_the_numbers_of_a_site_lead_to_their_forms(client, complete, member, other_site):
    form = complete("FO.DM")
    consent = form.subject.forms.get(form_oid="FO.IC")
    monitor = member("mia", "monitor")
    verify_items(form=form, paths=["IT.DM.SEX"], actor=monitor)
    client.force_login(monitor)

    page = client.get(reverse("verification"))

    [(debt, links)] = page.context["debts"]
    assert (debt.required, debt.verified, debt.left, debt.critical_left, debt.forms_left) == (4, 1, 3, 0, 2)
    shown = [line["due"].form_id for line in client.get(links["due"]).context["lines"]]
    assert sorted(shown) == sorted([form.pk, consent.pk])
    assert client.get(links["critical"]).context["lines"] == []
    client.force_login(member("far", "monitor", other_site))
    assert client.get(reverse("verification")).context["lines"] == []
    assert client.get(reverse("form-verification", args=[form.pk])).status_code == 404


def test_a_plan_is_made_by_who_builds_the_study_and_says_what_is_wrong(client, study, member, subject):
    sent = {
        "starts_on": "2026-01-01", "first_n": "3", "percent": "20", "broken_by": "critical", "reason": "v1"
    }  # fmt: skip

    def post(role, **changes):
        client.force_login(member(f"a-{role}", role))
        return client.post(reverse("verification-plan-make"), sent | changes).status_code

    assert post("monitor") == 403
    assert post("data_manager", percent="120") == 422
    assert post("data_manager", first_n="a few") == 422
    assert post("data_manager", reason=" ") == 422
    assert post("data_manager") == 302
    assert study.verification_plans.get().draws.count() == 1


def test_forms_completed_before_there_were_plans_are_counted_by_command(complete, capsys):
    form = complete("FO.DM")
    FormVerificationDue.objects.all().delete()

    call_command("refresh_verification")

    assert due_of(form) == (2, 0, 2, 1)
    assert capsys.readouterr().out == "2 forms counted.\n"
