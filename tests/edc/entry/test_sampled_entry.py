"""Forms entered twice by sample: drawn when the first pass begins, told when it is sealed."""

import pytest

from edc.design.protocol import EntryPlan
from edc.models import AuditEvent, EntryDraw, EntrySeed
from edc.selectors import audit_visible_to
from edc.selectors.owed import owed_by
from edc.selectors.verification import draw_number
from edc.services.entry import open_draft
from edc.services.entry.draw import place_of
from tests.factories.designs import small_design
from tests.factories.entering import form_of
from tests.factories.entry_plan import EntryRateFactory


@pytest.fixture
def design():
    return small_design(entry=EntryPlan("double", forms={"FO.IC": "single", "FO.DM": "sampled"}, rate=40))


@pytest.fixture
def demography(subject, enter):
    enter(form_of(subject, "FO.IC"))
    return form_of(subject, "FO.DM")


def seeded(form, *, twice, percent=40):
    """Make the study's seed one that draws the form, or leaves it out."""
    seeds = (str(each) for each in range(1000))
    fits = (each for each in seeds if (draw_number(each, place_of(form)) < percent * 100) == twice)
    return EntrySeed.objects.create(study=form.subject.study, seed=next(fits))


@pytest.mark.parametrize(
    ("twice", "status", "mode"), [(True, "first_sealed", "double"), (False, "complete", "single")]
)
def test_the_draw_decides_what_follows_the_first_pass(demography, enter, crcs, twice, status, mode):
    seeded(demography, twice=twice)
    open_draft(form=demography, actor=crcs[0])
    draw = EntryDraw.objects.get(form=demography)
    assert (draw.percent, draw.twice, draw.rate) == (40, twice, None)
    assert draw.number == draw_number(draw.seed.seed, place_of(demography))
    demography.refresh_from_db()
    assert demography.entry_mode == "sampled", "who types is not told"
    enter(demography)
    demography.refresh_from_db()
    assert (demography.status, demography.entry_mode) == (status, mode)
    settled = AuditEvent.objects.get(action="entry.mode_settled")
    assert (settled.before, settled.after) == ("sampled", mode)


def test_a_draw_is_made_once_and_withheld_until_the_form_is_complete(demography, enter, crcs, member):
    seeded(demography, twice=True)
    open_draft(form=demography, actor=crcs[0])
    enter(demography)
    manager = member("dee", "data_manager")
    drawn = audit_visible_to(manager).get(action="entry.drawn")
    assert drawn.withheld
    assert AuditEvent.objects.get(action="entry.drawn").after["twice"] is True
    enter(form_of(demography.subject, "FO.DM"), 2)
    assert not audit_visible_to(manager).get(action="entry.drawn").withheld
    assert EntryDraw.objects.count() == 1


def test_who_enters_first_is_told_that_a_second_pass_may_follow(subject, enter, study, crcs):
    enter(form_of(subject, "FO.IC"))
    blocks = {work.title: work.blocks for work in owed_by(crcs[0], study) if work.kind == "entry-1"}
    assert blocks["ENR"] == "The second pass comes after it"
    assert blocks["DM"] == "A second pass may follow"


def test_a_rate_decided_for_the_site_draws_double_forms_too(subject, enter, crcs, study):
    enter(form_of(subject, "FO.IC"))
    form = form_of(subject, "FO.ENR")
    rate = EntryRateFactory(site=subject.site, form_oid="FO.ENR", percent=20)
    seeded(form, twice=False, percent=20)
    blocks = {work.title: work.blocks for work in owed_by(crcs[0], study) if work.kind == "entry-1"}
    assert blocks["ENR"] == "A second pass may follow"
    enter(form)
    form.refresh_from_db()
    assert (form.status, form.entry_mode) == ("complete", "single")
    assert EntryDraw.objects.get(form=form).rate == rate


def test_a_double_form_at_the_full_rate_is_not_drawn(subject, enter):
    enter(form_of(subject, "FO.IC"))
    enter(form_of(subject, "FO.ENR"))
    assert not EntryDraw.objects.exists()
