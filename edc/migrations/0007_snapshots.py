"""Snapshots and the packages made from them; what is frozen stays so."""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

from edc import append_only

GUARDED = {"edc_snapshot": append_only.NO_CHANGE, "edc_snapshotpart": append_only.NO_CHANGE}


def guard(apps, schema_editor):
    for statement in append_only.triggers(schema_editor.connection.vendor, GUARDED):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("edc", "0006_check_records"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="site",
            options={
                "ordering": ["study_id", "number"],
                "permissions": [
                    ("view_subjects", "Can see subjects and their schedule"),
                    ("enrol_subject", "Can enrol subjects"),
                    ("enter_data", "Can enter forms"),
                    ("view_data", "Can see reconciled values"),
                    ("resolve_disagreement", "Can see both passes and resolve disagreements"),
                    ("raise_query", "Can raise and close queries"),
                    ("answer_query", "Can answer queries"),
                    ("verify_data", "Can verify source data"),
                    ("sign_form", "Can sign forms"),
                    ("lock_form", "Can freeze, lock and unlock"),
                    ("import_data", "Can import data"),
                    ("export_data", "Can take data out of the platform"),
                    ("fetch_archive", "Can take the archive of the site"),
                    ("upload_images", "Can upload images"),
                    ("view_images", "Can see de-identified images"),
                    ("read_images", "Can read images blinded"),
                    ("adjudicate_reads", "Can adjudicate between reads"),
                    ("run_models", "Can start model runs"),
                    ("view_scores", "Can see approved scores"),
                    ("review_scores", "Can accept or override scores"),
                ],
            },
        ),
        migrations.AlterModelOptions(
            name="study",
            options={
                "ordering": ["oid"],
                "permissions": [
                    ("view_study_data", "Can open the study"),
                    ("manage_design", "Can build and publish the design"),
                    ("manage_people", "Can grant and end memberships"),
                    ("view_audit", "Can read the audit trail"),
                    ("freeze_data", "Can freeze the data as a snapshot"),
                    ("develop_models", "Can train, validate and register models"),
                    ("approve_models", "Can approve a model registered by another person"),
                ],
            },
        ),
        migrations.CreateModel(
            name="SnapshotRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Waiting for a worker"),
                            ("running", "Under way"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="queued",
                        max_length=10,
                    ),
                ),
                ("percent", models.PositiveSmallIntegerField(default=0)),
                (
                    "step",
                    models.CharField(
                        blank=True, help_text="What is being made, such as a file's name.", max_length=120
                    ),
                ),
                ("task_id", models.CharField(blank=True, max_length=64)),
                ("worker", models.CharField(blank=True, max_length=120)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("queued_at", models.DateTimeField(auto_now_add=True)),
                ("heartbeat_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("cancel_requested_at", models.DateTimeField(null=True)),
                ("error_code", models.CharField(blank=True, max_length=60)),
                ("error_zh", models.CharField(blank=True, max_length=500)),
                ("error_en", models.CharField(blank=True, max_length=500)),
                ("name", models.CharField(max_length=120)),
                ("note", models.CharField(blank=True, max_length=500)),
                (
                    "requested_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "study",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="snapshot_requests",
                        to="edc.study",
                    ),
                ),
            ],
            options={
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="Snapshot",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                (
                    "citation",
                    models.CharField(
                        help_text="Study, number and the first digits of the hash.",
                        max_length=80,
                        unique=True,
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                ("note", models.CharField(blank=True, max_length=500)),
                (
                    "audit_event",
                    models.PositiveBigIntegerField(help_text="The last audit event it holds the effect of."),
                ),
                (
                    "audit_hash",
                    models.CharField(help_text="That event's hash: the place in the chain.", max_length=64),
                ),
                (
                    "counts",
                    models.JSONField(help_text="By site, form and item, counted by the database itself."),
                ),
                ("subject_count", models.PositiveIntegerField()),
                ("form_count", models.PositiveIntegerField()),
                ("value_count", models.PositiveIntegerField()),
                ("content_sha256", models.CharField(max_length=64)),
                ("frozen_at", models.DateTimeField()),
                (
                    "design_version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="edc.designversion"
                    ),
                ),
                (
                    "frozen_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "study",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="snapshots", to="edc.study"
                    ),
                ),
                (
                    "request",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="snapshot",
                        to="edc.snapshotrequest",
                    ),
                ),
            ],
            options={
                "ordering": ["study_id", "-number"],
            },
        ),
        migrations.CreateModel(
            name="Export",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Waiting for a worker"),
                            ("running", "Under way"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="queued",
                        max_length=10,
                    ),
                ),
                ("percent", models.PositiveSmallIntegerField(default=0)),
                (
                    "step",
                    models.CharField(
                        blank=True, help_text="What is being made, such as a file's name.", max_length=120
                    ),
                ),
                ("task_id", models.CharField(blank=True, max_length=64)),
                ("worker", models.CharField(blank=True, max_length=120)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("queued_at", models.DateTimeField(auto_now_add=True)),
                ("heartbeat_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("cancel_requested_at", models.DateTimeField(null=True)),
                ("error_code", models.CharField(blank=True, max_length=60)),
                ("error_zh", models.CharField(blank=True, max_length=500)),
                ("error_en", models.CharField(blank=True, max_length=500)),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("package", "Data package"),
                            ("workbook", "Excel workbook of the study"),
                            ("sharing", "Package for public sharing (ResMan)"),
                            ("archive", "Archive of a site"),
                        ],
                        default="package",
                        max_length=10,
                    ),
                ),
                (
                    "profile",
                    models.CharField(
                        choices=[
                            ("full", "Full: nothing is changed"),
                            ("limited", "Limited: pseudonyms, shifted dates, no direct identifiers"),
                            ("public", "Public: no free text, quasi-identifiers or real sites either"),
                        ],
                        default="full",
                        max_length=10,
                    ),
                ),
                ("formats", models.JSONField(default=list)),
                ("language", models.CharField(default="zh", max_length=2)),
                ("purpose", models.CharField(help_text="What for, and for whom.", max_length=300)),
                ("file_name", models.CharField(blank=True, max_length=200)),
                ("size", models.PositiveBigIntegerField(default=0)),
                ("sha256", models.CharField(blank=True, max_length=64)),
                (
                    "manifest",
                    models.JSONField(
                        help_text="Files with rows and hashes, the reconciliation, the log.", null=True
                    ),
                ),
                (
                    "expires_at",
                    models.DateTimeField(help_text="When the file is removed; the row stays.", null=True),
                ),
                ("removed_at", models.DateTimeField(null=True)),
                (
                    "requested_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("sites", models.ManyToManyField(related_name="+", to="edc.site")),
                (
                    "snapshot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="exports", to="edc.snapshot"
                    ),
                ),
            ],
            options={
                "ordering": ["-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("purpose", ""), _negated=True), name="export_has_purpose"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "done"), _negated=True),
                            models.Q(("sha256", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="export_done_has_hash",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SnapshotPart",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("content", models.BinaryField(help_text="zlib of the JSON; see edc/exchange/record.py.")),
                ("sha256", models.CharField(help_text="Of the JSON before compression.", max_length=64)),
                (
                    "site",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="edc.site"
                    ),
                ),
                (
                    "snapshot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="parts", to="edc.snapshot"
                    ),
                ),
                (
                    "subject",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="edc.subject"
                    ),
                ),
            ],
            options={
                "ordering": ["snapshot_id", "pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("snapshot", "subject"), name="snapshot_subject_once")
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="snapshotrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("name", ""), _negated=True), name="snapshot_request_has_name"
            ),
        ),
        migrations.AddConstraint(
            model_name="snapshot",
            constraint=models.UniqueConstraint(
                fields=("study", "number"), name="snapshot_number_once_per_study"
            ),
        ),
        migrations.RunPython(guard),
    ]
