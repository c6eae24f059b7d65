"""Examples of the services of randomisation, for `test_every_service_records.py`."""

from edc.models import Subject
from edc.services.randomisation import allocate_subject, confirm_list, end_list, upload_list
from tests.factories.randomisation import AllocationListFactory, AllocationRowFactory

CONTENT = b"stratum,sequence,arm\nA,1,Arm 1\n"


def enrolled(w):
    AllocationRowFactory(list__study=w.study)
    Subject.objects.filter(pk=w.subject.pk).update(status=Subject.Status.ENROLLED)


RANDOMISATION = {
    "randomisation.upload_list": (
        None,
        lambda w, _: upload_list(study=w.study, content=CONTENT, actor=w.manager),
    ),
    "randomisation.confirm_list": (
        lambda w: AllocationListFactory(study=w.study),
        lambda w, found: confirm_list(allocation_list=found, actor=w.manager),
    ),
    "randomisation.end_list": (
        lambda w: AllocationListFactory(study=w.study),
        lambda w, found: end_list(allocation_list=found, reason="A wrong file", actor=w.manager),
    ),
    "randomisation.allocate_subject": (
        enrolled,
        lambda w, _: allocate_subject(subject=w.subject, strata="A", actor=w.ada),
    ),
}
