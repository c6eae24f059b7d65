"""Studies, subjects, visits and forms as programs read them: of the caller's sites only."""

import pytest

from edc.models import Subject
from edc.services.enrol import enrol_subject
from tests.factories.entering import form_of


def oids(answer):
    assert answer.status_code == 200, answer.json()
    return [row["oid"] for row in answer.json()["results"]]


def test_studies_are_those_one_works_in(program, member, study, django_user_model):
    outsider = django_user_model.objects.create_user("outsider")
    assert oids(program(member("ada", "crc")).get("/api/v1/studies/")) == [study.oid]
    assert oids(program(outsider).get("/api/v1/studies/")) == []
    assert program(outsider).get(f"/api/v1/studies/{study.oid}/").status_code == 404
    assert program(outsider).get(f"/api/v1/studies/{study.oid}/design/").status_code == 404


def test_a_study_shows_ones_own_sites_and_the_design_in_use(program, member, study, version):
    answer = program(member("ada", "crc")).get(f"/api/v1/studies/{study.oid}/").json()
    assert [site["oid"] for site in answer["sites"]] == ["S01"]
    assert answer["design"]["sha256"] == version.sha256
    everywhere = program(member("dm", "data_manager", study_wide=True)).get(f"/api/v1/studies/{study.oid}/")
    assert [site["oid"] for site in everywhere.json()["sites"]] == ["S01", "S02"]


def test_the_design_is_given_as_published(program, member, study, version):
    client = program(member("ada", "crc"))
    answer = client.get(f"/api/v1/studies/{study.oid}/design/")
    assert answer.headers["ETag"] == f'"{version.sha256}"'
    assert {form["oid"] for form in answer.json()["forms"]} >= {"FO.DM", "FO.LBC"}
    assert client.get(f"/api/v1/studies/{study.oid}/design/?version=1").json() == answer.json()
    assert client.get(f"/api/v1/studies/{study.oid}/design/?version=2").status_code == 404
    assert client.get(f"/api/v1/studies/{study.oid}/design/?version=no").status_code == 400


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["01-0002", "01-0001"]),
        ("?subject_key=01-0001", ["01-0001"]),
        ("?status=screening&site=S01", ["01-0002", "01-0001"]),
        ("?status=enrolled", []),
        ("?site=S02", []),
        ("?study=ChiCTR2600000001", ["01-0002", "01-0001"]),
        ("?study=ChiCTR0000000000", []),
    ],
)
def test_subjects_are_narrowed_by_what_is_asked(program, member, subject, query, found):
    enrol_subject(site=subject.site, actor=member("crc0", "crc"))
    answer = program(member("ada", "crc")).get(f"/api/v1/subjects/{query}")
    assert [row["subject_key"] for row in answer.json()["results"]] == found


def test_a_filter_that_means_nothing_is_refused_by_name(program, member):
    answer = program(member("ada", "crc")).get("/api/v1/subjects/?status=lost")
    assert answer.status_code == 400
    assert set(answer.json()["errors"]) == {"status"}


def test_pages_follow_a_cursor_and_neither_skip_nor_repeat(program, member, subject):
    actor = member("crc0", "crc")
    for _ in range(4):
        enrol_subject(site=subject.site, actor=actor)
    client, seen, url = program(actor), [], "/api/v1/subjects/?page_size=2"
    while url:
        page = client.get(url).json()
        seen += [row["subject_key"] for row in page["results"]]
        if len(seen) == 2:  # a row that arrives meanwhile
            enrol_subject(site=subject.site, actor=actor)
        url = page["next"]
    assert seen == [f"01-{number:04d}" for number in (5, 4, 3, 2, 1)]


@pytest.mark.parametrize("cursor", ["nonsense", "cD1hYmM=", "bz05OTk5OTk5OTk5OTk5OTk5", "%F0%9F", "cD0lMDA="])
def test_a_cursor_that_was_never_given_is_not_found(program, member, subject, cursor):
    answer = program(member("ada", "crc")).get(f"/api/v1/subjects/?cursor={cursor}")
    assert answer.status_code in (200, 404)
    assert answer.status_code == 200 or answer.json()["code"] == "not_found"


@pytest.mark.parametrize(
    ("role", "status"),
    [("crc", 201), ("investigator", 201), ("monitor", 403), ("data_manager", 403), (None, 403)],
)
def test_who_enrols_may_enrol(program, member, study, site, django_user_model, role, status):
    actor = member("actor", role) if role else django_user_model.objects.create_user("outsider")
    answer = program(actor).post("/api/v1/subjects/", {"study": study.oid, "site": site.oid})
    assert answer.status_code == status, answer.json()
    assert Subject.objects.count() == (status == 201)
    if status == 201:
        assert answer.json()["subject_key"] == "01-0001"
        assert answer.json()["status"] == "screening"


