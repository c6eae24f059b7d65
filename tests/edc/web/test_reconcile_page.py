"""The page on which differences of two passes are resolved."""

import pytest
from django.urls import reverse

from edc.models import Disagreement, FormInstance, ItemValue, Resolution
from edc.services.entry import submit_entry
from edc.web.reconcile_sheet import marked
from tests.edc.web.entry_door import browser
from tests.factories.entering import form_of, record

Status = FormInstance.Status


@pytest.fixture
def form(subject, complete, enter):
    """A form whose passes differ in age and sex."""
    complete("FO.IC")
    form = form_of(subject, "FO.DM")
    enter(form, 1, AGE="58", SEX="F")
    enter(form, 2, AGE="85", SEX="M")
    return form_of(subject, "FO.DM")


@pytest.fixture
def manager(member):
    return member("mia", "data_manager")


def page(user, form, **query):
    return browser(user).get(reverse("form-reconcile", args=[form.pk]), query)


def resolve(user, form, path, **body):
    disagreement = Disagreement.objects.get(form=form, path=path)
    url = reverse("form-resolve", args=[form.pk, disagreement.pk])
    return browser(user).post(url, {"why": "source", **body})


@pytest.mark.parametrize(("role", "status"), [("data_manager", 200), ("crc", 403), ("monitor", 403)])
def test_only_who_resolves_sees_both_values(form, member, role, status):
    user = member("ivy", role)
    assert page(user, form).status_code == status
    answer = resolve(user, form, "IT.DM.AGE", choice="first")
    assert answer.status_code == (302 if status == 200 else 403)


def test_a_form_of_another_site_is_not_found(form, member, other_site):
    assert page(member("zoe", "data_manager", other_site), form).status_code == 404


def test_the_page_shows_both_values_who_keyed_them_and_the_class(form, manager):
    age = Disagreement.objects.get(form=form, path="IT.DM.AGE")
    text = page(manager, form, item=age.pk).content.decode()
    assert "2 differences" in text
    assert "<mark>" in text
    assert "Digits transposed" in text
    assert all(str(each.observer) in text for each in (age.first, age.second))


@pytest.mark.parametrize(
    ("one", "two", "first", "second"),
    [
        ("5.4", "4.5", "<mark>5</mark>.<mark>4</mark>", "<mark>4</mark>.<mark>5</mark>"),
        ("173", "137", "1<mark>73</mark>", "1<mark>37</mark>"),
        ("1.4", "14", "1<mark>.</mark>4", "14"),
        ("Vp1", "Vp3", "Vp<mark>1</mark>", "Vp<mark>3</mark>"),
        ("ab", "cd", "ab", "cd"),
        ("<b>1", "<b>2", "&lt;b&gt;<mark>1</mark>", "&lt;b&gt;<mark>2</mark>"),
    ],
)
def test_characters_that_differ_are_marked_at_their_place(one, two, first, second):
    assert marked(one, two) == (first, second)


def test_the_value_chosen_holds_and_the_next_difference_follows(form, manager):
    answer = resolve(manager, form, "IT.DM.SEX", choice="second", more="Page 2")
    left = Disagreement.objects.get(form=form, path="IT.DM.AGE")
    assert answer.url == f"{reverse('form-reconcile', args=[form.pk])}?item={left.pk}"
    resolution = Disagreement.objects.get(form=form, path="IT.DM.SEX").held
    assert (resolution.choice, resolution.reason) == ("second", "As in the source: Page 2")


def test_the_last_one_completes_the_form_and_goes_back(form, manager):
    resolve(manager, form, "IT.DM.SEX", choice="second")
    answer = resolve(manager, form, "IT.DM.AGE", choice="other", raw="68")
    assert answer.url == reverse("home")
    form.refresh_from_db()
    assert form.status == Status.COMPLETE
    assert ItemValue.objects.get(form=form, item_oid="IT.DM.AGE").value == 68


