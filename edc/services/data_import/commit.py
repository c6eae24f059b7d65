"""The commit: the same file, over the same data, written as a whole through the services that pages use."""

from collections.abc import Mapping
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from edc import audit, jobs
from edc.errors import Conflict, NotNow
from edc.exchange.faults import FileFault
from edc.models import (
    FormInstance,
    ImportBatch,
    ImportedForm,
    ImportedSubject,
    Observation,
    Site,
    Stream,
    StudyEvent,
    Subject,
    User,
)
from edc.selectors.activation import active_version, version_in_use
from edc.services.completion import complete_form
from edc.services.data_import.batches import is_silent, move, require_sites
from edc.services.data_import.dry_run import plan_of
from edc.services.data_import.plan import Plan, PlannedForm
from edc.services.enrol import next_key
from edc.services.entry.draw import require_second_pass
from edc.services.lock import require_open
from edc.services.moves import move as move_status
from edc.services.reasons import required_text
from edc.services.schedule import make_event, make_events, make_form

State = ImportBatch.State
How = ImportedForm.How
WRITES = ("accepted", "first_pass", "changed")


@transaction.atomic
def request_commit(*, batch: ImportBatch, reason: str, actor: User) -> ImportBatch:
    """Ask for a checked batch to be written, with the reason; refused when it would write nothing."""
    require_sites(actor, batch)
    reason = required_text(reason, field="reason")
    batch = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    if batch.state == State.COMMITTING and is_silent(batch):
        move(batch, State.CHECKED)
    if batch.state == State.CHECKED and not any(batch.counts.get(name) for name in WRITES):
        raise NotNow(_("There is nothing to import: no cell of the file would be written."))
    move(batch, State.COMMITTING, reason=reason, committed_by=actor, problem_zh="", problem_en="")
    after = {"sha256": batch.file_sha256, "counts": batch.counts}
    audit.record(actor=actor, action="import.commit_requested", target=batch, after=after, reason=reason)
    jobs.enqueue("edc.tasks.commit_import", batch_id=batch.pk)
    return batch


def commit_batch(*, batch_id: int) -> None:
    """Write a batch whose import was asked for, in one transaction; a batch in another state is left alone.

    Where the file, the design or the data are not what the dry run saw, nothing is written and the batch
    asks for a new dry run.
    """
    batch = ImportBatch.objects.select_related("study", "committed_by").get(pk=batch_id)
    if batch.state != State.COMMITTING:
        return
    try:
        _write(batch)
    except (Conflict, FileFault, PermissionDenied) as error:
        zh, en = (error.zh, error.en) if isinstance(error, FileFault) else (CHANGED_ZH, CHANGED_EN)
        batch.state = State.COMMITTING
        end_commit_badly(batch=batch, zh=zh, en=en)


@transaction.atomic
def end_commit_badly(*, batch: ImportBatch, zh: str, en: str) -> None:
    """Write on the batch why it was not imported; it is as the dry run left it."""
    assert batch.committed_by is not None
    move(batch, State.CHECKED, problem_zh=zh[:500], problem_en=en[:500])
    audit.record(actor=batch.committed_by, action="import.refused", target=batch, after={"zh": zh, "en": en})


CHANGED_ZH = "试运行之后数据、设计或权限有变化，什么都没有写入。重新试运行，看过结果再导入。"
CHANGED_EN = (
    "Data, design or rights changed after the dry run; nothing was written. "
    "Run it again and look at the result."
)


