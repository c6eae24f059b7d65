"""Keep each subject's unsettled queries, differences and firings of checks at every commit."""

import django.db.models.deletion
from django.db import migrations, models

from edc import row_security

MOMENT = """
CREATE FUNCTION edc_moment(at timestamptz) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
    SELECT (extract(epoch FROM at) * 1000000)::bigint
$$
"""
# The whole function sees every site: what it finds it tells nobody. A row that stays the same is not written.
GATHER = """
CREATE FUNCTION edc_gather_findings(ids bigint[]) RETURNS void LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    sites text := coalesce(current_setting('tandem.sites', true), '');
BEGIN
    PERFORM set_config('tandem.sites', 'all', true);
    -- Who waits here for another transaction gathers what that one has left.
    PERFORM 1 FROM edc_subjectfindings WHERE subject_id = ANY (ids) ORDER BY subject_id FOR UPDATE;
    INSERT INTO edc_subjectfindings AS held
        (subject_id, site_id, queries, differences, differences_waiting, differences_open, firings)
    SELECT s.id, s.site_id, q.queries, d.differences, d.waiting, d.open, c.firings
    FROM edc_subject s
    CROSS JOIN LATERAL (
        SELECT jsonb_agg(jsonb_build_array(q.state, edc_moment(q.raised_at)) ORDER BY q.id) AS queries
        FROM edc_query q JOIN edc_forminstance f ON f.id = q.form_id
        WHERE f.subject_id = s.id AND q.state IN ('open', 'answered', 'resolved')
    ) q
    CROSS JOIN LATERAL (
        SELECT count(*) AS differences,
            count(*) FILTER (WHERE f.status = 'disagreement') AS waiting,
            jsonb_agg(jsonb_build_array(edc_moment(d.found_at), d.id) ORDER BY d.found_at, d.id)
                FILTER (WHERE a.open) AS open
        FROM edc_disagreement d JOIN edc_forminstance f ON f.id = d.form_id
        CROSS JOIN LATERAL (SELECT
            NOT EXISTS (SELECT 1 FROM edc_resolution r WHERE r.disagreement_id = d.id)
            AND NOT EXISTS (
                SELECT 1 FROM edc_decision x WHERE x.disagreement_id = d.id AND x.withdraws_id IS NULL
                AND NOT EXISTS (SELECT 1 FROM edc_decision y WHERE y.withdraws_id = x.id)
            ) AS open
        ) a
        WHERE f.subject_id = s.id
    ) d
    CROSS JOIN LATERAL (
        SELECT jsonb_agg(jsonb_build_array(
            g.rule_oid, g.item, g.severity, g.fired, g.open, g.changed, g.unchanged
        ) ORDER BY g.rule_oid, g.item, g.severity) AS firings
        FROM (
            SELECT c.rule_oid, split_part(c.path, '[', 1) AS item, c.severity, count(*) AS fired,
                count(*) FILTER (WHERE a.holds_not AND NOT a.settled) AS open,
                count(*) FILTER (WHERE c.outcome = 'changed') AS changed,
                count(*) FILTER (WHERE c.outcome = 'unchanged' OR a.holds_not AND a.settled) AS unchanged
            FROM edc_checkfiring c JOIN edc_forminstance f ON f.id = c.form_id
            LEFT JOIN edc_query q ON q.id = c.query_id
            CROSS JOIN LATERAL (SELECT c.ended_at IS NULL AS holds_not,
                coalesce(q.state IN ('closed', 'cancelled'), false) OR c.settled_by_id IS NOT NULL AS settled
            ) a
            WHERE f.subject_id = s.id GROUP BY 1, 2, 3
        ) g
    ) c
    WHERE s.id = ANY (ids)
    ON CONFLICT (subject_id) DO UPDATE SET {changed} WHERE ({held}) IS DISTINCT FROM ({excluded});
    PERFORM set_config('tandem.sites', sites, true);
END $$
"""
# Planned once for each connection: planning at every call takes ten times what counting does.
PLAN_ONCE = "ALTER FUNCTION edc_count_subjects(bigint[]) SET plan_cache_mode = force_generic_plan"
COUNT_MARKED = """
CREATE OR REPLACE FUNCTION edc_count_marked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM edc_subjectmark WHERE subject_id = NEW.subject_id AND xact = NEW.xact;
    PERFORM edc_count_subjects(ARRAY[NEW.subject_id]);
    PERFORM edc_gather_findings(ARRAY[NEW.subject_id]);
    RETURN NULL;
END $$
"""
MARK_OF_DIFFERENCE = """
CREATE FUNCTION edc_mark_subject_of_difference() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed record;
BEGIN
    IF TG_OP = 'DELETE' THEN changed := OLD; ELSE changed := NEW; END IF;
    INSERT INTO edc_subjectmark
    SELECT f.subject_id, txid_current()
    FROM edc_disagreement d JOIN edc_forminstance f ON f.id = d.form_id WHERE d.id = changed.disagreement_id
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$
"""
# Beside what marks a subject for its counts, forms and queries among them.
WATCHED = {
    "edc_disagreement": ("edc_mark_subject('form')", ()),
    "edc_resolution": ("edc_mark_subject_of_difference()", ()),
    "edc_decision": ("edc_mark_subject_of_difference()", ()),
    "edc_checkfiring": ("edc_mark_subject('form')", ("ended_at", "outcome", "settled_by_id", "query_id")),
}
COLUMNS = ("site_id", "queries", "differences", "differences_waiting", "differences_open", "firings")