def test_what_is_wrong_is_said_and_what_was_typed_is_kept(form, manager):
    answer = resolve(manager, form, "IT.DM.AGE", choice="other", raw="680")
    assert answer.status_code == 422
    assert 'value="680"' in answer.content.decode()
    without_reason = resolve(manager, form, "IT.DM.AGE", choice="first", why="other")
    assert without_reason.status_code == 422
    assert Disagreement.objects.get(form=form, path="IT.DM.AGE").held is None


def test_who_entered_a_pass_may_not_resolve(form, crcs, member, site):
    member(crcs[0].username, "data_manager")
    assert resolve(crcs[0], form, "IT.DM.AGE", choice="first").status_code == 409


def test_a_row_in_one_pass_only_is_taken_or_dropped(subject, complete, crcs, manager):
    complete("FO.IC")
    form = form_of(subject, "FO.TXS")
    row = {"IT.TXS.DRUG[1]": "BEV", "IT.TXS.DOSE[1]": "975"}
    submit_entry(form=form, actor=crcs[0], record=record(row, {"IG.TXSROW": ["1"]}))
    submit_entry(form=form, actor=crcs[1], record=record({}))
    text = page(manager, form).content.decode()
    assert "Row in one pass only" in text
    assert "No such row" in text
    resolve(manager, form, "IG.TXSROW[1]", choice="first")
    assert ItemValue.objects.get(form=form, item_oid="IT.TXS.DRUG").value == "BEV"


def test_the_effect_on_derived_items_is_shown(subject, complete, enter, manager):
    complete("FO.IC")
    form = form_of(subject, "FO.LBC")
    enter(form, 1, ALB="41")
    enter(form, 2, ALB="31")
    text = page(manager, form).content.decode()
    assert "ALBI" in text
    assert "-2.76" in text


def test_a_difference_can_be_left_for_later_and_the_last_one_open_cannot(form, manager):
    sex, age = (Disagreement.objects.get(form=form, path=path) for path in ("IT.DM.SEX", "IT.DM.AGE"))
    assert f'href="?item={sex.pk}" data-key="s"' in page(manager, form, item=age.pk).content.decode()
    assert f'href="?item={age.pk}" data-key="s"' in page(manager, form, item=sex.pk).content.decode()

    resolve(manager, form, "IT.DM.AGE", choice="first")

    assert 'data-key="s"' not in page(manager, form, item=sex.pk).content.decode()


def test_a_decision_can_be_taken_back_until_the_form_is_complete(form, manager):
    resolve(manager, form, "IT.DM.SEX", choice="second")
    sex, age = (Disagreement.objects.get(form=form, path=path) for path in ("IT.DM.SEX", "IT.DM.AGE"))
    url = reverse("form-resolve-back", args=[form.pk, sex.pk])
    assert browser(manager).post(url, {"reason": " "}).status_code == 422
    assert "Take the decision back" in page(manager, form, item=sex.pk).content.decode()

    assert browser(manager).post(url, {"reason": "Wrong page"}).status_code == 302
    assert Disagreement.objects.get(pk=sex.pk).held is None
    assert browser(manager).post(url, {"reason": "Again"}).status_code == 409
    assert [each.choice for each in sex.decisions.all()] == ["second", ""]

    resolve(manager, form, "IT.DM.SEX", choice="first")
    resolve(manager, form, "IT.DM.AGE", choice="first")
    form.refresh_from_db()
    assert form.status == Status.COMPLETE
    assert ItemValue.objects.get(form=form, item_oid="IT.DM.SEX").value == "F"
    assert Resolution.objects.get(disagreement=sex).choice == "first"
    assert browser(manager).post(url, {"reason": "Late"}).status_code == 409
    assert "Take the decision back" not in page(manager, form, item=age.pk).content.decode()


def test_a_decision_taken_by_one_person_is_settled_in_that_name(form, manager, member):
    other = member("max", "data_manager")
    resolve(other, form, "IT.DM.SEX", choice="second")
    assert not Resolution.objects.exists()
    resolve(manager, form, "IT.DM.AGE", choice="first")
    named = {each.disagreement.path: each.resolver for each in Resolution.objects.all()}
    assert named == {"IT.DM.SEX": other, "IT.DM.AGE": manager}