@transaction.atomic
def _write(batch: ImportBatch) -> None:
    actor = batch.committed_by
    assert actor is not None
    require_sites(actor, batch)
    subjects = Subject.objects.filter(study=batch.study, site__in=batch.sites.all())
    list(subjects.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
    plan = plan_of(batch, actor)
    same_design = version_in_use(batch.study) == batch.design_version
    if not same_design or (plan.underlying, plan.sha256()) != (batch.underlying_sha256, batch.plan_sha256):
        raise Conflict(CHANGED_EN)
    with audit.channel("import", request_id=str(batch.uid)):
        _write_plan(batch, plan, actor)
        move(batch, State.COMMITTED, committed_at=timezone.now())
        after = {"sha256": batch.file_sha256, "forms": len(plan.forms), "counts": batch.counts}
        audit.record(actor=actor, action="import.committed", target=batch, after=after, reason=batch.reason)


def _write_plan(batch: ImportBatch, plan: Plan, actor: User) -> None:
    new: dict[str, Subject] = {}
    for planned in plan.forms:
        subject = planned.subject or new.get(planned.subject_key)
        if subject is None:
            subject = new[planned.subject_key] = _new_subject(batch, planned, actor)
        _write_form(batch, planned, subject, actor)


def _new_subject(batch: ImportBatch, planned: PlannedForm, actor: User) -> Subject:
    """Make the subject on the version of its site, under the file's key or the site's next number."""
    assert batch.design_version is not None
    renumber = batch.mapping.get("subjects") == "new_key"
    Site.objects.select_for_update(no_key=True).get(pk=planned.site.pk)
    subject = Subject.objects.create(
        study=batch.study,
        site=planned.site,
        design_version=active_version(planned.site) or batch.design_version,
        subject_key=next_key(planned.site) if renumber else planned.subject_key,
        created_by=actor,
    )
    make_events(subject=subject)
    source = planned.subject_key
    ImportedSubject.objects.create(study=batch.study, batch=batch, subject=subject, source_key=source)
    after = {"subject_key": subject.subject_key, "source_key": source, "batch": str(batch.uid)}
    audit.record(actor=actor, action="subject.imported", target=subject, after=after, reason=batch.reason)
    return subject


def _form(subject: Subject, planned: PlannedForm, actor: User) -> FormInstance:
    """Return the form of the plan, held; its visit and the form itself are made where they are not there."""
    event_oid, event_repeat, form_oid, form_repeat = planned.place
    design = subject.design_version.design
    event = subject.events.filter(event_oid=event_oid, repeat_key=event_repeat).first()
    if event is None:
        event = make_event(subject=subject, definition=design.event(event_oid), repeat_key=event_repeat)
        audit.record(
            actor=actor,
            action="event.added",
            target=event,
            after={"event": event_oid, "repeat": event_repeat},
        )
    day = date.fromisoformat(planned.event_date) if planned.event_date else None
    if day and day <= timezone.localdate() and event.status == StudyEvent.Status.PLANNED:
        move_status(event, StudyEvent.Status.HELD, held_on=day)
        audit.record(actor=actor, action="event.held", target=event, after={"held_on": planned.event_date})
    form = event.forms.select_for_update().filter(form_oid=form_oid, repeat_key=form_repeat).first()
    if form is None:
        form = make_form(event=event, form_oid=form_oid, repeat_key=form_repeat)
        audit.record(
            actor=actor, action="form.added", target=form, after={"form": form_oid, "repeat": form_repeat}
        )
    return form


STREAMS = {How.COMPLETED: Stream.IMPORT, How.FIRST_PASS: Stream.ENTRY_1, How.REVISED: Stream.ADJUDICATED}


def _write_form(batch: ImportBatch, planned: PlannedForm, subject: Subject, actor: User) -> None:
    form, plan = _form(subject, planned, actor), planned.plan
    require_open(form)
    how = How(plan.how or "")
    stream = STREAMS[how]
    observation = seal(form=form, stream=stream, record=plan.record, reason=batch.reason, actor=actor)
    ImportedForm.objects.create(
        batch=batch,
        form=form,
        observation=observation,
        how=how,
        before=plan.before,
        paths=sorted(plan.changed),
    )
    blinded = stream if how == How.FIRST_PASS else ""
    after = {"stream": stream, "sha256": observation.content_sha256, "batch": str(batch.uid)}
    audit.record(
        actor=actor, action="entry.imported", target=form, after=after, reason=batch.reason, blinded=blinded
    )
    if how == How.FIRST_PASS:
        require_second_pass(form=form, actor=actor)
        move_status(form, FormInstance.Status.FIRST_SEALED)
        return
    if how == How.REVISED:
        audit.record_each(
            actor=actor, action="item.corrected", target=form, changes=plan.changed, reason=batch.reason
        )
    complete_form(form=form, record=plan.record, stream=Stream.IMPORT, actor=actor, reason=batch.reason)


def seal(*, form: FormInstance, stream: str, record: Mapping, reason: str, actor: User) -> Observation:
    """Store a record of the form as the stream's next revision."""
    last = form.observations.filter(stream=stream).order_by("-revision").first()
    return Observation.objects.create(
        form=form,
        stream=stream,
        revision=last.revision + 1 if last else 1,
        observer=actor,
        content=dict(record),
        content_sha256=audit.digest(record),
        reason=reason,
    )