def gather():
    return GATHER.format(
        changed=", ".join(f"{name} = EXCLUDED.{name}" for name in COLUMNS),
        held=", ".join(f"held.{name}" for name in COLUMNS),
        excluded=", ".join(f"EXCLUDED.{name}" for name in COLUMNS),
    )


def triggers():
    for table, (marks, columns) in WATCHED.items():
        act = f"ON {table} FOR EACH ROW"
        yield f"CREATE TRIGGER {table}_found AFTER INSERT OR DELETE {act} EXECUTE FUNCTION {marks}"
        if columns:
            old, new = (", ".join(f"{row}.{each}" for each in columns) for row in ("OLD", "NEW"))
            changed = f"WHEN (({old}) IS DISTINCT FROM ({new})) EXECUTE FUNCTION {marks}"
            yield f"CREATE TRIGGER {table}_moved AFTER UPDATE OF {', '.join(columns)} {act} {changed}"


def keep(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    if vendor != "postgresql":
        return
    for statement in (MOMENT, gather(), PLAN_ONCE, COUNT_MARKED, MARK_OF_DIFFERENCE, *triggers()):
        schema_editor.execute(statement, params=None)
    for statement in row_security.policies(vendor, {"edc_subjectfindings": row_security.at_site()}):
        schema_editor.execute(statement, params=None)
    schema_editor.execute("SELECT edc_gather_findings(ARRAY(SELECT id FROM edc_subject))", params=None)


class Migration(migrations.Migration):
    """Not reversible: the findings stay."""

    dependencies = [
        ('edc', '0038_people_and_deviations'),
    ]

    operations = [
        migrations.CreateModel(
            name='SubjectFindings',
            fields=[
                ('subject', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='findings', serialize=False, to='edc.subject')),
                ('queries', models.JSONField(null=True, help_text='State and moment of being raised of each query that is not settled.')),
                ('differences', models.IntegerField(default=0, help_text='Of two passes, whether resolved or open.')),
                ('differences_waiting', models.IntegerField(default=0, help_text='Of these, on forms in the state of disagreement.')),
                ('differences_open', models.JSONField(null=True, help_text='Moment of being found and id of each without a resolution or a decision.')),
                ('firings', models.JSONField(null=True, help_text='Rule, item and severity; how often fired, is open, changed and did not change the data.')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='edc.site')),
            ],
            options={
                'ordering': ['subject_id'],
            },
        ),
        migrations.AddIndex(
            model_name='checkfiring',
            index=models.Index(fields=['rule_oid', '-fired_at', '-id'], name='firing_of_rule_newest_first'),
        ),
        migrations.RunPython(keep),
    ]
