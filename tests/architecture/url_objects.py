"""One object of every kind at one site of a real study, and the URL of each name with these objects in it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from edc.models import FormInstance, Site, Study, Subject, User
from edc.services.design import publish_design
from edc.services.enrol import enrol_subject
from tests.architecture.markers import Planted, plant
from tests.factories import (
    amendments,
    checks,
    coding,
    conduct,
    consents,
    evidence,
    imports,
    quality,
    randomisation,
    safety,
    training,
)
from tests.factories import imaging as images
from tests.factories import modeling as models
from tests.factories import models as made
from tests.factories import snapshots as frozen
from tests.factories.design_drafts import DesignDraftFactory, StudyFoundingFactory
from tests.studies import study_design

OID = "ChiCTR2500107646"
Status = FormInstance.Status

# What URLs take that is no object of the database.
WORDS: dict[str, Any] = {
    "notification-read pk": 1,
    "person-act step": "reopen",
    "mfa_remove_webauthn pk": 1,
    "provider_id": "none",
    "group_oid": "IG.NONE",
    "key": "1",
    "uidb36": "1",
    "step": "approve",
    "number": 1,
    "codelist": "CL.SEX",
    "design form": "FO.DM",
}


@dataclass
class World:
    """The study, its two sites, and the identifiers that URLs take, by the name of the URL or of its part."""

    study: Study
    site: Site
    elsewhere: Site
    ids: dict[str, Any]
    planted: Planted

    def url(self, name: str, parts: tuple[str, ...]) -> str:
        """Return the URL with the objects of the world in it; KeyError where none is known for a part."""
        return reverse(name, kwargs={part: self._id(name, part) for part in parts})

    def _id(self, name: str, part: str) -> Any:
        for key in (f"{name} {part}", f"{name.split('-')[0]} {part}", part):
            if key in self.ids:
                return self.ids[key]
        raise KeyError(f"tests/architecture/url_objects.py names no object for {part} of {name}")


def make_world(system: User, crc: Any) -> World:
    """Make the study with one object of every kind; `crc` makes a person of a role at a site."""
    study = publish_design(design=study_design(OID), actor=system).study
    site, elsewhere = study.sites.all()[:2]
    subject = enrol_subject(site=site, actor=crc("first.crc", "crc", site))
    forms = _forms(subject)
    query = made.QueryFactory(form=forms["complete"], path="")
    stranger = made.MembershipFactory(study=study, site=site)
    ids = WORDS | {
        "oid": OID,
        "subject pk": subject.pk,
        "event pk": subject.events.first().pk,
        "form pk": forms["to_do"].pk,
        "form-add pk": subject.events.first().pk,
        "form-unlock pk": forms["locked"].pk,
        "query pk": query.pk,
        "form-query query": query.pk,
        "person-end pk": stranger.pk,
        "randomisation pk": randomisation.AllocationListFactory(study=study).pk,
        "lab-range-withdraw pk": safety.ReferenceRangeFactory(site=site).pk,
        "lock-decide pk": quality.HoldRequestFactory(study=study, site=site, level="site").pk,
        "lock-request-decision pk": quality.HoldRequestFactory(study=study, site=site, level="site").pk,
        "hold pk": _hold(study, site),
        "person pk": stranger.user_id,
        "audit-criteria-end pk": made.AuditCriteriaFactory(study=study).pk,
        "audit-review-sign pk": made.AuditCriteriaFactory(study=study).pk,
        "token pk": made.ApiTokenFactory().pk,
        "study-founding pk": StudyFoundingFactory().pk,
        "design pk": DesignDraftFactory(study=study, base=study.design_versions.get()).pk,
        "token-revoke pk": made.ApiTokenFactory().pk,
        "import pk": _batch(study, site),
    }
    ids |= _training(study) | _conduct(subject) | _consent(subject) | _of_the_version(study, site)
    ids |= _of_a_complete_form(forms["complete"])
    ids |= {f"form-{each} pk": forms["disagreement"].pk for each in ("reconcile", "resolve")}
    ids |= _exports(study, site) | _evidence(forms["complete"])
    ids |= _disagreement(forms["disagreement"]) | _images(subject) | {"event-add pk": subject.pk}
    planted = plant(subject, forms["complete"], ids, User.objects.get(username="first.crc"))
    ids |= _coding(study, forms["complete"])
    return World(study, site, elsewhere, ids | {f"api:{key}": value for key, value in ids.items()}, planted)


def _of_a_complete_form(form: FormInstance) -> dict[str, Any]:
    marked = ("verify", "sign", "lock", "verification", "verification-mark")
    marked += ("verification-withdraw", "reviews", "signatures")
    return {f"form-{each} pk": form.pk for each in marked} | {
        "safety pk": safety.SafetyCaseFactory(form=form).pk,
        "redaction-ask pk": form.pk,
        "redaction-decide pk": made.RedactionFactory(form=form).pk,
        "check-set-aside pk": checks.CheckFiringFactory(form=form, severity="silent").pk,
    }


def _of_the_version(study: Study, site: Site) -> dict[str, Any]:
    version = study.design_versions.get()
    day = amendments.SiteActivationFactory(site=site, design_version=version, active_from="2099-01-01")
    return {
        "amendment-deactivate pk": day.pk,
        "rehearsal pk": amendments.RehearsalFactory(design_version=version).pk,
        "uat pk": checks.UatRunFactory(design_version=version).pk,
    }


def _training(study: Study) -> dict[str, Any]:
    """Return a document that stops no role, and a record of it."""
    document = training.StudyDocumentFactory(study=study, roles=["crc"], required=False)
    record = training.TrainingRecordFactory(document=document)
    return {"document pk": document.pk, "training-annul pk": record.pk}


def _conduct(subject: Subject) -> dict[str, Any]:
    """Return a deviation, a specimen, and the name of a missed visit that nobody has decided about."""
    missed = made.StudyEventFactory(
        subject=subject, event_oid=subject.events.first().event_oid, repeat_key=99, status="missed"
    )
    return {
        "deviation pk": conduct.DeviationFactory(subject=subject).pk,
        "specimen pk": conduct.SpecimenFactory(subject=subject).pk,
        "deviation-found key": f"missed-{missed.pk}",
    }


def _hold(study: Study, site: Site) -> int:
    """Return a freeze of a subject on whom nothing else of the walk stands."""
    other = made.SubjectFactory(site=site, design_version=study.design_versions.get())
    return quality.HoldFactory(study=study, level="subject", site=site, subject=other).pk


def _consent(subject: Subject) -> dict[str, Any]:
    """Return a draft of the consent form, and a subject's consent with a signed page, and its withdrawal."""
    draft = consents.kept_draft(subject.study)
    page = consents.kept_scan(consents.ConsentFactory(subject=subject))
    version = ("version", "version-file", "version-publish", "version-end", "version-start")
    return {f"consent-{each} pk": draft.pk for each in version} | {
        "consent pk": page.consent_id,
        "consent public_id": page.public_id,
        "consent-record pk": subject.pk,
        "consent-withdraw pk": subject.pk,
        "consent-withdrawal-back pk": consents.ConsentWithdrawalFactory(subject=subject).pk,
    }


