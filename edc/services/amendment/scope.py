"""The subjects that a design version would change."""

from django.db.models import Q, QuerySet

from edc.design.diff import Weight
from edc.models import DesignVersion, Site, Study, Subject
from edc.services.amendment.subject import touched


def subjects_to_migrate(study: Study, version: DesignVersion, site: Site | None) -> QuerySet[Subject]:
    """Return who is planned by an older version, or holds forms that an earlier migration left on one."""
    older = study.design_versions.filter(number__lt=version.number)
    due = Q(design_version__in=older)
    for each in older:
        due |= Q(forms__design_version=each, forms__form_oid__in=touched(each, version, Weight.CHECKS))
    subjects = study.subjects.filter(due).distinct()
    return subjects.filter(site=site) if site else subjects
