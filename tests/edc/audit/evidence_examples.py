"""Examples of the services of source evidence, and of rows taken back."""

from edc.services import entry, evidence
from tests.factories.evidence import kept_page, scan

ABOUT = {"source": "laboratory", "paths": ["IT.DM.SEX"], "deidentified": True}


def page(w):
    return kept_page(w.form(), w.ada, ["IT.DM.SEX"])


def removed(w):
    form, key = w.row_form()
    entry.remove_row(form=form, group_oid="IG.TXSROW", key=key, actor=w.ada)
    return form, key


EVIDENCE = {
    "entry.restore.restore_row": (
        removed,
        lambda w, made: entry.restore_row(form=made[0], group_oid="IG.TXSROW", key=made[1], actor=w.ada),
    ),
    "evidence.add_page": (
        lambda w: w.form(),
        lambda w, form: evidence.add_page(form=form, content=scan(), actor=w.ada, **ABOUT),
    ),
    "evidence.add_passage": (
        lambda w: w.form(),
        lambda w, form: evidence.add_passage(form=form, text="Sex: F", actor=w.ada, **ABOUT),
    ),
    "evidence.tie_evidence": (
        page,
        lambda w, held: evidence.tie_evidence(evidence=held, path="IT.DM.AGE", actor=w.ada),
    ),
    "evidence.withdraw_evidence": (
        page,
        lambda w, held: evidence.withdraw_evidence(evidence=held, reason="A name on it", actor=w.ada),
    ),
    "evidence.record_evidence_download": (
        page,
        lambda w, held: evidence.record_evidence_download(evidence=held, actor=w.ada),
    ),
}
