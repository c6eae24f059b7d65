"""Taking over the formulas of a later design version, after their effect was read."""

from django.db import transaction
from django.utils.translation import gettext as _

from edc import access, audit
from edc.errors import Conflict, NotNow
from edc.models import FormulaAdoption, Study, Subject, User
from edc.row_security import every_site
from edc.selectors.formula_changes import formula_report
from edc.services.consequences import Cause, follow_changes
from edc.services.reasons import required_text


@every_site("the formulas of a study are taken over at all of its sites")
@transaction.atomic
def adopt_formulas(*, study: Study, report_sha256: str, reason: str, actor: User) -> FormulaAdoption:
    """Compute every derived value anew whose formula is another in the newest version, as the report said.

    Raises Conflict when the report is another one now, NotNow when nothing is to be done. Values of locked
    forms stay until they are unlocked and something in them changes.
    """
    access.require(actor, "manage_design", study=study)
    reason = required_text(reason, field="reason")
    study = Study.objects.select_for_update(no_key=True).get(pk=study.pk)
    report = formula_report(actor, study)
    if report is None or not report.values:
        raise NotNow(_("No formula of the newest design version differs from those in use."))
    if report.sha256 != report_sha256:
        raise Conflict(_("The data changed since the report was made. Read the new report first."))
    adoption = FormulaAdoption.objects.create(
        study=study,
        design_version=report.version,
        items=list(report.items),
        reason=reason,
        report=[each.as_json() for each in report.values],
        adopted_by=actor,
    )
    after = {"design": report.version.number, "items": list(report.items), "changed": len(report.changed)}
    audit.record(actor=actor, action="formulas.adopted", target=adoption, after=after, reason=reason)
    anew: dict[int, set[tuple[int, str]]] = {}
    for each in report.values:
        anew.setdefault(each.form.subject_id, set()).add((each.form.pk, each.item.oid))
    for subject in Subject.objects.filter(pk__in=anew).select_related("site", "design_version"):
        follow_changes(subject, (), Cause(reason, actor), anew=anew[subject.pk])
    return adoption