def _coding(study: Study, form: FormInstance) -> dict[str, Any]:
    """Return the planted value with a code that waits, and two versions of its dictionary."""
    value = form.values.get(raw__startswith="ZZ")
    dictionary = coding.DictionaryFactory(study=study)
    coding.CodedItemFactory(dictionary=dictionary, item_oid=value.item_oid)
    term = coding.DictionaryTermFactory(dictionary=dictionary)
    held = coding.CodingFactory(form=form, item_oid=value.item_oid, verbatim=value.raw, term=term)
    later = coding.DictionaryFactory(study=study)
    ids = {"coding pk": value.pk, "coding-back pk": held.pk, "coding-approval pk": held.pk}
    file = coding.SynonymFileFactory(dictionary=dictionary)
    ids |= {"synonym-file pk": file.pk, "synonyms-commit pk": file.pk}
    ids |= {"synonyms-discard pk": coding.SynonymFileFactory(dictionary=dictionary).pk}
    return ids | {"dictionary old": dictionary.pk, "dictionary new": later.pk}


def _batch(study: Study, site: Site) -> int:
    """Return an import whose dry run is done."""
    batch = imports.ImportBatchFactory(study=study, kind="odm", state="checked", mapping={"shape": "odm"})
    batch.sites.add(site)
    return batch.pk


def _forms(subject: Subject) -> dict[str, FormInstance]:
    """Return one form of each state that a URL needs."""
    states = (Status.TO_DO, Status.COMPLETE, Status.LOCKED, Status.DISAGREEMENT)
    forms = list(subject.forms.exclude(form_oid="FO.IMA").order_by("pk"))
    for form, status in zip(forms, states, strict=False):
        FormInstance.objects.filter(pk=form.pk).update(status=status)
    return {str(status): form for form, status in zip(forms, states, strict=False)}


