"""Examples of the services about how much is entered twice."""

from decimal import Decimal

from edc.selectors.entry_plan import plan_line
from edc.services import entry_plan
from edc.services.entry import ask_recheck
from tests.factories.entering import record
from tests.factories.entry_plan import EntryRateFactory, EntryTermsFactory

SECOND = record({"IT.DM.SEX": "F", "IT.DM.AGE": "59"})


def lowered(w):
    form = w.form()
    EntryRateFactory(site=form.subject.site, form_oid=form.form_oid, percent=50)
    return form


def differing(w):
    form = w.form()
    EntryTermsFactory(study=form.subject.study, recheck=True)
    w.enter(form, 1, AGE="58")
    form.refresh_from_db()
    return form


ENTRY = {
    "entry.recheck.ask_recheck": (
        differing,
        lambda w, form: ask_recheck(form=form, actor=w.grace, record=SECOND),
    ),
    "entry_plan.decide_rate": (
        lowered,
        lambda w, form: entry_plan.decide_rate(
            site=form.subject.site,
            form_oid=form.form_oid,
            percent=100,
            seen=plan_line(form.subject.site, form.form_oid).seen,
            reason="Too many errors",
            actor=w.manager,
        ),
    ),
    "entry_plan.decide_terms": (
        None,
        lambda w, _: entry_plan.decide_terms(
            study=w.study,
            terms=entry_plan.NewTerms(Decimal("0.4"), Decimal("0.1"), recheck=True),
            reason="Data management plan 2",
            actor=w.member("head", "data_manager", study_wide=True),
        ),
    ),
}
