"""Every write service of edc leaves an audit row: a new one without an example here fails."""

import inspect
import pkgutil
from datetime import date
from importlib import import_module

import pytest
from django.utils import timezone

import edc.services
from edc.models import AuditEvent, Draft, Query, Signature
from edc.rules.form_logic import Flag
from edc.selectors.audit_filters import ABOUT_A_FORM
from edc.services import design as design_service
from edc.services import enrol, entry, people, query, reconcile, schedule, sign
from edc.services.check_queries import Judged, sync_checks
from edc.services.eligibility import reassess
from edc.services.entry.release import LEFT_AFTER
from tests.edc.audit.account_examples import ACCOUNTS
from tests.edc.audit.amendment_examples import AMENDMENTS
from tests.edc.audit.backup_examples import BACKUPS
from tests.edc.audit.check_examples import CHECKS
from tests.edc.audit.coding_examples import CODING
from tests.edc.audit.conduct_examples import CONDUCT
from tests.edc.audit.consent_examples import CONSENTS
from tests.edc.audit.design_examples import DESIGNS
from tests.edc.audit.entry_examples import ENTRY
from tests.edc.audit.evidence_examples import EVIDENCE
from tests.edc.audit.export_examples import EXPORTS
from tests.edc.audit.founding_examples import FOUNDINGS
from tests.edc.audit.import_examples import IMPORTS
from tests.edc.audit.quality_examples import QUALITY
from tests.edc.audit.randomisation_examples import RANDOMISATION
from tests.edc.audit.safety_examples import SAFETY
from tests.edc.audit.training_examples import TRAINING
from tests.edc.audit.trust_examples import TRUST
from tests.edc.audit.view_examples import VIEWS
from tests.factories.designs import small_design, text
from tests.factories.entering import entry as value
from tests.factories.entering import form_of, record
from tests.factories.models import PASSWORD, QueryFactory, UserFactory

# What others call inside their own transaction: the caller's row tells of it.
PARTS = {
    "edc.services.check_queries.sync_checks",
    "edc.services.consequences.follow_visit_dates",
    "edc.services.completion.complete_form",
    "edc.services.dictionaries.tie_declared_items",
    "edc.services.consent.period.ask_about_consent",
    "edc.services.consent.period.ask_site_again",
    "edc.services.entry.draw.draw_second_pass",
    "edc.services.entry.draw.require_second_pass",
    "edc.services.entry.draw.settle_mode",
    "edc.services.schedule.make_event",
    "edc.services.notifications.notify",
    "edc.services.safety_cases.sync_cases",
    "edc.services.schedule.make_events",
    "edc.services.schedule.make_form",
    "edc.services.data_import.commit.seal",
    "edc.services.visit_plan.plan_events",
    "edc.services.reconcile.compare_passes",
}


def services():
    """Every public function of edc.services that takes an actor, or is keyword-only and so a write."""
    for info in pkgutil.walk_packages(edc.services.__path__, "edc.services."):
        module = import_module(info.name)
        for name, function in inspect.getmembers(module, inspect.isfunction):
            own = function.__module__ == info.name and not name.startswith("_")
            kinds = {each.kind for each in inspect.signature(function).parameters.values()}
            if own and kinds == {inspect.Parameter.KEYWORD_ONLY}:
                yield f"{info.name}.{name}"


ROW = {"IT.TXS.DRUG": value("BEV"), "IT.TXS.DOSE": value("900")}