def _evidence(form: FormInstance) -> dict[str, Any]:
    page = evidence.kept_page(form, User.objects.get(username="first.crc"), [])
    return {"evidence public_id": page.public_id, "evidence-page number": 1}


def _exports(study: Study, site: Site) -> dict[str, Any]:
    snapshot = frozen.SnapshotFactory(study=study, design_version=study.design_versions.first())
    package = frozen.ExportFactory(snapshot=snapshot, kind="archive")
    package.sites.add(site)
    return {
        "snapshot pk": snapshot.pk,
        "snapshot-cancel pk": frozen.SnapshotRequestFactory(study=study).pk,
        "export-request pk": snapshot.pk,
        "export public_id": package.public_id,
    }


def _disagreement(form: FormInstance) -> dict[str, Any]:
    first = made.ObservationFactory(form=form)
    second = made.ObservationFactory(form=form, stream="entry-2")
    item = form.design_version.design.form(form.form_oid).items[0]
    found = made.DisagreementFactory(form=form, path=item.oid, first=first, second=second)
    asked = {"form-resolve-ask pk": form.pk, "form-resolve-ask disagreement": found.pk}
    asked |= {"form-resolve-back pk": form.pk, "form-resolve-back disagreement": found.pk}
    return (
        asked
        | {"form-resolve disagreement": found.pk, "api:disagreement-resolution pk": found.pk}
        | {"api:disagreement-decisions pk": found.pk}
    )


def _images(subject: Subject) -> dict[str, Any]:
    form = subject.forms.filter(form_oid="FO.IMA").first()
    study = images.ImagingStudyFactory(form=form, subject=subject)
    series = images.SeriesFactory(imaging_study=study)
    instance = images.InstanceFactory(series=series)
    version = models.ModelVersionFactory(study=subject.study)
    analysis = models.AnalysisFactory(imaging_study=study, model_version=version)
    run = models.RunFactory(analysis=analysis)
    score = models.ScoreFactory(run=models.RunFactory(analysis=analysis, step="score", status="done"))
    session = images.UploadSessionFactory(form=form)
    return {
        "imaging-form pk": form.pk,
        "imaging-form-series pk": form.pk,
        "series pk": series.pk,
        "segmentation pk": images.SegmentationFactory(series=series).pk,
        "accept-patient pk": session.pk,
        "assign-reads pk": study.pk,
        "read pk": images.ReadFactory(imaging_study=study).pk,
        "review pk": score.pk,
        "api:score pk": score.pk,
        "api:run pk": run.pk,
        "analysis-start pk": study.pk,
        "analysis public_id": analysis.public_id,
        "api:analysis public_id": analysis.public_id,
        "api:upload public_id": session.public_id,
        "model pk": version.pk,
        "study": study.study_instance_uid,
        "series": series.series_instance_uid,
        "instance": instance.sop_instance_uid,
        "frames": "1",
    }


@dataclass(frozen=True)
class NamedUrl:
    """A URL of the URLconf: its name with namespaces, the parts it takes, and the methods its view has."""

    name: str
    parts: tuple[str, ...]
    methods: frozenset[str]


def named_urls(resolver: URLResolver | None = None, spaces: tuple[str, ...] = ()) -> Iterator[NamedUrl]:
    """Yield every URL of the project, included ones with their namespaces."""
    resolver = resolver or get_resolver()
    for each in resolver.url_patterns:
        if isinstance(each, URLPattern):
            parts = tuple(sorted(each.pattern.converters or each.pattern.regex.groupindex))
            yield NamedUrl(":".join((*spaces, str(each.name))), parts, _methods(each))
        else:
            inner = (*spaces, each.namespace) if each.namespace else spaces
            yield from named_urls(each, inner)


def _methods(each: URLPattern) -> frozenset[str]:
    if str(each.name).startswith(("account_", "mfa_", "socialaccount_")):
        return frozenset({"GET"})  # what is posted there is counted, so that a walk would be locked out
    view = getattr(each.callback, "cls", None) or getattr(each.callback, "view_class", None)
    found = {name for name in ("put", "patch", "delete") if hasattr(view, name)}
    return frozenset({"GET", "POST", *(name.upper() for name in found)})
