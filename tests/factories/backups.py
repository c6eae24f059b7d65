"""Factories of backups, trial restores, receipts of archives and records of the role table."""

import factory
from factory.django import DjangoModelFactory

from edc import models
from edc.selectors.permission_matrix import present_matrix, sha256_of
from tests.factories.models import SHA, SiteFactory, UserFactory
from tests.factories.snapshots import ExportFactory


class BackupFactory(DjangoModelFactory):
    class Meta:
        model = models.Backup

    succeeded = True
    file_name = factory.Sequence(lambda n: f"tandem-20261121T{n:06d}Z.tandem-backup")
    size = 2_457_696
    sha256 = SHA
    tables = factory.LazyFunction(lambda: {"edc_subject": 30, "edc_itemvalue": 4100})
    files = 12
    audit_length = 900
    audit_hash = SHA
    apart = True
    software_version = "0.1.0"


class RestoreDrillFactory(DjangoModelFactory):
    class Meta:
        model = models.RestoreDrill

    backup = factory.SubFactory(BackupFactory)
    passed = True
    tables = 2
    rows = 4130
    software_version = "0.1.0"


class ArchiveReceiptFactory(DjangoModelFactory):
    class Meta:
        model = models.ArchiveReceipt

    export = factory.SubFactory(ExportFactory, kind="archive")
    site = factory.SubFactory(SiteFactory, study=factory.SelfAttribute("..export.snapshot.study"))
    code = "0123456789abcdef"
    sha256 = SHA
    kept_at = "Archive room 3, disk 12"
    confirmed_by = factory.SubFactory(UserFactory)


class PermissionMatrixFactory(DjangoModelFactory):
    class Meta:
        model = models.PermissionMatrix

    number = factory.Sequence(lambda n: n + 1)
    content = factory.LazyFunction(present_matrix)
    sha256 = factory.LazyAttribute(lambda row: sha256_of(row.content))
    software_version = "0.1.0"
