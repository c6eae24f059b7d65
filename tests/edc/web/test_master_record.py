"""Who enters sees which record is the master: of the form beside its head, of the item in its guide."""

import pytest
from django.urls import reverse
from django.utils import timezone

from edc.design.items import Text
from edc.design.protocol import SourcePlan
from edc.services.design import publish_design
from edc.services.enrol import enrol_subject
from tests.edc.web.entry_door import browser, get
from tests.factories.amendments import SiteActivationFactory
from tests.factories.designs import small_design
from tests.factories.entering import form_of


@pytest.fixture
def form(site, system, crcs, version):
    said = Text("方案 3.2", "Protocol 3.2: CRF on paper")
    plan = SourcePlan("paper", items={"IT.IC.ICDAT": "his"}, said=said)
    declared = publish_design(design=small_design(source=plan), actor=system)
    SiteActivationFactory(site=site, design_version=declared, active_from=timezone.localdate())
    return form_of(enrol_subject(site=site, actor=crcs[0]), "FO.IC")


def guide(client, form, path):
    return client.get(reverse("form-panel", args=[form.pk]), {"path": path, "tab": "guide"}).content.decode()


@pytest.mark.requirement("N13")
def test_the_form_and_its_items_name_their_master(form, crcs):
    client = browser(crcs[0])

    assert "Master: Paper" in get(client, form).content.decode()
    assert "Protocol 3.2: CRF on paper" in guide(client, form, "IT.IC.ICTYPE")
    assert "Hospital systems" in guide(client, form, "IT.IC.ICDAT")


def test_where_the_study_declares_none_nothing_is_said(subject, crcs):
    client, form = browser(crcs[0]), form_of(subject, "FO.IC")

    assert "Master:" not in get(client, form).content.decode()
    assert "Master record" not in guide(client, form, "IT.IC.ICTYPE")
