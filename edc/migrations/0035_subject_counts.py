"""Count each subject's forms and queries at every commit, so that a study's pages add subjects, not forms."""

import django.db.models.deletion
from django.db import migrations, models

from edc import row_security


# The whole function sees every site: what it counts it tells nobody.
COUNT = """
CREATE FUNCTION edc_count_subjects(ids bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    sites text := coalesce(current_setting('tandem.sites', true), '');
BEGIN
    PERFORM set_config('tandem.sites', 'all', true);
    -- Who waits here for another transaction counts what that one has left.
    PERFORM 1 FROM edc_subjectcounts WHERE subject_id = ANY (ids) ORDER BY subject_id FOR UPDATE;
    INSERT INTO edc_subjectcounts (subject_id, site_id, "left", {columns})
    SELECT s.id, s.site_id, s.status IN ('screen_failed', 'withdrawn'), {values}
    FROM edc_subject s
    CROSS JOIN LATERAL (
        SELECT {of_forms}
        FROM edc_forminstance f JOIN edc_studyevent e ON e.id = f.event_id
        CROSS JOIN LATERAL (SELECT
            f.status IN ('complete', 'verified', 'signed', 'locked') AS final,
            f.mandatory AND f.status NOT IN ('complete', 'verified', 'signed', 'locked', 'not_done') AS owed,
            f.mandatory AND f.status IN ('to_do', 'first_sealed') AS unfinished,
            CASE WHEN e.status <> 'held' AND e.planned_date IS NOT NULL
                 THEN coalesce(e.window_start, e.planned_date) END AS since
        ) a
        LEFT JOIN edc_formverificationdue d ON d.form_id = f.id
        WHERE f.subject_id = s.id
    ) f
    CROSS JOIN LATERAL (
        SELECT {of_queries} FROM edc_query q JOIN edc_forminstance o ON o.id = q.form_id
        WHERE o.subject_id = s.id
    ) q
    WHERE s.id = ANY (ids)
    ON CONFLICT (subject_id) DO UPDATE SET site_id = EXCLUDED.site_id, "left" = EXCLUDED."left", {changed};
    PERFORM set_config('tandem.sites', sites, true);
END $$
"""
BEGUN = """
CREATE FUNCTION edc_begun(days jsonb, today date) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
    SELECT count(*) FROM jsonb_array_elements_text(days) AS day WHERE day <= today::text
$$
"""
MARKS = """
CREATE TABLE edc_subjectmark (subject_id bigint, xact bigint, PRIMARY KEY (subject_id, xact))
"""
MARK = """
CREATE FUNCTION edc_mark_subject() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed record;
    subject bigint;
BEGIN
    IF TG_OP = 'DELETE' THEN changed := OLD; ELSE changed := NEW; END IF;
    IF TG_ARGV[0] = 'itself' THEN
        subject := changed.id;
    ELSIF TG_ARGV[0] = 'form' THEN
        SELECT subject_id INTO subject FROM edc_forminstance WHERE id = changed.form_id;
    ELSE
        subject := changed.subject_id;
    END IF;
    IF subject IS NOT NULL THEN
        INSERT INTO edc_subjectmark VALUES (subject, txid_current()) ON CONFLICT DO NOTHING;
    END IF;
    RETURN NULL;
END $$
"""
COUNT_MARKED = """
CREATE FUNCTION edc_count_marked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM edc_subjectmark WHERE subject_id = NEW.subject_id AND xact = NEW.xact;
    PERFORM edc_count_subjects(ARRAY[NEW.subject_id]);
    RETURN NULL;
END $$
"""
# At the commit, once for each subject that the transaction touched: every service holds the end of the audit
# chain by then, so that no two of them wait for each other's subjects.
AT_COMMIT = """
CREATE CONSTRAINT TRIGGER edc_subject_counted AFTER INSERT ON edc_subjectmark
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION edc_count_marked()
"""
WATCHED = {
    "edc_subject": ("itself", ("status", "site_id")),
    "edc_forminstance": ("subject", ("status", "mandatory", "event_id", "subject_id")),
    "edc_studyevent": ("subject", ("status", "planned_date", "window_start")),
    "edc_draft": ("form", ()),
    "edc_signature": ("form", ("broken_at",)),
    "edc_query": ("form", ("state",)),
    "edc_formverificationdue": (
        "form", ("required", "verified", "left", "critical_left", "transferred", "broken"),
    ),
}  # fmt: skip
STATUSES = (
    "to_do", "first_draft", "first_sealed", "second_draft", "disagreement", "complete", "verified", "signed",
    "locked", "not_done",
)  # fmt: skip
STATES = ("candidate", "open", "answered", "resolved", "closed", "cancelled")
DAYS = "coalesce(jsonb_agg(a.since ORDER BY a.since) FILTER (WHERE a.{} AND a.since IS NOT NULL), '[]')"
OF_FORMS = {
    **{status: f"count(*) FILTER (WHERE f.status = '{status}')" for status in STATUSES},
    "owed": "count(*) FILTER (WHERE a.owed AND a.since IS NULL)",
    "owed_from": DAYS.format("owed"),
    "unfinished": "count(*) FILTER (WHERE a.unfinished AND a.since IS NULL)",
    "unfinished_from": DAYS.format("unfinished"),
    "next_from": "min(a.since) FILTER (WHERE a.owed)",
    "drafts": "count(*) FILTER (WHERE EXISTS (SELECT 1 FROM edc_draft x WHERE x.form_id = f.id))",
    "unsigned": (
        "count(*) FILTER (WHERE a.final AND NOT EXISTS "
        "(SELECT 1 FROM edc_signature x WHERE x.form_id = f.id AND x.broken_at IS NULL))"
    ),
    "forms_left": 'count(*) FILTER (WHERE d."left" > 0)',
    "due": 'count(*) FILTER (WHERE a.final AND d."left" > 0)',
    "critical": "count(*) FILTER (WHERE a.final AND d.critical_left > 0)",
    "broken": 'count(*) FILTER (WHERE a.final AND d.broken > 0 AND d."left" > 0)',
    "begun": "count(*) FILTER (WHERE a.final AND d.verified > 0)",
    "done": 'count(*) FILTER (WHERE a.final AND d."left" = 0 AND d.required > 0)',
    "transferred": "count(*) FILTER (WHERE a.final AND d.transferred > 0)",
    "verifiable": "count(d.id) FILTER (WHERE a.final)",
    **{
        f"items_{name}": f'coalesce(sum(d."{name}") FILTER (WHERE a.final), 0)'
        for name in ("required", "verified", "left", "critical_left", "transferred")
    },
}
OF_QUERIES = {f"queries_{state}": f"count(*) FILTER (WHERE q.state = '{state}')" for state in STATES}


