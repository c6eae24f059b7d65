"""One factory for each model of informed consent, and a version in effect at a site."""

import hashlib
from datetime import date, timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from edc import models
from edc.services.kept_files import keep
from tests.factories.evidence import pdf, scan
from tests.factories.models import SiteFactory, StudyFactory, SubjectFactory, UserFactory


class ConsentVersionFactory(DjangoModelFactory):
    """A published version; its file is kept only where a test uploads one."""

    class Meta:
        model = models.ConsentVersion

    study = factory.SubFactory(StudyFactory)
    label = factory.Sequence(lambda n: f"V{n + 1}.0")
    dated = date(2025, 12, 1)
    approval = "NFEC-2025-001"
    approved_on = date(2025, 12, 15)
    reconsent = False
    covers_earlier = False
    page_count = 1
    size = 9
    sha256 = "0" * 64
    uploaded_by = factory.SubFactory(UserFactory)
    state = models.ConsentVersion.State.PUBLISHED
    published_by = factory.SubFactory(UserFactory)
    published_at = factory.LazyFunction(timezone.now)


class ConsentStartFactory(DjangoModelFactory):
    class Meta:
        model = models.ConsentStart

    site = factory.SubFactory(SiteFactory)
    version = factory.SubFactory(ConsentVersionFactory, study=factory.SelfAttribute("..site.study"))
    effective_from = date(2026, 1, 1)
    approval = "S01-2025-17"
    set_by = factory.SubFactory(UserFactory)


class ConsentFactory(DjangoModelFactory):
    class Meta:
        model = models.Consent

    subject = factory.SubFactory(SubjectFactory)
    version = factory.SubFactory(ConsentVersionFactory, study=factory.SelfAttribute("..subject.study"))
    signed_on = date(2026, 3, 1)
    explained_by = "Dr Lin"
    noted_by = factory.SubFactory(UserFactory)


class ConsentScanFactory(DjangoModelFactory):
    class Meta:
        model = models.ConsentScan

    consent = factory.SubFactory(ConsentFactory)
    media_type = models.ConsentScan.MediaType.JPEG
    page_count = 1
    size = 9
    sha256 = "0" * 64
    uploaded_by = factory.SubFactory(UserFactory)


class ConsentWithdrawalFactory(DjangoModelFactory):
    class Meta:
        model = models.ConsentWithdrawal

    subject = factory.SubFactory(SubjectFactory)
    withdrawn_on = date(2026, 6, 1)
    further_data = True
    use_of_data = False
    specimens = False
    reason = "Moved away"
    noted_by = factory.SubFactory(UserFactory)


def in_effect(site: models.Site, label: str, days_ago: int, **facts: object) -> models.ConsentVersion:
    """Return a published version that the site has worked with for so many days."""
    version = ConsentVersionFactory(study=site.study, label=label, **facts)
    day = timezone.localdate() - timedelta(days=days_ago)
    ConsentStartFactory(site=site, version=version, effective_from=day)
    return version


def kept_scan(consent: models.Consent) -> models.ConsentScan:
    """Return a signed page whose file is in the store."""
    content = scan()
    sha256 = hashlib.sha256(content).hexdigest()
    made = ConsentScanFactory(consent=consent, size=len(content), sha256=sha256)
    keep(made, content)
    return made


def kept_draft(study: models.Study) -> models.ConsentVersion:
    """Return a version that waits for publication, whose file is in the store."""
    content = pdf()
    made = ConsentVersionFactory(
        study=study, state="draft", published_by=None, published_at=None, size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
    )  # fmt: skip
    keep(made, content)
    return made
