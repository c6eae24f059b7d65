"""For each service of imports: what must be there first, and the call on it."""

from edc.services.data_import import batches, commit, dry_run, undo

MAPPING = {"shape": "wide", "columns": {"subject": "S"}, "items": {"AGE": {"item": "IT.DM.AGE"}}}


def _uploaded(w):
    w.complete("FO.DM")
    content = f"S,AGE\n{w.subject.subject_key},59\n".encode()
    return batches.upload_file(study=w.study, file_name="a.csv", chunks=[content], actor=w.manager)


def _queued(w):
    return batches.request_check(batch=_uploaded(w), mapping=MAPPING, actor=w.manager)


def _checking(w):
    batch = _queued(w)
    batches.move(batch, "checking")
    return batch


def _checked(w):
    batch = _queued(w)
    dry_run.check_batch(batch_id=batch.pk)
    batch.refresh_from_db()
    return batch


def _requested(w):
    return commit.request_commit(batch=_checked(w), reason="File", actor=w.manager)


def _committed(w):
    batch = _requested(w)
    commit.commit_batch(batch_id=batch.pk)
    batch.refresh_from_db()
    return batch


def _undoing(w):
    return undo.request_undo(batch=_committed(w), reason="Wrong", actor=w.manager)


IMPORTS = {
    "data_import.batches.upload_file": (None, lambda w, _: _uploaded(w)),
    "data_import.batches.save_mapping": (
        None,
        lambda w, _: batches.save_mapping(study=w.study, name="Lab", content=MAPPING, actor=w.manager),
    ),
    "data_import.batches.request_check": (
        _uploaded,
        lambda w, batch: batches.request_check(batch=batch, mapping=MAPPING, actor=w.manager),
    ),
    "data_import.batches.cancel_import": (
        _uploaded,
        lambda w, batch: batches.cancel_import(batch=batch, actor=w.manager),
    ),
    "data_import.dry_run.check_batch": (_queued, lambda w, batch: dry_run.check_batch(batch_id=batch.pk)),
    "data_import.dry_run.end_badly": (
        _checking,
        lambda w, batch: dry_run.end_badly(batch=batch, zh="坏", en="bad"),
    ),
    "data_import.commit.request_commit": (
        _checked,
        lambda w, batch: commit.request_commit(batch=batch, reason="File", actor=w.manager),
    ),
    "data_import.commit.commit_batch": (_requested, lambda w, batch: commit.commit_batch(batch_id=batch.pk)),
    "data_import.commit.end_commit_badly": (
        _requested,
        lambda w, batch: commit.end_commit_badly(batch=batch, zh="坏", en="bad"),
    ),
    "data_import.undo.request_undo": (
        _committed,
        lambda w, batch: undo.request_undo(batch=batch, reason="Wrong", actor=w.manager),
    ),
    "data_import.undo.undo_batch": (_undoing, lambda w, batch: undo.undo_batch(batch_id=batch.pk)),
    "data_import.undo.end_undo_badly": (
        _undoing,
        lambda w, batch: undo.end_undo_badly(batch=batch, zh="坏", en="bad"),
    ),
}
