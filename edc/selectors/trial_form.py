"""A form of a draft design tried out without a subject: what entry would show, and nothing is kept.

The record of a trial is {"items", "rows", "last"}; "last" holds the highest row key ever given, by group.
"""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from edc.design.study import StudyDesign
from edc.models import DesignDraft, DesignVersion, FormInstance, StudyEvent, Subject
from edc.rules.form_logic import FormState, evaluate_form
from edc.rules.subject_values import FinalRecord, SubjectValues

Record = dict[str, Any]


def empty_record() -> Record:
    """Return the record of a form in which nothing was typed."""
    return {"items": {}, "rows": {}, "last": {}}


def trial_form(draft: DesignDraft, design: StudyDesign, form_oid: str, event_oid: str) -> FormInstance:
    """Return the form at the first site as entry would hold it; it has no key and is never saved."""
    version = DesignVersion(study=draft.study, number=draft.base.number + 1, sha256=design.sha256)
    version.__dict__["design"] = design
    subject = Subject(study=draft.study, site=draft.study.sites.first(), design_version=version)
    event = StudyEvent(subject=subject, event_oid=event_oid)
    return FormInstance(subject=subject, event=event, design_version=version, form_oid=form_oid)


def trial_state(form: FormInstance, record: Mapping) -> FormState:
    """Evaluate every rule of the form on the record; the subject has no other record."""
    design, site = form.design_version.design, form.subject.site
    place = FinalRecord(form.form_oid, form.event.event_oid or None, timezone.localdate(), 1)
    oid = site.oid if site else ""
    subject = SubjectValues(design, site=oid).filling(place)
    return evaluate_form(design, form.form_oid, record, subject, today=timezone.localdate(), site=oid)