class World:
    """One subject in each state that the services need, with people of every role."""

    def __init__(self, member, subject, complete, enter, crcs, system):
        self.member, self.subject, self.complete, self.enter = member, subject, complete, enter
        self.ada, self.grace = crcs
        self.system = system
        self.study, self.site = subject.study, subject.site

    @property
    def manager(self):
        return self.member("meg", "data_manager")

    @property
    def investigator(self):
        return self.member("pi", "investigator")

    @property
    def head(self):
        return self.member("root", "administrator", study_wide=True)

    @property
    def other_site(self):
        return self.study.sites.exclude(pk=self.site.pk).get()

    def form(self, oid="FO.DM"):
        self.complete("FO.IC")
        return form_of(self.subject, oid)

    def event(self, oid):
        return self.subject.events.filter(event_oid=oid).first()

    def row_form(self):
        form = self.form("FO.TXS")
        key = entry.add_row(form=form, group_oid="IG.TXSROW", actor=self.ada)
        return form, key

    def row_form_completed(self):
        form = self.complete("FO.TXS")
        key = entry.add_corrected_row(
            form=form, group_oid="IG.TXSROW", entries=ROW, reason="Missed", actor=self.ada
        )
        return form, key

    def left_draft(self):
        form, _key = self.row_form()
        Draft.objects.update(saved_at=timezone.now() - 2 * LEFT_AFTER)
        return form

    def query(self):
        return query.raise_query(form=self.complete("FO.DM"), path="", text="Why?", actor=self.manager)

    def answered(self):
        return query.answer_query(query=self.query(), text="So", actor=self.ada)

    def disagreement(self):
        form = self.form()
        self.enter(form, 1, AGE="58")
        self.enter(form, 2, AGE="59")
        return form.disagreements.get()

    def token(self):
        return people.issue_token(
            user=self.ada, name="t", scopes=["read"], site=None, days=3, actor=self.ada
        )[0]


def system_query(w):
    return query.raise_system_query(
        form=w.complete("FO.DM"), path="IT.DM.SEX", rule_oid="R1", text_zh="问", text_en="ask",
        origin=Query.Origin.IMAGING,
    )  # fmt: skip


def candidate(w):
    return QueryFactory(form=w.complete("FO.DM"), state=Query.State.CANDIDATE, owner_role="data_manager")


