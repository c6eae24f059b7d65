"""Examples of the services of safety."""

from edc.models import FormInstance
from edc.services import lab_grades, lab_ranges
from edc.services.design import publish_design
from edc.services.entry import save_item
from tests.factories.designs import small_design
from tests.factories.entering import entry as value
from tests.factories.safety import ReferenceRangeFactory, adverse_events, laboratory, range_file


def a_proposed_grade(w):
    """Ada's draft of a chemistry with a high bilirubin, in a design that grades it."""
    form = w.form("FO.LBC")
    version = publish_design(design=laboratory(adverse_events(small_design())), actor=w.system)
    FormInstance.objects.filter(subject=w.subject).update(design_version=version)
    ReferenceRangeFactory(site=w.site)
    form.refresh_from_db()
    save_item(form=form, path="IT.LBC.BILI", entry=value("41"), expected_version=0, actor=w.ada)
    return form


SAFETY = {
    "lab_grades.accept_grade": (
        a_proposed_grade,
        lambda w, form: lab_grades.accept_grade(
            form=form, path="IT.LBC.BILI", term="Blood bilirubin increased", actor=w.ada
        ),
    ),
    "lab_ranges.import_ranges": (
        lambda w: publish_design(design=laboratory(small_design()), actor=w.system),
        lambda w, _: lab_ranges.import_ranges(
            study=w.study, file_name="ranges.csv", chunks=[range_file({"site": w.site.oid})], actor=w.manager
        ),
    ),
    "lab_ranges.withdraw_range": (
        lambda w: ReferenceRangeFactory(site=w.site),
        lambda w, found: lab_ranges.withdraw_range(reference=found, reason="Misread", actor=w.manager),
    ),
}
