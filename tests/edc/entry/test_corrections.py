"""A completed form is corrected with a reason, and what rested on it is visibly broken."""

import pytest
from django.core.exceptions import PermissionDenied

from edc.errors import InvalidInput, NotNow
from edc.models import AuditEvent, FormInstance, ItemValue, Observation, Query, Signature
from edc.services.entry import correct_item
from edc.services.lock import lock_form, unlock_form
from edc.services.sign import sign_form
from edc.services.verify import verify_form
from tests.factories.entering import entry, form_of
from tests.factories.models import PASSWORD

Status = FormInstance.Status
MEANING = Signature.Meaning.REVIEWED


@pytest.fixture
def form(complete):
    return complete("FO.LBC")


def value(form, oid):
    return ItemValue.objects.get(form=form, item_oid=oid)


def test_a_derived_item_is_stored_with_its_formula(form):
    albi = value(form, "IT.LBC.ALBI")
    assert (albi.derived, albi.formula) == (True, "ALBI 2015")
    assert albi.value == "-2.76"  # 0.66 lg 12.5 - 0.085 * 41 (Johnson 2015)


@pytest.mark.requirement("P5", "N2", "N12")
def test_a_correction_is_a_revision_and_recomputes(form, crcs):
    revision = correct_item(
        form=form, path="IT.LBC.ALB", entry=entry("3.1", "g/dL"), reason="Unit read wrongly", actor=crcs[0]
    )
    assert (revision.stream, revision.revision, revision.reason) == ("adjudicated", 1, "Unit read wrongly")
    assert value(form, "IT.LBC.ALB").standard_value == "31"
    assert value(form, "IT.LBC.ALBI").value == "-1.91"
    again = correct_item(form=form, path="IT.LBC.ALB", entry=entry("32"), reason="Again", actor=crcs[0])
    assert again.revision == 2
    assert (
        Observation.objects.filter(form=form, stream="entry-1").get().content["items"]["IT.LBC.ALB"]["raw"]
        == "41"
    )


@pytest.mark.requirement("I2", "I9")
def test_a_correction_needs_a_reason_a_right_and_a_possible_value(form, crcs, member):
    path = "IT.LBC.ALB"
    with pytest.raises(InvalidInput):
        correct_item(form=form, path=path, entry=entry("30"), reason="", actor=crcs[0])
    with pytest.raises(InvalidInput):
        correct_item(form=form, path="IT.LBC.BILI", entry=entry("5000"), reason="r", actor=crcs[0])
    with pytest.raises(InvalidInput):
        correct_item(form=form, path="IT.LBC.ALBI", entry=entry("1"), reason="r", actor=crcs[0])
    with pytest.raises(PermissionDenied):
        correct_item(form=form, path=path, entry=entry("30"), reason="r", actor=member("mo", "monitor"))


@pytest.mark.requirement("P14")
def test_a_correction_breaks_signature_and_verification(form, crcs, member):
    verify_form(form=form, actor=member("mo", "monitor"))
    signature = sign_form(form=form, actor=member("pi", "investigator"), password=PASSWORD, meaning=MEANING)
    form.refresh_from_db()
    assert (form.status, signature.content_sha256) == (Status.SIGNED, form.content_sha256)

    correct_item(form=form, path="IT.LBC.ALB", entry=entry("30"), reason="Typing", actor=crcs[0])

    form.refresh_from_db()
    signature.refresh_from_db()
    assert form.status == Status.COMPLETE
    assert signature.broken_at
    assert signature.broken_reason == "Typing"
    assert form.verifications.get().broken_at
    assert signature.content_sha256 != form.content_sha256


def test_a_correction_to_the_same_value_breaks_nothing(form, crcs, member):
    signature = sign_form(form=form, actor=member("pi", "investigator"), password=PASSWORD, meaning=MEANING)
    correct_item(form=form, path="IT.LBC.ALB", entry=entry("41"), reason="Checked", actor=crcs[0])
    signature.refresh_from_db()
    assert signature.broken_at is None


