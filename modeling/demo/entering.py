"""The demonstration's forms, entered, compared, resolved and signed by its people through the services."""

from dataclasses import dataclass

from django.db.models import Q
from django.utils import translation

from edc.errors import NotNow
from edc.models import Disagreement, FormInstance, Query, Signature, StudyEvent, Subject, User
from edc.services.enrol import confirm_enrolment
from edc.services.entry import submit_entry
from edc.services.query import answer_query, close_query
from edc.services.reconcile import resolve_disagreement
from edc.services.schedule import hold_event
from edc.services.sign import sign_form
from imaging.models import ImagingStudy
from modeling.demo.answers import ENROLLED_ON, answers_for, day_of
from modeling.demo.cohort import DemoSubject
from modeling.demo.people import accept_as_read
from modeling.demo.records import entry, plausible_record
from modeling.synthetic import SyntheticCase

Status = FormInstance.Status
HELD_BEFORE = ("SE.SCREENING", "SE.BASELINE")
HELD_LATER = ("SE.CYCLE", "SE.FOLLOWUP")


@dataclass(frozen=True)
class Enterer:
    """Enters one subject's forms; `users` are the demonstration's people by user name."""

    subject: Subject
    person: DemoSubject
    case: SyntheticCase
    users: dict[str, User]

    def enter(self, form_oids: tuple[str, ...], *, passes: int) -> None:
        """Enter the first instance of each form once or twice; a pass that is there already is left alone.

        Who comes first alternates from form to form, so that each of the two owes second passes.
        """
        for number, oid in enumerate(form_oids):
            keyers = ["crc1", "crc2"] if passes == 2 or number % 2 == 0 else ["crc2", "crc1"]
            for position in range(passes):
                self._seal(oid, keyers[position], second=position == 1)

    def _seal(self, oid: str, keyer: str, *, second: bool) -> None:
        form = self.subject.forms.filter(form_oid=oid).order_by("event__ordinal", "pk").first()
        if form is None:
            return
        single = form.entry_mode == FormInstance.EntryMode.SINGLE
        due = (Status.FIRST_SEALED,) if second and not single else (Status.TO_DO,)
        if form.status not in due:
            return
        submit_entry(form=form, actor=self.users[keyer], record=self._record(form, second), source="demo")

    def _record(self, form: FormInstance, second: bool) -> dict[str, dict]:
        images = ImagingStudy.objects.filter(form=form).first()
        wanted = answers_for(form=form, person=self.person, case=self.case, images=images)
        record = plausible_record(form=form, wanted=wanted, day=day_of(form, self.person))
        for path, raw in (self.person.differing or {}).items() if second else ():
            if path in record["items"]:
                record["items"][path] = entry(raw, unit=record["items"][path]["unit"])
        return record

    def hold(self) -> None:
        """Note the days on which the visits took place."""
        days = {
            "SE.SCREENING": ENROLLED_ON,
            "SE.BASELINE": self.person.ct_on,
            "SE.CYCLE": self.person.treated_on,
        }
        planned = Q(status=StudyEvent.Status.PLANNED, repeat_key=1)
        wanted = HELD_BEFORE + (HELD_LATER[:1] if "FO.TXS" in self.person.both else ())
        for event in self.subject.events.filter(planned, event_oid__in=wanted):
            hold_event(event=event, held_on=days[event.event_oid], actor=self.users["crc1"])

    def resolve(self) -> None:
        """Let the data manager settle what the two passes hold differently, in favour of the first."""
        open_ones = Disagreement.objects.filter(form__subject=self.subject, form__status="disagreement")
        for disagreement in open_ones:
            resolve_disagreement(
                disagreement=disagreement, choice="first", entry=None, actor=self.users["dm"],
                reason="化验单扫描件显示为第一次录入的值",
            )  # fmt: skip

    def settle_queries(self) -> None:
        """Answer and close what the checks ask about the made-up values."""
        for query in Query.objects.filter(form__subject=self.subject, state=Query.State.OPEN):
            answered = answer_query(query=query, text="已核对源文件，数值无误", actor=self.users["crc1"])
            if answered.origin == Query.Origin.MANUAL:
                close_query(query=answered, text="同意", actor=self.users["dm"])

    def confirm(self) -> None:
        """Enrol the subject once the criteria are met; else the investigator does it with a reason."""
        if self.subject.status != Subject.Status.SCREENING:
            return
        try:
            confirm_enrolment(subject=self.subject, actor=self.users["crc1"])
        except NotNow:
            confirm_enrolment(
                subject=self.subject, actor=self.users["pi"], override_reason="演示受试者，主要研究者确认入组"
            )

    def sign(self, password: str) -> None:
        """Let the investigator sign every completed form, typing the password as at the page."""
        accept_as_read(self.users["pi"], password)
        with translation.override("zh-hans"):
            for form in self.subject.forms.filter(status__in=[Status.COMPLETE, Status.VERIFIED]):
                sign_form(
                    form=form, actor=self.users["pi"], password=password, meaning=Signature.Meaning.REVIEWED
                )