# For each service: what must be there first, and the call on it.
EXAMPLES = {
    "people.create_user": (
        None,
        lambda w, _: people.create_user(
            username="newbie", password="long enough 5 x", display_name="N", actor=w.head
        ),
    ),
    "people.grant_membership": (
        lambda w: UserFactory(),
        lambda w, u: people.grant_membership(user=u, study=w.study, site=w.site, role="crc", actor=w.head),
    ),
    "people.end_membership": (
        lambda w: w.ada.memberships.get(),
        lambda w, m: people.end_membership(membership=m, actor=w.head),
    ),
    "people.issue_token": (None, lambda w, _: w.token()),
    "people.revoke_token": (
        lambda w: w.token(),
        lambda w, token: people.revoke_token(token=token, actor=w.ada),
    ),
    "design.publish_design": (
        None,
        lambda w, _: design_service.publish_design(
            design=small_design(short_title=text("Changed")), actor=w.manager
        ),
    ),
    "enrol.enrol_subject": (None, lambda w, _: enrol.enrol_subject(site=w.site, actor=w.ada)),
    "enrol.confirm_enrolment": (
        None,
        lambda w, _: enrol.confirm_enrolment(
            subject=w.subject, actor=w.investigator, override_reason="Waiver"
        ),
    ),
    "enrol.fail_screening": (
        None,
        lambda w, _: enrol.fail_screening(subject=w.subject, actor=w.ada, reason="Age"),
    ),
    "eligibility.assess_eligibility": (
        None,
        lambda w, _: enrol.assess_eligibility(subject=w.subject, actor=w.ada),
    ),
    "eligibility.reassess": (None, lambda w, _: reassess(subject=w.subject)),
    "schedule.add_event": (
        None,
        lambda w, _: schedule.add_event(
            subject=w.subject, event_oid="SE.UNSCHED", held_on=date(2026, 6, 1), actor=w.ada
        ),
    ),
    "schedule.hold_event": (
        lambda w: w.event("SE.BASELINE"),
        lambda w, e: schedule.hold_event(event=e, held_on=date(2026, 6, 1), actor=w.ada),
    ),
    "schedule.miss_event": (
        lambda w: w.event("SE.BASELINE"),
        lambda w, e: schedule.miss_event(event=e, reason="Ill", actor=w.ada),
    ),
    "schedule.add_form": (
        lambda w: w.event("SE.AE"),
        lambda w, e: schedule.add_form(event=e, form_oid="FO.AE", actor=w.ada),
    ),
    "entry.draft.open_draft": (
        lambda w: w.form(),
        lambda w, form: entry.open_draft(form=form, actor=w.ada),
    ),
    "entry.draft.save_item": (
        lambda w: w.form(),
        lambda w, form: entry.save_item(
            form=form, path="IT.DM.AGE", entry=value("5"), expected_version=0, actor=w.ada
        ),
    ),
    "entry.draft.add_row": (
        lambda w: w.form("FO.TXS"),
        lambda w, form: entry.add_row(form=form, group_oid="IG.TXSROW", actor=w.ada),
    ),
    "entry.draft.remove_row": (
        lambda w: w.row_form(),
        lambda w, made: entry.remove_row(form=made[0], group_oid="IG.TXSROW", key=made[1], actor=w.ada),
    ),
    "entry.submit.submit_entry": (
        lambda w: w.form(),
        lambda w, form: entry.submit_entry(
            form=form, actor=w.ada, record=record({"IT.DM.SEX": "F", "IT.DM.AGE": "5"})
        ),
    ),
    "entry.correct_rows.add_corrected_row": (
        lambda w: w.complete("FO.TXS"),
        lambda w, form: entry.add_corrected_row(
            form=form, group_oid="IG.TXSROW", entries=ROW, reason="Missed", actor=w.ada
        ),
    ),
    "entry.correct_rows.remove_corrected_row": (
        lambda w: w.row_form_completed(),
        lambda w, made: entry.remove_corrected_row(
            form=made[0], group_oid="IG.TXSROW", key=made[1], reason="Twice", actor=w.ada
        ),
    ),
    "entry.release.release_draft": (
        lambda w: w.left_draft(),
        lambda w, form: entry.release_draft(
            form=form, stream="entry-1", reason="She has left.", actor=w.manager
        ),
    ),
    "entry.correct.correct_item": (
        lambda w: w.complete("FO.DM"),
        lambda w, form: entry.correct_item(
            form=form, path="IT.DM.AGE", entry=value("57"), reason="Typing", actor=w.ada
        ),
    ),
    "reconcile.resolve_disagreement": (
        lambda w: w.disagreement(),
        lambda w, each: reconcile.resolve_disagreement(
            disagreement=each, choice="first", entry=None, reason="Source", actor=w.manager
        ),
    ),
    "query.asking.raise_query": (
        lambda w: w.complete("FO.DM"),
        lambda w, form: query.raise_query(form=form, path="", text="Why?", actor=w.manager),
    ),
    "query.turns.answer_query": (
        lambda w: w.query(),
        lambda w, q: query.answer_query(query=q, text="a", actor=w.ada),
    ),
    "query.turns.close_query": (
        lambda w: w.answered(),
        lambda w, q: query.close_query(query=q, text="c", actor=w.manager),
    ),
    "query.turns.reopen_query": (
        lambda w: w.answered(),
        lambda w, q: query.reopen_query(query=q, text="r", actor=w.manager),
    ),
    "query.turns.cancel_query": (
        lambda w: w.query(),
        lambda w, q: query.cancel_query(query=q, text="c", actor=w.manager),
    ),
    "query.system.raise_system_query": (None, lambda w, _: system_query(w)),
    "query.system.settle_system_query": (
        system_query,
        lambda w, q: query.settle_system_query(form=q.form, path=q.path, rule_oid=q.rule_oid, text="ok"),
    ),
    "query.system.close_unreachable": (
        system_query,
        lambda w, q: query.close_unreachable(form=q.form, shown=set()),
    ),
    "query.turns.release_query": (
        lambda w: candidate(w),
        lambda w, q: query.release_query(query=q, actor=w.manager),
    ),
    "query.turns.resolve_query": (
        lambda w: w.answered(),
        lambda w, q: query.resolve_query(query=q, text="fine", actor=w.manager),
    ),
    "query.asking.assign_query": (
        lambda w: w.query(),
        lambda w, q: query.assign_query(query=q, assignee=w.ada, actor=w.manager),
    ),
    "query.bulk.turn_queries": (
        lambda w: w.query(),
        lambda w, q: query.turn_queries(queries=[q], turn="close", text="c", actor=w.manager),
    ),
    "query.bulk.assign_queries": (
        lambda w: w.query(),
        lambda w, q: query.assign_queries(queries=[q], assignee=w.ada, actor=w.manager),
    ),
    "query.bulk.raise_queries": (
        lambda w: w.complete("FO.DM"),
        lambda w, form: query.raise_queries(forms=[form], path="", text="?", actor=w.manager),
    ),
    "query.standard.save_standard_text": (
        None,
        lambda w, _: query.save_standard_text(
            study=w.study, code="own", purpose="query", text=text("Look"), active=True, actor=w.manager
        ),
    ),
    "sign.sign_form": (
        lambda w: w.complete("FO.DM"),
        lambda w, form: sign.sign_form(
            form=form, actor=w.investigator, password=PASSWORD, meaning=Signature.Meaning.REVIEWED
        ),
    ),
}

