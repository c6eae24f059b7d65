"""Put the tables of subjects' data behind row-level security on PostgreSQL.

The reasons and the limits: docs/decisions/0019-row-level-security.md.
"""

from django.db import migrations

from edc import row_security

AT_SITE = ("edc_subject", "edc_entrycount", "edc_rehearsalline", "edc_snapshotpart")
AT_SITE_OR_NONE = ("edc_hold", "edc_holdrequest")
THROUGH = {
    ("edc_subject", "subject_id"): (
        "edc_departure",
        "edc_deviation",
        "edc_eligibilityassessment",
        "edc_forminstance",
        "edc_importedsubject",
        "edc_migratedsubject",
        "edc_redaction",
        "edc_signingact",
        "edc_studyevent",
        "edc_verificationdraw",
    ),
    ("edc_forminstance", "form_id"): (
        "edc_checkfiring",
        "edc_checkreason",
        "edc_disagreement",
        "edc_draft",
        "edc_entrydraw",
        "edc_evidence",
        "edc_formreview",
        "edc_formverificationdue",
        "edc_importedform",
        "edc_itemvalue",
        "edc_itemverification",
        "edc_observation",
        "edc_query",
        "edc_recheck",
        "edc_signature",
        "edc_verification",
    ),
    ("edc_draft", "draft_id"): ("edc_draftitem",),
    ("edc_disagreement", "disagreement_id"): ("edc_decision", "edc_resolution"),
    ("edc_query", "query_id"): ("edc_querymessage",),
}


def rules():
    found = {table: row_security.at_site() for table in AT_SITE}
    found |= {table: row_security.at_site(or_none=True) for table in AT_SITE_OR_NONE}
    for (parent, column), tables in THROUGH.items():
        found |= {table: row_security.through(table, parent, column) for table in tables}
    return found


def build_wall(apps, schema_editor):
    for statement in row_security.policies(schema_editor.connection.vendor, rules()):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    """Not reversible: the wall stays."""

    dependencies = [("edc", "0020_specimens")]
    operations = [migrations.RunPython(build_wall)]
