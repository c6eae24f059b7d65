"""A person's API tokens, an administrator's page of people, and switching the study and site."""

import pytest
from django.urls import reverse

from edc.models import ApiToken, Membership, User
from tests.factories.models import ApiTokenFactory, UserFactory

pytestmark = pytest.mark.usefixtures("english")
NEW = {"name": "uploader", "scopes": ["upload"], "days": "30", "site": ""}


@pytest.fixture
def ada(client, member):
    user = member("ada", "crc")
    client.force_login(user)
    return user


@pytest.mark.requirement("N6")
def test_a_token_is_shown_once_and_kept_as_a_hash(client, ada):
    made = client.post(reverse("token-issue"), NEW)

    text = made.context["made"]
    token = ApiToken.objects.get()
    assert made.status_code == 201
    assert text in made.content.decode()
    assert "no-store" in made.headers["Cache-Control"]
    assert text.startswith(token.prefix)
    assert text not in client.get(reverse("tokens")).content.decode()


def test_a_fresh_token_opens_the_api(client, ada, subject):
    text = client.post(reverse("token-issue"), NEW | {"scopes": ["read"]}).context["made"]
    client.logout()

    answer = client.get("/api/v1/subjects/", headers={"authorization": f"Bearer {text}"})

    assert answer.status_code == 200


@pytest.mark.parametrize(
    "changed",
    [{"name": " "}, {"scopes": []}, {"scopes": ["all"]}, {"days": "0"}, {"days": "400"}, {"days": "soon"}],
)
def test_a_token_with_something_wrong_is_refused(client, ada, changed):
    assert client.post(reverse("token-issue"), NEW | changed).status_code == 422
    assert ApiToken.objects.count() == 0


def test_a_token_is_bound_to_an_own_site_only(client, ada, site, other_site):
    assert client.post(reverse("token-issue"), NEW | {"site": other_site.pk}).status_code == 422
    assert client.post(reverse("token-issue"), NEW | {"site": site.pk}).status_code == 201
    assert ApiToken.objects.get().site == site


def test_a_token_is_revoked_by_its_owner_and_unknown_to_others(client, ada):
    own, theirs = ApiTokenFactory(user=ada), ApiTokenFactory()

    assert client.post(reverse("token-revoke", args=[own.pk])).status_code == 302
    assert client.post(reverse("token-revoke", args=[theirs.pk])).status_code == 404
    assert [ApiToken.objects.get(pk=each.pk).revoked_at is None for each in (own, theirs)] == [False, True]


@pytest.fixture
def root(client, member):
    user = member("root", "administrator", study_wide=True)
    client.force_login(user)
    return user


ACCOUNT = {"username": "lise", "display_name": "Lise", "password": "a long enough phrase", "language": "en"}


@pytest.mark.requirement("P18", "I1")
def test_an_administrator_makes_an_account_grants_a_role_and_ends_it(client, root, site):
    client.post(reverse("person-create"), ACCOUNT)
    client.post(reverse("person-grant"), {"username": "lise", "role": "crc", "site": site.oid})
    held = Membership.objects.get(user__username="lise")

    listed = client.get(reverse("people"))
    client.post(reverse("person-end", args=[held.pk]))
    after = client.get(reverse("people"))

    assert (held.site, held.active, User.objects.get(username="lise").language) == (site, True, "en")
    assert "lise" in listed.content.decode()
    assert "lise" not in [person.username for person in after.context["page"].object_list]


@pytest.mark.parametrize("changed", [{"username": ""}, {"username": "root"}, {"password": "short"}])
def test_a_wrong_account_is_refused(client, root, changed):
    assert client.post(reverse("person-create"), ACCOUNT | changed).status_code == 422
    assert User.objects.filter(username="lise").count() == 0


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"role": "king"}, 422),
        ({"site": "S99"}, 404),
        ({"username": "nobody"}, 404),
        ({"username": "root"}, 409),
    ],
)
def test_a_wrong_grant_is_refused(client, root, changed, status):
    UserFactory(username="lise")

    response = client.post(
        reverse("person-grant"), {"username": "lise", "role": "crc", "site": "S01"} | changed
    )

    assert response.status_code == status


@pytest.mark.parametrize("name", ["person-create", "person-grant"])
def test_nobody_else_manages_people(client, ada, name):
    assert client.get(reverse("people")).status_code == 403
    assert client.post(reverse(name), ACCOUNT).status_code == 403


def test_an_administrator_of_one_study_does_not_end_a_role_of_another(client, root, study):
    from tests.factories.models import MembershipFactory

    theirs = MembershipFactory()

    assert client.post(reverse("person-end", args=[theirs.pk])).status_code == 404


@pytest.mark.parametrize(
    ("posted", "status"),
    [({"study": "ChiCTR2600000001"}, 302), ({"study": "NONE"}, 404), ({"site": "S01"}, 302),
     ({"site": "S02"}, 404), ({"site": ""}, 302), ({}, 302)],
)  # fmt: skip
def test_only_the_own_places_can_be_switched_to(client, ada, posted, status):
    assert client.post(reverse("switch"), posted).status_code == status


def test_switching_narrows_the_pages_to_the_site(client, member, site, other_site, subject):
    client.force_login(member("dora", "data_manager", study_wide=True))
    client.post(reverse("switch"), {"site": other_site.oid})

    assert client.get(reverse("subjects")).context["page"].paginator.count == 0


@pytest.mark.parametrize("wanted", ["https://example.org/", "//example.org", "javascript:alert(1)"])
def test_switching_never_leads_off_the_site(client, ada, wanted):
    assert client.post(reverse("switch"), {"site": "", "next": wanted}).url == "/"
