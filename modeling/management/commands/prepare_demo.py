"""Make the demonstration: studies, people, a model, four made-up subjects, one of them taken to a score."""

import json
import time
from argparse import ArgumentParser
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone, translation

from edc import audit, jobs
from edc.design.reader import read_study
from edc.models import FormInstance, Site, Study, Subject, User
from edc.services.design import publish_design
from edc.services.enrol import enrol_subject
from imaging.services.reads import assign_reads
from modeling.demo.cohort import SUBJECTS, DemoSubject
from modeling.demo.entering import Enterer
from modeling.demo.images import seed_point, send_images
from modeling.demo.people import CREDENTIALS, make_people
from modeling.demo.waiting import WorkerFailed, wait_for_analysis, wait_for_model
from modeling.models import Analysis, ModelVersion
from modeling.services.analysis import request_analysis
from modeling.services.registry import approve_model, validate_model
from modeling.services.training import demo_model_of, request_demo_model
from modeling.synthetic import DEMO_SIZE, SyntheticCase, make_case

DEMO_STUDY = "ChiCTR2600126480"
DEMO_SITE = "S01"


class Command(BaseCommand):
    help = "Make the demonstration data through the running workers; what is there already is left alone."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--subjects", type=int, default=len(SUBJECTS), metavar="N", help="make only the first N subjects"
        )

    def handle(self, *, subjects: int, **options: object) -> None:
        self.started = time.monotonic()
        self.people = SUBJECTS[:subjects]
        with audit.channel("command"), translation.override("zh-hans"):
            try:
                self._prepare()
            except WorkerFailed as error:
                raise CommandError(str(error)) from error
        self._say("The demonstration is ready.")

    def _prepare(self) -> None:
        studies = self._publish()
        study = Study.objects.get(oid=DEMO_STUDY)
        site = study.sites.get(oid=DEMO_SITE)
        known = {row["username"] for row in credentials()}
        users = make_people(home=site, studies=studies)
        self._say(f"People: {', '.join(users)}; passwords in {Path(settings.VAR_DIR) / CREDENTIALS}")
        for row in credentials():
            if row["username"] not in known:
                self.stdout.write(f"    {row['username']:<12}{row['password']:<20}{row['role']}")
        since = timezone.now()
        if demo_model_of(study) is None:
            request_demo_model(study=study, actor=users["scientist"])
            self._say("A worker trains the demonstration model meanwhile.")
        subjects = [
            self._subject(number, person, site, users) for number, person in enumerate(self.people, start=1)
        ]
        model = self._approved(wait_for_model(study, since=since, say=self._say), users)
        analyses = [
            self._analysis(subject, case, model, users)
            for person, (subject, case) in zip(self.people, subjects, strict=True)
            if person.analysed
        ]
        for analysis in analyses:
            wait_for_analysis(analysis, say=self._say)

    def _say(self, text: str) -> None:
        self.stdout.write(f"[{time.monotonic() - self.started:5.0f} s] {text}")
        self.stdout.flush()

    def _publish(self) -> list[Study]:
        studies = []
        folder = settings.BASE_DIR / "studies"
        for path in sorted(each.parent for each in folder.glob("*/study.yaml")):
            design = read_study(path, folder / "library")
            studies.append(publish_design(design=design, actor=jobs.system_user("loader")).study)
        self._say(f"Studies: {', '.join(study.oid for study in studies)}")
        return studies

    def _subject(
        self, number: int, person: DemoSubject, site: Site, users: dict[str, User]
    ) -> tuple[Subject, SyntheticCase]:
        made = Subject.objects.filter(site=site, synthetic=True).order_by("pk")
        case = make_case(person.seed, size=DEMO_SIZE)
        subject = made[number - 1 : number].first() or enrol_subject(
            site=site, actor=users["crc1"], cohort="TARGET", synthetic=True
        )
        form = FormInstance.objects.get(
            subject=subject, form_oid="FO.IMA", event__event_oid="SE.BASELINE", repeat_key=1
        )
        work = Enterer(subject, person, case, users)
        work.enter(person.both[:2], passes=2)
        work.hold()
        images = send_images(form=form, person=person, case=case, actor=users["crc1"])
        assign_reads(imaging_study=images, readers=[users["reader1"], users["reader2"]], actor=users["dm"])
        work.enter(person.both[2:], passes=2)
        work.enter(person.first, passes=1)
        if person.resolved:
            work.resolve()
        if person.signed:
            self._finish(work)
        self._say(f"Subject {subject.subject_key}: {len(person.phases)} phases, {len(person.both)} forms")
        return subject, case

    def _finish(self, work: Enterer) -> None:
        work.settle_queries()
        work.subject.refresh_from_db()
        work.confirm()
        password = password_of("pi")
        if password is None:
            self._say("The password of pi is not on file: the forms wait for a signature.")
        else:
            work.sign(password)

    def _approved(self, model: ModelVersion, users: dict[str, User]) -> ModelVersion:
        if model.state == ModelVersion.State.DRAFT:
            model = validate_model(model_version=model, actor=users["scientist"])
        if model.state == ModelVersion.State.VALIDATED:
            model = approve_model(model_version=model, actor=users["pi"])
        self._say(f"Model {model}: {model.state}")
        return model

    def _analysis(
        self, subject: Subject, case: SyntheticCase, model: ModelVersion, users: dict[str, User]
    ) -> Analysis:
        known = Analysis.objects.filter(subject=subject, model_version=model).first()
        if known is not None:
            return known
        images = subject.imaging_studies.get()
        return request_analysis(
            imaging_study=images, model_version=model, seed=seed_point(case), actor=users["scientist"]
        )


def password_of(username: str) -> str | None:
    """Return a demonstration user's password from the private file, None where it is not kept."""
    return next((row["password"] for row in credentials() if row["username"] == username), None)


def credentials() -> list[dict[str, str]]:
    """Return the demonstration's users with password and role, as the private file keeps them."""
    path = Path(settings.VAR_DIR) / CREDENTIALS
    return json.loads(path.read_text())["users"] if path.exists() else []