def count():
    columns = [*OF_FORMS, *OF_QUERIES]
    return COUNT.format(
        columns=", ".join(columns),
        values=", ".join([f"f.{name}" for name in OF_FORMS] + [f"q.{name}" for name in OF_QUERIES]),
        of_forms=", ".join(f"{found} AS {name}" for name, found in OF_FORMS.items()),
        of_queries=", ".join(f"{found} AS {name}" for name, found in OF_QUERIES.items()),
        changed=", ".join(f"{name} = EXCLUDED.{name}" for name in columns),
    )


def triggers():
    for table, (way, columns) in WATCHED.items():
        call = f"ON {table} FOR EACH ROW"
        act = f"EXECUTE FUNCTION edc_mark_subject('{way}')"
        yield f"CREATE TRIGGER {table}_counted AFTER INSERT OR DELETE {call} {act}"
        if columns:
            old, new = (", ".join(f'{row}."{each}"' for each in columns) for row in ("OLD", "NEW"))
            named = ", ".join(f'"{each}"' for each in columns)
            changed = f"WHEN (({old}) IS DISTINCT FROM ({new}))"
            yield f"CREATE TRIGGER {table}_recounted AFTER UPDATE OF {named} {call} {changed} {act}"


def keep(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    if vendor != "postgresql":
        return
    for statement in (count(), BEGUN, MARKS, MARK, COUNT_MARKED, AT_COMMIT, *triggers()):
        schema_editor.execute(statement, params=None)
    for statement in row_security.policies(vendor, {"edc_subjectcounts": row_security.at_site()}):
        schema_editor.execute(statement, params=None)
    schema_editor.execute("SELECT edc_count_subjects(ARRAY(SELECT id FROM edc_subject))", params=None)


class Migration(migrations.Migration):
    """Not reversible: the counts stay."""

    dependencies = [
        ('edc', '0034_consents'),
    ]

    operations = [
        migrations.CreateModel(
            name='SubjectCounts',
            fields=[
                ('subject', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='counts', serialize=False, to='edc.subject')),
                ('left', models.BooleanField(default=False, help_text='The subject failed screening or withdrew.')),
                ('to_do', models.IntegerField(default=0)),
                ('first_draft', models.IntegerField(default=0)),
                ('first_sealed', models.IntegerField(default=0)),
                ('second_draft', models.IntegerField(default=0)),
                ('disagreement', models.IntegerField(default=0)),
                ('complete', models.IntegerField(default=0)),
                ('verified', models.IntegerField(default=0)),
                ('signed', models.IntegerField(default=0)),
                ('locked', models.IntegerField(default=0)),
                ('not_done', models.IntegerField(default=0)),
                ('owed', models.IntegerField(default=0, help_text='Mandatory forms not complete, whatever the day is.')),
                ('owed_from', models.JSONField(default=list, help_text='The days from which more of them are owed.')),
                ('unfinished', models.IntegerField(default=0, help_text='Of those owed: without a pass, or with one.')),
                ('unfinished_from', models.JSONField(default=list)),
                ('next_from', models.DateField(help_text='The first day of `owed_from`.', null=True)),
                ('drafts', models.IntegerField(default=0, help_text='Forms with a draft.')),
                ('unsigned', models.IntegerField(default=0, help_text='Completed forms without a signature that holds.')),
                ('forms_left', models.IntegerField(default=0, help_text='Forms in any state with items to verify.')),
                ('due', models.IntegerField(default=0)),
                ('critical', models.IntegerField(default=0)),
                ('broken', models.IntegerField(default=0)),
                ('begun', models.IntegerField(default=0)),
                ('done', models.IntegerField(default=0)),
                ('transferred', models.IntegerField(default=0)),
                ('verifiable', models.IntegerField(default=0)),
                ('items_required', models.IntegerField(default=0)),
                ('items_verified', models.IntegerField(default=0)),
                ('items_left', models.IntegerField(default=0)),
                ('items_critical_left', models.IntegerField(default=0)),
                ('items_transferred', models.IntegerField(default=0)),
                ('queries_candidate', models.IntegerField(default=0)),
                ('queries_open', models.IntegerField(default=0)),
                ('queries_answered', models.IntegerField(default=0)),
                ('queries_resolved', models.IntegerField(default=0)),
                ('queries_closed', models.IntegerField(default=0)),
                ('queries_cancelled', models.IntegerField(default=0)),
            ],
            options={
                'ordering': ['subject_id'],
            },
        ),
        migrations.AddIndex(
            model_name='disagreement',
            index=models.Index(fields=['found_at', 'id'], name='disagreement_by_age'),
        ),
        migrations.AddIndex(
            model_name='forminstance',
            index=models.Index(fields=['status_changed_at', 'id'], name='form_by_change'),
        ),
        migrations.AddIndex(
            model_name='forminstance',
            index=models.Index(condition=models.Q(('status', 'disagreement')), fields=['status_changed_at', 'id'], name='form_disagreement_by_change'),
        ),
        migrations.AddIndex(
            model_name='query',
            index=models.Index(fields=['raised_at', 'id'], name='query_by_age'),
        ),
        migrations.AddIndex(
            model_name='query',
            index=models.Index(condition=models.Q(('state__in', ['open', 'answered', 'resolved'])), fields=['raised_at', 'id'], name='query_unsettled_by_age'),
        ),
        migrations.AddField(
            model_name='subjectcounts',
            name='site',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='edc.site'),
        ),
        migrations.AddIndex(
            model_name="formverificationdue",
            index=models.Index(
                fields=["-critical_left", "-left", "id"], name="verification_by_critical"
            ),
        ),
        migrations.RunPython(keep),
    ]