def test_nobody_enrols_at_another_site(program, member, study, other_site):
    answer = program(member("ada", "crc")).post("/api/v1/subjects/", {"study": study.oid, "site": "S02"})
    assert answer.status_code == 404
    assert not Subject.objects.exists()


def test_a_cohort_of_another_study_is_refused_by_name(program, member, study):
    body = {"study": study.oid, "site": "S01", "cohort": "NONE"}
    answer = program(member("ada", "crc")).post("/api/v1/subjects/", body)
    assert answer.status_code == 422
    assert set(answer.json()["errors"]) == {"cohort"}


@pytest.mark.parametrize("what", ["", "events/", "forms/", "eligibility/"])
def test_a_subject_of_another_site_is_not_found(program, member, subject, other_site, what):
    stranger = program(member("eve", "crc", other_site))
    method = stranger.post if what == "eligibility/" else stranger.get
    answer = method(f"/api/v1/subjects/{subject.pk}/{what}")
    assert answer.status_code == 404
    assert stranger.get("/api/v1/subjects/").json()["results"] == []


def test_visits_and_forms_come_with_their_status(program, member, subject, form):
    client = program(member("ada", "crc"))
    visits = client.get(f"/api/v1/subjects/{subject.pk}/events/").json()["results"]
    assert "SE.SCREEN" in {row["event_oid"] for row in visits}
    done = client.get(f"/api/v1/subjects/{subject.pk}/forms/?status=complete").json()["results"]
    assert [row["form_oid"] for row in done] == ["FO.IC"]
    assert done[0]["subject_key"] == subject.subject_key


def test_eligibility_names_what_is_missing_until_the_forms_are_complete(
    program, member, subject, complete, crcs
):
    client = program(crcs[0])
    pending = client.post(f"/api/v1/subjects/{subject.pk}/eligibility/")
    assert pending.json()["verdict"] == "pending"
    for name in ("FO.DM", "FO.LBC"):
        complete(name)
    answer = client.post(f"/api/v1/subjects/{subject.pk}/eligibility/").json()
    assert answer["verdict"] == "eligible"
    assert {row["oid"] for row in answer["criteria"]} == {"I1", "I2", "E1"}
    assert subject.eligibility_assessments.first().verdict == "eligible"


def test_a_complete_form_shows_every_item_of_its_definition(program, member, complete):
    form = complete("FO.LBC", BILI=("1.4", "mg/dL"))
    answer = program(member("mona", "monitor")).get(f"/api/v1/forms/{form.pk}/").json()
    values = {row["path"]: row for row in answer["values"]}
    assert values["IT.LBC.BILI"]["value"] == "1.4"
    assert values["IT.LBC.BILI"]["unit"] == "mg/dL"
    assert values["IT.LBC.BILI"]["standard_value"] == "23.94"
    assert values["IT.LBC.ALBI"]["derived"]
    assert values["IT.LBC.BILDIR"]["value"] is None
    assert values["IT.LBC.BILI"]["label"]["en"] == "BILI"


def test_rows_of_a_repeating_group_are_shown_one_by_one(program, crcs, subject, complete):
    complete("FO.IC")
    form = form_of(subject, "FO.TXS")
    whole = {
        "items": {
            "IT.TXS.DRUG[1]": {"raw": "ATEZO"}, "IT.TXS.DOSE[1]": {"raw": "1200", "unit": "mg"},
            "IT.TXS.DRUG[3]": {"raw": "BEV"}, "IT.TXS.DOSE[3]": {"raw": "15", "unit": "mg"},
        },
        "rows": {"IG.TXSROW": ["1", "3"]},
    }  # fmt: skip
    for crc in crcs:
        answer = program(crc).post(f"/api/v1/forms/{form.pk}/observations/", whole)
        assert answer.status_code == 201, answer.json()
    values = program(crcs[0]).get(f"/api/v1/forms/{form.pk}/").json()["values"]
    drugs = {row["path"]: row["value"] for row in values if row["item_oid"] == "IT.TXS.DRUG"}
    assert drugs == {"IT.TXS.DRUG[1]": "ATEZO", "IT.TXS.DRUG[3]": "BEV"}


def test_lists_ask_the_database_a_bounded_number_of_times(
    program, member, subject, django_assert_max_num_queries
):
    client = program(member("ada", "crc"))
    for _ in range(5):
        enrol_subject(site=subject.site, actor=member("crc0", "crc"))
    client.get("/api/v1/subjects/")
    with django_assert_max_num_queries(6):
        assert len(client.get("/api/v1/subjects/").json()["results"]) == 6
    with django_assert_max_num_queries(8):
        client.get(f"/api/v1/subjects/{subject.pk}/forms/")