def test_another_forms_correction_reaches_what_reads_it(form, complete, crcs, member, subject):
    complete("FO.DM")
    assert value(form, "IT.LBC.AGEYRS").value == "58"
    signature = sign_form(form=form, actor=member("pi", "investigator"), password=PASSWORD, meaning=MEANING)
    demography = form_of(subject, "FO.DM")
    correct_item(form=demography, path="IT.DM.AGE", entry=entry("59"), reason="Typing", actor=crcs[0])
    assert value(form, "IT.LBC.AGEYRS").value == "59"
    signature.refresh_from_db()
    assert signature.broken_at


def test_a_derived_item_that_reads_another_form_alone_is_there_at_once(complete):
    complete("FO.DM")
    assert value(complete("FO.LBC"), "IT.LBC.AGEYRS").value == "58"


@pytest.mark.requirement("P16")
def test_signing_takes_the_password_again(form, member):
    investigator = member("pi", "investigator")
    with pytest.raises(InvalidInput) as refused:
        sign_form(form=form, actor=investigator, password="wrong", meaning=MEANING)
    assert "password" in refused.value.fields
    assert not form.signatures.exists()
    for _more in range(4):
        with pytest.raises(InvalidInput):
            sign_form(form=form, actor=investigator, password="wrong", meaning=MEANING)
    with pytest.raises(NotNow):
        sign_form(form=form, actor=investigator, password=PASSWORD, meaning=MEANING)
    assert AuditEvent.objects.filter(action="signature.refused").count() == 5


@pytest.mark.parametrize("role", ["crc", "data_manager", "monitor"])
@pytest.mark.requirement("P7")
def test_only_investigators_sign(form, member, role):
    with pytest.raises(PermissionDenied):
        sign_form(form=form, actor=member("other", role), password=PASSWORD, meaning=MEANING)


def test_a_locked_form_is_closed_and_opens_as_it_was(form, crcs, member):
    manager = member("meg", "data_manager")
    sign_form(form=form, actor=member("pi", "investigator"), password=PASSWORD, meaning=MEANING)
    lock_form(form=form, actor=manager, reason="Clean")
    with pytest.raises(NotNow, match="locked"):
        correct_item(form=form, path="IT.LBC.ALB", entry=entry("30"), reason="r", actor=crcs[0])
    assert unlock_form(form=form, actor=manager, reason="Late result").status == Status.SIGNED


@pytest.mark.requirement("P6")
def test_a_form_with_an_open_query_is_not_locked(form, crcs, member):
    correct_item(form=form, path="IT.LBC.ALB", entry=entry("15"), reason="Source", actor=crcs[0])
    complete_age = Query.objects.filter(form=form, rule_oid="EC901")
    assert not complete_age.exists()  # not evaluable without an age: never a query
    correct_item(form=form, path="IT.LBC.BILI", entry=entry("600"), reason="Source", actor=crcs[0])
    assert Query.objects.get(form=form).rule_oid == "soft_limit"
    with pytest.raises(NotNow, match="Queries not settled: 1"):
        lock_form(form=form, actor=member("meg", "data_manager"), reason="Clean")


def test_a_hidden_item_is_not_corrected_and_asks_for_no_reason(complete, crcs):
    form = complete("FO.DM", SMOKER="Y", PACKYRS="20")

    correct_item(
        form=form,
        path="IT.DM.SMOKER",
        entry=entry("N"),
        reason="transcription_error",
        actor=crcs[0],
        drop_hidden=True,
    )
    assert not ItemValue.objects.filter(form=form, item_oid="IT.DM.PACKYRS").exists()
    gone = AuditEvent.objects.get(action="value.changed", path="IT.DM.PACKYRS")
    with pytest.raises(NotNow):
        correct_item(
            form=form, path="IT.DM.PACKYRS", entry=entry("5"), reason="source_updated", actor=crcs[0]
        )

    assert (gone.before["value"], gone.after) == ("20", None)
