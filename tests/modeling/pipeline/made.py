"""One made-up subject of the real study: forms entered twice, CT in the archive, a registered model."""

from dataclasses import dataclass, replace

from edc import jobs
from edc.design.study import StudyDesign
from edc.models import FormInstance, Subject, User
from edc.services.design import publish_design
from edc.services.enrol import enrol_subject
from imaging.models import ImagingStudy
from modeling.demo.cohort import FOR_SCORE, SCREENING, SUBJECTS
from modeling.demo.entering import Enterer
from modeling.demo.images import seed_point, send_images
from modeling.demo.people import make_people
from modeling.models import Analysis, ModelVersion
from modeling.services.analysis import request_analysis
from modeling.services.registry import register_model
from modeling.synthetic import SyntheticCase
from tests.studies import study_design

PERSON = SUBJECTS[0]


@dataclass(frozen=True)
class Prepared:
    """What a chain needs: the subject, its images, a registered model and the people."""

    subject: Subject
    images: ImagingStudy
    model: ModelVersion
    users: dict[str, User]
    case: SyntheticCase

    def request(self, **fields: object) -> Analysis:
        """Request an analysis as the data scientist, from the lesion's point unless told otherwise."""
        fields = {"seed": seed_point(self.case)} | fields
        return request_analysis(
            imaging_study=self.images, model_version=self.model, actor=self.users["scientist"], **fields
        )


def design_of_study() -> StudyDesign:
    return study_design("ChiCTR2600126480")


def make_subject(design: StudyDesign, trained: tuple[bytes, dict], case: SyntheticCase) -> Prepared:
    """Make everything through the services, as the demonstration does."""
    person = replace(PERSON, both=SCREENING + FOR_SCORE, differing=None)
    study = publish_design(design=design, actor=jobs.system_user("loader")).study
    site = study.sites.get(oid="S01")
    users = make_people(home=site, studies=[study])
    subject = enrol_subject(site=site, actor=users["crc1"], synthetic=True)
    form = FormInstance.objects.get(subject=subject, form_oid="FO.IMA", event__event_oid="SE.BASELINE")
    work = Enterer(subject, person, case, users)
    images = send_images(form=form, person=person, case=case, actor=users["crc1"])
    work.enter(person.both, passes=2)
    bundle, manifest = trained
    model = register_model(
        study=study, name="m", version="1", bundle=bundle, manifest=manifest, actor=users["scientist"]
    )
    return Prepared(subject, images, model, users, case)
