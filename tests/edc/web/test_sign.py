"""Verifying, signing and locking a form from its page, and the lists of forms that wait for it."""

import pytest
from django.urls import reverse

from edc.models import FormInstance, Signature, Verification
from edc.services.entry import correct_item
from edc.services.query import raise_query
from tests.factories.entering import entry
from tests.factories.models import PASSWORD

pytestmark = pytest.mark.usefixtures("english")
SIGNING = {"password": PASSWORD, "meaning": "reviewed"}


@pytest.fixture
def form(complete):
    return complete("FO.DM")


@pytest.fixture
def post(client, member, form):
    def send(role, name, **posted):
        client.force_login(member(f"zoe-{role}", role))
        response = client.post(reverse(name, args=[form.pk]), posted)
        form.refresh_from_db()
        return response.status_code, form.status

    return send


@pytest.mark.parametrize(
    ("role", "answer"),
    [("monitor", (302, "verified")), ("crc", (403, "complete")), ("data_manager", (403, "complete")),
     ("radiologist", (404, "complete"))],
)  # fmt: skip
def test_who_verifies(post, role, answer):
    assert post(role, "form-verify") == answer
    assert Verification.objects.count() == (answer[0] == 302)


@pytest.mark.parametrize(
    ("role", "changed", "answer"),
    [
        ("investigator", {}, (302, "signed")),
        ("investigator", {"password": "wrong"}, (422, "complete")),
        ("investigator", {"password": ""}, (422, "complete")),
        ("investigator", {"meaning": "liked"}, (422, "complete")),
        ("monitor", {}, (403, "complete")),
        ("crc", {}, (403, "complete")),
    ],
)
def test_who_signs_and_with_what(post, role, changed, answer):
    assert post(role, "form-sign", **SIGNING | changed) == answer
    assert Signature.objects.count() == (answer[0] == 302)


def test_a_wrong_password_comes_back_to_its_own_form(client, member, form):
    client.force_login(member("zoe", "investigator"))

    response = client.post(
        reverse("form-sign", args=[form.pk]), {"meaning": "reviewed"}, headers={"HX-Request": "true"}
    )

    assert response.status_code == 422
    assert b"The password is not right." in response.content


def test_a_signed_form_is_left_by_htmx_as_by_a_plain_form(client, member, form):
    client.force_login(member("zoe", "investigator"))

    response = client.post(reverse("form-sign", args=[form.pk]), SIGNING, headers={"HX-Request": "true"})

    assert response.headers["HX-Redirect"] == reverse("form-entry", args=[form.pk])


def test_locking_waits_for_the_queries_and_is_undone_with_a_reason(post, member, form):
    query = raise_query(form=form, path="", text="Sure?", actor=member("mia", "monitor"))
    assert post("data_manager", "form-lock", reason="End of the visit") == (409, "complete")

    query.state = "closed"
    query.save()
    assert post("data_manager", "form-lock", reason="") == (422, "complete")
    assert post("data_manager", "form-lock", reason="End of the visit") == (302, "locked")
    assert post("crc", "form-unlock", reason="Oops") == (403, "locked")
    assert post("data_manager", "form-unlock", reason="A late report") == (302, "complete")


@pytest.mark.parametrize(
    ("role", "actions"),
    [("monitor", {"verify"}), ("investigator", {"sign"}), ("data_manager", {"lock"}), ("crc", set()),
     ("clinician", set())],
)  # fmt: skip
def test_a_form_offers_what_the_reader_may_do(client, member, form, role, actions):
    client.force_login(member("zoe", role))

    page = client.get(reverse("form-entry", args=[form.pk])).content.decode()

    offered = {name for name in ("verify", "sign", "lock", "unlock") if f"/{name}/" in page}
    assert offered == actions


@pytest.mark.parametrize(
    ("show", "count"), [("to-verify", 2), ("to-sign", 2), ("final", 2), ("signed", 0), ("disagreement", 0)]
)
def test_the_list_of_forms_shows_what_waits(client, member, form, show, count):
    client.force_login(member("mia", "monitor"))

    response = client.get(reverse("forms"), {"show": show})

    shows = {each["name"]: each["count"] for each in response.context["shows"]}
    assert len(response.context["lines"]) == shows[show] == count


def test_another_sites_forms_are_not_in_the_list(client, member, form, other_site):
    client.force_login(member("bob", "monitor", other_site))

    assert client.get(reverse("forms")).context["lines"] == []
    assert FormInstance.objects.filter(status="complete").count() == 2


@pytest.mark.parametrize(
    ("role", "name", "posted"), [("investigator", "form-sign", SIGNING), ("monitor", "form-verify", {})]
)
@pytest.mark.requirement("P14")
def test_nobody_vouches_for_content_that_changed_after_it_was_shown(client, member, form, role, name, posted):
    client.force_login(member("zoe", role))
    page = client.get(reverse("form-entry", args=[form.pk])).content.decode()
    shown = form.content_sha256
    correct_item(
        form=form, path="IT.DM.SEX", entry=entry("M"), reason="wrong box", actor=member("eve", "crc")
    )

    late = client.post(reverse(name, args=[form.pk]), {**posted, "content": shown})
    form.refresh_from_db()
    again = client.post(reverse(name, args=[form.pk]), {**posted, "content": form.content_sha256})

    assert f'name="content" value="{shown}"' in page
    assert (late.status_code, again.status_code) == (409, 302)
    assert Signature.objects.count() + Verification.objects.count() == 1
