"""The plan of double entry: what the numbers propose, who decides, and what is owed."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from edc.design.protocol import EntryPlan
from edc.errors import Conflict, InvalidInput
from edc.models import AuditEvent, EntryRate
from edc.selectors.entry_plan import owed_returns, plan_line, plan_lines, terms_of
from edc.selectors.owed import owed_by
from edc.services.design import publish_design
from edc.services.entry_counts import quarter_of
from edc.services.entry_plan import decide_rate
from tests.factories.designs import small_design
from tests.factories.double_entry import EntryCountFactory
from tests.factories.entry_plan import EntryRateFactory, EntryTermsFactory

ENOUGH = 800  # without an error the upper bound of so many entries is 0.46 %


@pytest.fixture
def manager(member):
    return member("dee", "data_manager", study_wide=True)


def counted(site, compared, wrong=0, ago=0, form="FO.DM"):
    quarter = quarter_of(timezone.now() - timedelta(days=ago))
    return EntryCountFactory(site=site, form_oid=form, quarter=quarter, compared=compared, wrong=wrong)


@pytest.mark.parametrize(
    ("compared", "wrong", "proposal"), [(ENOUGH, 0, 50), (700, 0, 100), (ENOUGH, 1, 100), (2000, 3, 50)]
)
def test_a_lower_rate_is_proposed_where_the_upper_bound_is_under_the_limit(site, compared, wrong, proposal):
    counted(site, compared, wrong)
    assert plan_line(site, "FO.DM").proposal == proposal


def test_entries_of_more_than_a_year_ago_do_not_count(site):
    counted(site, ENOUGH, ago=400)
    counted(site, 100)
    line = plan_line(site, "FO.DM")
    assert (line.all.compared, line.proposal) == (100, 100)


def test_a_lowered_rate_returns_as_soon_as_the_bound_is_not_under_the_limit(site, study, manager):
    EntryRateFactory(site=site, percent=20)
    counted(site, ENOUGH, wrong=5)
    (line,) = plan_lines(manager, study)
    assert (line.rate.percent, line.proposal, line.returns) == (20, 100, True)
    (work,) = (each for each in owed_by(manager, study) if each.kind == "entry-rate")
    assert (work.title, work.event_name) == ("DM", "Nanfang Hospital")


def test_the_next_step_down_waits_for_another_quarter(site, monkeypatch):
    EntryRateFactory(site=site, percent=50)
    counted(site, ENOUGH)
    assert plan_line(site, "FO.DM").proposal == 50
    later = timezone.now() + timedelta(days=100)
    monkeypatch.setattr("django.utils.timezone.now", lambda: later)
    assert plan_line(site, "FO.DM").proposal == 20


def test_critical_items_have_a_limit_of_their_own(site, version):
    design = version.design
    form = design.form("FO.DM")
    critical = tuple(replace(each, critical=each.name == "SEX") for each in form.items)
    changed = replace(form, item_groups=(replace(form.item_groups[0], items=critical),))
    forms = tuple(changed if each.oid == form.oid else each for each in design.forms)
    publish_design(design=small_design(forms=forms), actor=version.published_by)
    counted(site, ENOUGH)
    line = plan_line(site, "FO.DM")
    assert (line.critical.compared, line.is_within, line.proposal) == (ENOUGH, False, 100)


class TestDesignedSample:
    @pytest.fixture
    def design(self):
        return small_design(entry=EntryPlan("double", forms={"FO.DM": "sampled"}, rates={"FO.DM": 20}))

    @pytest.mark.parametrize(("compared", "wrong", "proposal"), [(50, 0, 20), (50, 1, 100), (ENOUGH, 0, 10)])
    def test_it_returns_where_the_observed_rate_exceeds_the_limit(
        self, site, study, manager, compared, wrong, proposal
    ):
        counted(site, compared, wrong)
        assert plan_line(site, "FO.DM").proposal == proposal
        assert bool(owed_returns(manager, study)) == (proposal == 100)


def test_only_the_proposed_lower_rate_is_taken_and_only_on_the_numbers_seen(site, manager):
    counted(site, ENOUGH)
    line = plan_line(site, "FO.DM")
    more = {"site": site, "form_oid": "FO.DM", "reason": "Meeting 3", "actor": manager}
    with pytest.raises(InvalidInput) as refused:
        decide_rate(percent=10, seen=line.seen, **more)
    assert refused.value.fields == {"percent": "The numbers do not allow a lower rate now."}
    counted(site, 10)
    with pytest.raises(Conflict):
        decide_rate(percent=50, seen=line.seen, **more)
    decided = decide_rate(percent=50, seen=plan_line(site, "FO.DM").seen, **more)
    assert decided.numbers["all"]["compared"] == ENOUGH + 10
    event = AuditEvent.objects.get(action="entry.rate_decided")
    assert (event.actor, event.before["percent"], event.after["percent"], event.site) == (
        manager,
        100,
        50,
        site,
    )


def test_the_data_manager_decides_on_the_page(site, study, manager, client):
    counted(site, ENOUGH)
    client.force_login(manager)
    client.cookies["django_language"] = "en"
    page = client.get(reverse("entry-plan"))
    assert b"0 of 800, at most 0.46 %" in page.content
    line = plan_line(site, "FO.DM")
    sent = {"line": [f"{line.key}|{line.seen}"], "to": "proposed", "reason": "Meeting 3"}
    assert client.post(reverse("entry-plan-decide"), sent | {"reason": ""}).status_code == 422
    assert client.post(reverse("entry-plan-decide"), sent).status_code == 302
    assert EntryRate.objects.get().percent == 50
    assert client.post(reverse("entry-plan-decide"), sent).status_code == 422, "the numbers seen are old"
    assert b"100 % \xe2\x86\x92 50 %" in client.get(reverse("entry-plan-history")).content


def test_the_terms_are_decided_on_the_page(study, manager, client):
    client.force_login(manager)
    assert str(terms_of(study).limit) == "0.5"
    sent = {"limit": "0.4", "critical_limit": "0.9", "recheck": "1", "reason": "Plan 2"}
    refused = client.post(reverse("entry-plan-terms"), sent)
    assert (refused.status_code, terms_of(study).decided) == (422, None)
    assert client.post(reverse("entry-plan-terms"), sent | {"critical_limit": "0.05"}).status_code == 302
    terms = terms_of(study)
    assert (str(terms.limit), str(terms.critical_limit), terms.recheck) == ("0.400", "0.050", True)
    assert b"Plan 2" in client.get(reverse("entry-plan-history")).content


def test_other_limits_change_what_follows(site, study):
    counted(site, ENOUGH, wrong=5)
    EntryTermsFactory(study=study, limit="5", critical_limit="1")
    assert plan_line(site, "FO.DM").proposal == 50
