"""Allocation by an uploaded list: two people, once a subject, the next row of the stratum, seen by few."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation

from edc.errors import NotNow
from edc.models import Allocation, AllocationList, AllocationRow, AuditEvent, Notification, Subject
from edc.randomisation import allocation_of, service_for
from edc.services.enrol import enrol_subject
from edc.services.randomisation import allocate_subject, confirm_list, end_list, upload_list
from tests.edc.entry.test_concurrency import at_once, errors
from tests.factories.designs import small_design
from tests.factories.randomisation import AllocationListFactory, AllocationRowFactory

OPEN = b"stratum,sequence,arm\nyoung,1,Arm A\nyoung,2,Arm B\nold,1,Arm B\n"
BLINDED = b"stratum,sequence,code\nall,1,KIT-04711\nall,2,KIT-04712\n"


@pytest.fixture
def design():
    """The design names sex and site as what makes a stratum."""
    return small_design(stratification=("IT.DM.SEX", "SITE"))


@pytest.fixture
def in_force(study, member):
    """Return a function that puts a list in force by two people."""

    def put(content=OPEN):
        made = upload_list(study=study, content=content, actor=member("meg", "data_manager"))
        return confirm_list(allocation_list=made, actor=member("max", "data_manager"))

    return put


def enrolled(site, actor):
    made = enrol_subject(site=site, actor=actor)
    Subject.objects.filter(pk=made.pk).update(status=Subject.Status.ENROLLED)
    made.refresh_from_db()
    return made


@pytest.fixture
def crc(member):
    return member("ada", "crc")


@pytest.fixture
def asking(client):
    client.cookies.load({"django_language": "en"})

    def log_in(user):
        client.force_login(user)
        return client

    return log_in


def sent(content):
    return {"file": SimpleUploadedFile("list.csv", content)}


def test_a_list_takes_two_people_and_then_allocates(asking, member, study, site, crc):
    subject = enrolled(site, crc)
    page = reverse("subject", args=[subject.pk])
    assert "Randomis" not in asking(crc).get(page).content.decode()
    first, second = member("meg", "data_manager"), member("max", "data_manager")
    asking(first).post(reverse("randomisation"), sent(OPEN))
    made = AllocationList.objects.get()
    confirm = reverse("randomisation-confirm", args=[made.pk])
    assert asking(first).post(confirm).status_code == 403
    assert service_for(study) is None

    assert asking(second).post(confirm).status_code == 302

    assert service_for(study).strata(study=study) == ["old", "young"]
    assert ">young<" in asking(crc).get(page).content.decode()
    asking(crc).post(reverse("subject-allocate", args=[subject.pk]), {"strata": "young"})
    assert "Arm A" in asking(crc).get(page).content.decode()
    [event] = AuditEvent.objects.filter(action="subject.allocated")
    assert event.subject == subject
    assert event.after == {
        "list": made.sha256, "strata": "young", "sequence": 1, "arm": "Arm A", "stratum_from_data": False,
    }  # fmt: skip
    kept = asking(second).get(reverse("randomisation")).content.decode()
    assert "young: 1 / 2" in kept
    assert "Arm A" not in kept


def test_a_subject_is_allocated_once_and_a_used_up_stratum_says_so(asking, in_force, site, crc):
    in_force()
    subject, another, third = (enrolled(site, crc) for _ in range(3))
    allocate_subject(subject=subject, strata="old", actor=crc)
    for strata in ("old", "young"):
        with pytest.raises(NotNow, match="already"), translation.override("en"):
            allocate_subject(subject=subject, strata=strata, actor=crc)
    told = asking(crc).post(reverse("subject-allocate", args=[another.pk]), {"strata": "old"})
    assert told.status_code == 409
    assert "used up" in told.content.decode()
    wrong = asking(crc).post(reverse("subject-allocate", args=[third.pk]), {"strata": "middle"})
    assert wrong.status_code == 422
    assert Allocation.objects.count() == 1


def test_only_an_enrolled_subject_is_allocated(in_force, site, crc):
    in_force()
    with pytest.raises(NotNow):
        allocate_subject(subject=enrol_subject(site=site, actor=crc), strata="old", actor=crc)
    assert not Allocation.objects.exists()


def test_the_sites_share_one_list_without_seeing_each_other(asking, in_force, member, site, other_site, crc):
    in_force()
    there = member("zoe", "crc", other_site)
    here, elsewhere = enrolled(site, crc), enrolled(other_site, there)
    url = reverse("subject-allocate", args=[here.pk])
    assert asking(there).post(url, {"strata": "young"}).status_code == 404
    assert asking(crc).post(url, {"strata": "young"}).status_code == 302
    asking(there).post(reverse("subject-allocate", args=[elsewhere.pk]), {"strata": "young"})
    assert set(Allocation.objects.values_list("subject", "row__sequence")) == {
        (here.pk, 1),
        (elsewhere.pk, 2),
    }


def test_who_may_confirm_a_list_is_told(asking, study, member):
    meg, max_ = member("meg", "data_manager"), member("max", "data_manager")
    upload_list(study=study, content=OPEN, actor=meg)
    [told] = Notification.objects.filter(kind=Notification.Kind.LIST_SUBMITTED)
    assert (told.user, told.about, told.url) == (max_, study.oid, reverse("randomisation"))
    assert "compare its hash" in asking(max_).get(reverse("notifications")).content.decode()


BY_SEX = b"stratum,sequence,arm\nF/S01,1,Arm A\nM/S01,1,Arm B\n"


def test_the_data_say_the_stratum(asking, in_force, subject, complete, crc):
    in_force(BY_SEX)
    complete("FO.DM", SEX="M")
    Subject.objects.filter(pk=subject.pk).update(status=Subject.Status.ENROLLED)
    page, url = (reverse(name, args=[subject.pk]) for name in ("subject", "subject-allocate"))
    text = asking(crc).get(page).content.decode()
    assert 'type="hidden" name="strata" value="M/S01"' in text
    assert "a-strata" not in text
    refused = asking(crc).post(url, {"strata": "F/S01"})
    assert (refused.status_code, Allocation.objects.count()) == (422, 0)
    assert "say the stratum M/S01" in refused.content.decode()
    assert asking(crc).post(url, {"strata": "M/S01"}).status_code == 302
    made = Allocation.objects.get()
    assert (made.row.arm, made.stratum_from_data) == ("Arm B", True)
    assert "by the subject's data" in asking(crc).get(page).content.decode()


@pytest.mark.parametrize("known", [{}, {"SEX": "F"}])
def test_a_person_chooses_where_the_data_say_none_of_the_list(
    asking, in_force, subject, complete, crc, known
):
    """The form is not complete yet, or the list has another stratum than the data."""
    in_force(BY_SEX.replace(b"F/S01", b"F/other"))
    if known:
        complete("FO.DM", **known)
    Subject.objects.filter(pk=subject.pk).update(status=Subject.Status.ENROLLED)
    assert 'id="a-strata"' in asking(crc).get(reverse("subject", args=[subject.pk])).content.decode()
    asking(crc).post(reverse("subject-allocate", args=[subject.pk]), {"strata": "M/S01"})
    assert Allocation.objects.get().stratum_from_data is False


@pytest.mark.parametrize("role", ["data_manager", "monitor", "clinician", "auditor"])
def test_a_role_that_is_to_stay_blind_sees_nothing(asking, in_force, member, site, crc, role):
    held = in_force(BLINDED)
    subject = enrolled(site, crc)
    allocate_subject(subject=subject, strata="all", actor=crc)
    blind = member("blind", role)
    page = asking(blind).get(reverse("subject", args=[subject.pk]))
    assert page.status_code == 200
    text = page.content.decode() + asking(blind).get(reverse("audit")).content.decode()
    assert "KIT-" not in text
    assert 'id="allocation"' not in text
    assert allocation_of(subject, blind) is None
    assert asking(blind).post(reverse("subject-allocate", args=[subject.pk])).status_code == 403
    [event] = AuditEvent.objects.filter(action="subject.allocated")
    assert event.after == {"list": held.sha256, "strata": "all", "sequence": 1, "stratum_from_data": False}


def test_bad_rows_are_named_and_nothing_is_kept(client, member):
    client.force_login(member("meg", "data_manager"))
    content = b"stratum,sequence,arm\nA,1,X\nA,1,Y\nA,z,X\n"
    for language, words in (("en", "Line 4"), ("zh-hans", "序号须为从 1 起的整数")):
        client.cookies.load({"django_language": language})
        answer = client.post(reverse("randomisation"), sent(content))
        assert answer.status_code == 422
        assert words in answer.content.decode()
    assert not AllocationList.objects.exists()
    assert not AllocationRow.objects.exists()


def test_a_retired_list_gives_no_more_and_what_it_gave_stands(in_force, study, member, site, crc):
    held = in_force()
    subject = enrolled(site, crc)
    allocate_subject(subject=subject, strata="old", actor=crc)
    meg = member("meg", "data_manager")
    with pytest.raises(NotNow):
        confirm_list(allocation_list=AllocationListFactory(study=study), actor=meg)
    end_list(allocation_list=held, reason="Randomisation is closed", actor=meg)
    assert service_for(study) is None
    assert allocation_of(subject, crc).arm == "Arm B"
    with pytest.raises(NotNow):
        allocate_subject(subject=enrolled(site, crc), strata="young", actor=crc)


@pytest.mark.django_db(transaction=True)
def test_two_at_once_get_two_rows_and_one_subject_gets_one(study, site, crc):
    rows = [AllocationRowFactory(list__study=study, sequence=1)]
    rows += [AllocationRowFactory(list=rows[0].list, sequence=number) for number in (2, 3)]
    subjects = [enrolled(site, crc) for _ in range(2)]
    results = at_once(
        *(lambda each=each: allocate_subject(subject=each, strata="A", actor=crc) for each in subjects)
    )
    assert not errors(results)
    assert {each.row_id for each in Allocation.objects.all()} == {rows[0].pk, rows[1].pk}

    same = enrolled(site, crc)
    results = at_once(*[lambda: allocate_subject(subject=same, strata="A", actor=crc)] * 2)
    assert [type(each) for each in errors(results)] == [NotNow]
    assert Allocation.objects.filter(subject=same).count() == 1