EXAMPLES |= TRAINING | TRUST | DESIGNS | SAFETY | VIEWS | CODING | FOUNDINGS | CONSENTS | RANDOMISATION

EXAMPLES |= (
    AMENDMENTS | ENTRY | IMPORTS | EXPORTS | ACCOUNTS | CHECKS | QUALITY | CONDUCT | EVIDENCE | BACKUPS
)


@pytest.fixture
def world(member, subject, complete, enter, crcs, system):
    return World(member, subject, complete, enter, crcs, system)


@pytest.mark.requirement("I3")
def test_every_service_has_an_example():
    assert set(services()) == PARTS | {f"edc.services.{name}" for name in EXAMPLES}


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.requirement("P5", "I3")
def test_the_service_writes_an_audit_row(name, world):
    prepare, call = EXAMPLES[name]
    ready = prepare(world) if prepare else None
    before = AuditEvent.objects.count()
    call(world, ready)
    added = AuditEvent.objects.order_by("pk")[before:]
    assert added, name
    for event in added:
        assert_answers(event)


# The whole platform's, and what is to be a study.
OF_NO_STUDY = ("edc.backup", "edc.restoredrill", "edc.studyfounding")


def assert_answers(event):
    """Who, in which role, when, where, through what, with which software: an empty column answers nothing."""
    for column in ("actor_id", "actor_name", "at", "action", "channel", "request_id", "software_version"):
        assert getattr(event, column), f"{event.action}: {column}"
    of_an_account = event.target_type in ("edc.user", "edc.apitoken")
    assert event.role or of_an_account, f"{event.action}: role"
    assert event.study_id or of_an_account or event.target_type in OF_NO_STUDY, f"{event.action}: study"
    if event.target_type in ABOUT_A_FORM:
        assert event.site_id, f"{event.action}: site"
        assert event.subject_id, f"{event.action}: subject"


def test_a_check_query_is_recorded(world):
    form = world.complete("FO.DM")
    before = AuditEvent.objects.count()
    flag = Flag("EC9", "soft", "IT.DM.SEX", text("Odd"))
    sync_checks(form=form, flags=[flag], judged=Judged(rules=frozenset({"EC9"}), known=frozenset({"EC9"})))
    assert AuditEvent.objects.count() == before + 1
