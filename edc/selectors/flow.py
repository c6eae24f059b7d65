"""The flow of subjects through a study, as CONSORT 2010 counts it: each stage is a condition on subjects.

A number and the rows behind it come from the same condition, so they cannot disagree.
"""

from collections import Counter
from collections.abc import Mapping

from django.db.models import Count, Exists, JSONField, OuterRef, Q, QuerySet, Subquery

from edc.design.study import StudyDesign
from edc.models import Departure, EligibilityAssessment, FormInstance, Snapshot, SnapshotPart, Study, Subject
from edc.selectors import subject_counts
from edc.selectors.subject_counts import count_own_changes

Status = Subject.Status
How = Departure.How
FINAL = FormInstance.FINAL
# The CDISC domains of forms on which a treatment is recorded.
TREATMENT_DOMAINS = ("EX", "EC", "PR")
# The name of screen failures that no criterion explains.
OTHER = "other"
STAGES = (
    "screened", "consented", "eligible", "screening", "screen_failed", "left_screening", "enrolled",
    "overridden", "treated", "in_study", "withdrawn", "completed", "analysed",
)  # fmt: skip


def with_facts(subjects: QuerySet[Subject]) -> QuerySet[Subject]:
    """Return the subjects with `verdict` and `criteria` of the last assessment, and the present departure's
    `how`, `left_on` and `status_before`.
    """
    count_own_changes()
    last = EligibilityAssessment.objects.filter(subject=OuterRef("pk")).order_by("-computed_at", "-pk")
    left = Departure.objects.filter(subject=OuterRef("pk"), taken_back_at=None)
    return subjects.annotate(
        verdict=Subquery(last.values("verdict")[:1]),
        criteria=Subquery(last.values("criteria")[:1], output_field=JSONField()),
        how=Subquery(left.values("how")[:1]),
        left_on=Subquery(left.values("left_on")[:1]),
        status_before=Subquery(left.values("status_before")[:1]),
    )


def stages(study: Study) -> dict[str, Q]:
    """Return each stage's condition on subjects `with_facts`; one the design knows nothing of is absent."""
    version = study.design_versions.first()
    design = version.design if version else None
    before = f"{_held()}status_before"
    enrolled = Q(status=Status.ENROLLED) | Q(**{before: Status.ENROLLED})
    found = {
        "screened": Q(),
        "consented": _has_form(_consent_forms(design)),
        "eligible": Q(**{f"{_held()}verdict": EligibilityAssessment.Verdict.ELIGIBLE}),
        "screening": Q(status=Status.SCREENING),
        "screen_failed": Q(status=Status.SCREEN_FAILED),
        # Where nobody noted the departure it is not known how far the subject came.
        "left_screening": Q(**{"status": Status.WITHDRAWN, f"{before}__gt": ""}) & ~enrolled,
        "enrolled": enrolled,
        "overridden": enrolled & ~Q(status_reason=""),
        "treated": enrolled & _has_form(_treatment_forms(design)),
        "in_study": Q(status=Status.ENROLLED),
        "withdrawn": Q(status=Status.WITHDRAWN) & enrolled,
        "completed": Q(status=Status.COMPLETED),
        "analysed": enrolled & _frozen(study),
    }
    if not _treatment_forms(design):
        del found["treated"]
    return found


def _held() -> str:
    """Return where the facts stand: PostgreSQL keeps them for each subject."""
    return "standing__" if subject_counts.are_kept() else ""


def _consent_forms(design: StudyDesign | None) -> list[str]:
    return [design.form_of_item(design.consent_item).oid] if design else []


def _treatment_forms(design: StudyDesign | None) -> list[str]:
    return [form.oid for form in design.forms if form.domain in TREATMENT_DOMAINS] if design else []


def _has_form(oids: list[str]) -> Q:
    if subject_counts.are_kept():
        return Q(standing__final_forms__has_any_keys=oids)
    forms = FormInstance.objects.filter(subject=OuterRef("pk"), form_oid__in=oids, status__in=FINAL)
    return Q(Exists(forms))


def _frozen(study: Study) -> Q:
    last = last_snapshot(study)
    parts = SnapshotPart.objects.filter(subject=OuterRef("pk"), snapshot=last)
    return Q(Exists(parts))


def last_snapshot(study: Study) -> Snapshot | None:
    """Return the newest frozen data set: who is in it counts as analysed."""
    return study.snapshots.order_by("-number").first()


def flow_counts(subjects: QuerySet[Subject], study: Study) -> dict[int, dict[str, int]]:
    """Return site id to stage to number of subjects, in one query."""
    counts = {
        f"n_{name}": Count("pk", filter=condition) if condition else Count("pk")
        for name, condition in stages(study).items()
    }
    rows = with_facts(subjects).order_by().values_list("site_id").annotate(**counts)
    names = [name.removeprefix("n_") for name in counts]
    return {site: dict(zip(names, numbers, strict=True)) for site, *numbers in rows}


def summed(counts: Mapping[int, Mapping[str, int]]) -> dict[str, int]:
    """Return the stages over all sites."""
    total: Counter[str] = Counter()
    for each in counts.values():
        total.update(each)
    return dict(total)


def unmet(criteria: list[dict] | None) -> list[str]:
    """Return which of an assessment's criteria were found not met."""
    return [each["oid"] for each in criteria or [] if each["passes"] is False]


def failure_counts(subjects: QuerySet[Subject]) -> dict[str, int]:
    """Return criterion to number of screen failures it explains; a subject may fail several or none."""
    found: Counter[str] = Counter()
    for names, number in _failures(subjects):
        found.update(dict.fromkeys(names or [OTHER], number))
    return dict(sorted(found.items(), key=lambda pair: (pair[0] == OTHER, -pair[1], pair[0])))


def _failures(subjects: QuerySet[Subject]) -> list[tuple[list[str], int]]:
    """Return the criteria not met, and how many screen failures they are all that explains."""
    failed = subjects.filter(status=Status.SCREEN_FAILED)
    if subject_counts.are_kept():
        count_own_changes()
        return list(failed.order_by().values_list("standing__unmet").annotate(Count("pk")))
    return [(names, 1) for names in _unmet_of(failed).values()]


def _unmet_of(failed: QuerySet[Subject]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = dict.fromkeys(failed.values_list("pk", flat=True), [])
    rows = EligibilityAssessment.objects.filter(subject__in=failed).order_by("computed_at", "pk")
    found.update({subject: unmet(criteria) for subject, criteria in rows.values_list("subject", "criteria")})
    return found


def failed_by(subjects: QuerySet[Subject], criterion: str) -> QuerySet[Subject]:
    """Return the screen failures that a criterion, or none (`other`), explains."""
    failed = subjects.filter(status=Status.SCREEN_FAILED)
    if subject_counts.are_kept():
        named = Q(standing__unmet=[]) if criterion == OTHER else Q(standing__unmet__contains=[criterion])
        return failed.filter(named)
    unmet_of = _unmet_of(failed).items()
    return failed.filter(pk__in=[pk for pk, names in unmet_of if criterion in (names or [OTHER])])


def departure_counts(subjects: QuerySet[Subject]) -> dict[str, int]:
    """Return how enrolled subjects left before the end, with their numbers."""
    found = Departure.objects.filter(subject__in=subjects, taken_back_at=None, status_before=Status.ENROLLED)
    counted = found.exclude(how=How.COMPLETED).order_by().values_list("how").annotate(Count("pk"))
    return dict(sorted(counted, key=lambda pair: -pair[1]))
