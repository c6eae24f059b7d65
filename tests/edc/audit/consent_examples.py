"""Examples of the services of informed consent."""

from datetime import date

from edc.services.consent import giving, scans, versions
from tests.factories.consents import (
    ConsentFactory,
    ConsentScanFactory,
    ConsentVersionFactory,
    ConsentWithdrawalFactory,
    in_effect,
)
from tests.factories.evidence import pdf, scan

FACTS = versions.VersionFacts("V2.0", "zh", date(2026, 1, 5), "NFEC-2026-312", date(2026, 1, 20))
GONE = giving.Withdrawn(date(2026, 6, 1), specimens=True)


def a_draft(w):
    return ConsentVersionFactory(study=w.study, state="draft", published_by=None, published_at=None)


def a_version(w):
    return ConsentVersionFactory(study=w.study)


def a_scan(w):
    return ConsentScanFactory(consent=ConsentFactory(subject=w.subject))


def a_withdrawn_scan(w):
    return scans.withdraw_scan(scan=a_scan(w), reason="Another name", actor=w.grace)


CONSENTS = {
    "consent.versions.upload_version": (
        None,
        lambda w, _: versions.upload_version(study=w.study, facts=FACTS, content=pdf(), actor=w.manager),
    ),
    "consent.versions.publish_version": (
        a_draft,
        lambda w, held: versions.publish_version(version=held, actor=w.manager),
    ),
    "consent.versions.discard_version": (
        a_draft,
        lambda w, held: versions.discard_version(version=held, reason="A page is missing", actor=w.manager),
    ),
    "consent.versions.retire_version": (
        a_version,
        lambda w, held: versions.retire_version(version=held, reason="V3 follows", actor=w.manager),
    ),
    "consent.versions.set_starts": (
        a_version,
        lambda w, held: versions.set_starts(
            version=held, sites=[w.site], effective_from=date(2026, 2, 1), approval="S-17", actor=w.manager
        ),
    ),
    "consent.giving.record_consent": (
        lambda w: in_effect(w.site, "V1.0", 30),
        lambda w, held: giving.record_consent(
            subject=w.subject, version=held, given=giving.Given("Dr Lin"), actor=w.ada
        ),
    ),
    "consent.giving.take_back_consent": (
        lambda w: ConsentFactory(subject=w.subject),
        lambda w, held: giving.take_back_consent(consent=held, reason="Mistaken", actor=w.ada),
    ),
    "consent.giving.withdraw_consent": (
        None,
        lambda w, _: giving.withdraw_consent(
            subject=w.subject, withdrawn=GONE, reason="Own wish", actor=w.investigator
        ),
    ),
    "consent.giving.take_back_withdrawal": (
        lambda w: ConsentWithdrawalFactory(subject=w.subject),
        lambda w, held: giving.take_back_withdrawal(withdrawal=held, reason="Mistaken", actor=w.investigator),
    ),
    "consent.scans.add_scan": (
        lambda w: ConsentFactory(subject=w.subject),
        lambda w, held: scans.add_scan(consent=held, content=scan(), actor=w.ada),
    ),
    "consent.scans.record_scan_view": (
        a_scan,
        lambda w, held: scans.record_scan_view(scan=held, page=1, actor=w.investigator),
    ),
    "consent.scans.withdraw_scan": (
        a_scan,
        lambda w, held: scans.withdraw_scan(scan=held, reason="Another name", actor=w.ada),
    ),
    "consent.scans.erase_scan": (
        a_withdrawn_scan,
        lambda w, held: scans.erase_scan(scan=held, actor=w.ada),
    ),
}
