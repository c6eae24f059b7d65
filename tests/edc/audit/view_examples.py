"""Examples of the records of unblinded views, for `test_every_service_records.py`."""

from edc.services import views
from tests.factories.entering import form_of
from tests.factories.evidence import kept_page


def source(w):
    form = w.disagreement().form
    kept_page(form, w.ada, ["IT.DM.SEX"])
    return form_of(w.subject, "FO.DM")


VIEWS = {
    "views.record_view": (
        lambda w: w.form(),
        lambda w, form: views.record_view(target=form, action=views.PASSES, actor=w.manager),
    ),
    "views.record_list_view": (
        lambda w: w.form(),
        lambda w, form: views.record_list_view(
            shown=views.named([form]), action=views.PASSES, actor=w.manager
        ),
    ),
    "views.record_evidence_view": (
        source,
        lambda w, form: views.record_evidence_view(form=form, shown=form.evidence.all(), actor=w.manager),
    ),
}
