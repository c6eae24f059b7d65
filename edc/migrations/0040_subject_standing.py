"""Keep where each subject stands at every commit: what the matrix orders by and the flow of subjects counts."""

import django.db.models.deletion
from django.db import migrations, models

from edc import row_security

# The whole function sees every site: what it finds it tells nobody. A row that stays the same is not written.
PLACE = """
CREATE FUNCTION edc_place_subjects(ids bigint[]) RETURNS void LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    sites text := coalesce(current_setting('tandem.sites', true), '');
BEGIN
    PERFORM set_config('tandem.sites', 'all', true);
    -- Who waits here for another transaction finds what that one has left.
    PERFORM 1 FROM edc_subjectstanding WHERE subject_id = ANY (ids) ORDER BY subject_id FOR UPDATE;
    INSERT INTO edc_subjectstanding AS held (subject_id, {columns})
    SELECT s.id, {values}
    FROM edc_subject s
    CROSS JOIN LATERAL (SELECT {of_forms}
        FROM edc_forminstance f JOIN edc_studyevent e ON e.id = f.event_id WHERE f.subject_id = s.id
    ) f
    CROSS JOIN LATERAL (SELECT {of_queries}
        FROM edc_forminstance o JOIN edc_query q ON q.form_id = o.id
        WHERE o.subject_id = s.id AND q.state IN ('open', 'answered', 'resolved')
    ) q
    CROSS JOIN LATERAL (SELECT {of_visits}
        FROM edc_studyevent e WHERE e.subject_id = s.id AND e.status = 'planned'
        AND EXISTS (SELECT 1 FROM edc_forminstance o
            WHERE o.event_id = e.id AND o.status = 'to_do' AND o.mandatory)
        AND NOT EXISTS (SELECT 1 FROM edc_forminstance o WHERE o.event_id = e.id
            AND o.status IN ('first_draft', 'first_sealed', 'second_draft', 'disagreement'))
    ) v
    LEFT JOIN LATERAL (
        SELECT x.verdict, x.criteria FROM edc_eligibilityassessment x
        WHERE x.subject_id = s.id ORDER BY x.computed_at DESC, x.id DESC LIMIT 1
    ) a ON true
    LEFT JOIN edc_departure d ON d.subject_id = s.id AND d.taken_back_at IS NULL
    WHERE s.id = ANY (ids)
    ON CONFLICT (subject_id) DO UPDATE SET {changed} WHERE ({held}) IS DISTINCT FROM ({excluded});
    PERFORM set_config('tandem.sites', sites, true);
END $$
"""
PLACE_MARKED = """
CREATE FUNCTION edc_place_marked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM edc_place_subjects(ARRAY[NEW.subject_id]);
    RETURN NULL;
END $$
"""
AT_COMMIT = """
CREATE CONSTRAINT TRIGGER edc_subject_placed AFTER INSERT ON edc_subjectmark
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION edc_place_marked()
"""
# Beside what marks a subject for its counts: how to find the subject, whether rows come and go, the columns.
WATCHED = {
    "edc_subject": ("itself", False, ("subject_key", "status_reason")),
    "edc_studyevent": ("subject", False, ("entry_due",)),
    "edc_eligibilityassessment": ("subject", True, ()),
    "edc_departure": ("subject", True, ("how", "status_before", "taken_back_at")),
}
# Their rule of row-level security went through the list of a person's sites; from here on it looks a site up.
AT_SITE = (
    "edc_subject", "edc_entrycount", "edc_rehearsalline", "edc_snapshotpart", "edc_archivereceipt",
    "edc_consentstart", "edc_subjectcounts",
)  # fmt: skip
AT_SITE_OR_NONE = ("edc_hold", "edc_holdrequest")
FINAL = "f.status IN ('complete', 'verified', 'signed', 'locked')"
OF_FORMS = {
    "final_forms": f"coalesce(jsonb_agg(DISTINCT f.form_oid) FILTER (WHERE {FINAL}), '[]')",
    "disagreement": "coalesce(bool_or(f.status = 'disagreement'), false)",
    "begun": "coalesce(bool_or(f.status IN ('first_draft', 'first_sealed', 'second_draft')), false)",
    "to_enter": "coalesce(bool_or(f.status = 'to_do' AND f.mandatory AND e.status = 'held'), false)",
    "to_verify": "coalesce(bool_or(f.status IN ('complete', 'verified')), false)",
}
OF_QUERIES = {
    "queries": "count(*) > 0",
    "open_since": "min(q.raised_at) FILTER (WHERE q.state = 'open')",
    "answered_since": "min(q.raised_at) FILTER (WHERE q.state = 'answered')",
}
OF_VISITS = {
    "overdue_from": "min(e.entry_due) + 1",
    "windows": (
        "coalesce(jsonb_agg(jsonb_build_array(e.window_start, e.entry_due) ORDER BY e.window_start, e.id) "
        "FILTER (WHERE e.window_start IS NOT NULL AND e.entry_due IS NOT NULL), '[]')"
    ),
}
VALUES = {
    "site_id": "s.site_id",
    "subject_key": "s.subject_key",
    "status": "s.status",
    "overridden": "s.status_reason <> ''",
    "verdict": "coalesce(a.verdict, '')",
    "unmet": (
        "coalesce((SELECT jsonb_agg(c.value -> 'oid') FROM jsonb_array_elements(CASE jsonb_typeof(a.criteria) "
        "WHEN 'array' THEN a.criteria END) c WHERE c.value -> 'passes' = 'false'), '[]')"
    ),
    "how": "coalesce(d.how, '')",
    "status_before": "coalesce(d.status_before, '')",
    **{name: f"f.{name}" for name in OF_FORMS},
    **{name: f"q.{name}" for name in OF_QUERIES},
    **{name: f"v.{name}" for name in OF_VISITS},
}


def place():
    return PLACE.format(
        columns=", ".join(VALUES),
        values=", ".join(VALUES.values()),
        of_forms=", ".join(f"{found} AS {name}" for name, found in OF_FORMS.items()),
        of_queries=", ".join(f"{found} AS {name}" for name, found in OF_QUERIES.items()),
        of_visits=", ".join(f"{found} AS {name}" for name, found in OF_VISITS.items()),
        changed=", ".join(f"{name} = EXCLUDED.{name}" for name in VALUES),
        held=", ".join(f"held.{name}" for name in VALUES),
        excluded=", ".join(f"EXCLUDED.{name}" for name in VALUES),
    )


def triggers():
    for table, (way, come_and_go, columns) in WATCHED.items():
        act = f"ON {table} FOR EACH ROW"
        mark = f"EXECUTE FUNCTION edc_mark_subject('{way}')"
        if come_and_go:
            yield f"CREATE TRIGGER {table}_placed AFTER INSERT OR DELETE {act} {mark}"
        if columns:
            old, new = (", ".join(f"{row}.{each}" for each in columns) for row in ("OLD", "NEW"))
            changed = f"WHEN (({old}) IS DISTINCT FROM ({new}))"
            yield f"CREATE TRIGGER {table}_moved AFTER UPDATE OF {', '.join(columns)} {act} {changed} {mark}"


def keep(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    if vendor != "postgresql":
        return
    for statement in (place(), PLACE_MARKED, AT_COMMIT, *triggers()):
        schema_editor.execute(statement, params=None)
    for statement in row_security.policies(vendor, {"edc_subjectstanding": row_security.at_site()}):
        schema_editor.execute(statement, params=None)
    for table in (*AT_SITE, *AT_SITE_OR_NONE):
        rule = row_security.at_site(or_none=table in AT_SITE_OR_NONE)
        schema_editor.execute(row_security.policy_altered(table, rule), params=None)
    schema_editor.execute("SELECT edc_place_subjects(ARRAY(SELECT id FROM edc_subject))", params=None)


class Migration(migrations.Migration):
    """Not reversible: the standings stay."""

    dependencies = [
        ('edc', '0039_subject_findings'),
    ]

    operations = [
        migrations.CreateModel(
            name='SubjectStanding',
            fields=[
                ('subject', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='standing', serialize=False, to='edc.subject')),
                ('subject_key', models.CharField(max_length=20)),
                ('status', models.CharField(max_length=20)),
                ('overdue_from', models.DateField(help_text='The first day on which an awaited visit is late.', null=True)),
                ('windows', models.JSONField(default=list, help_text='First and last day of entry of each awaited visit.')),
                ('queries', models.BooleanField(default=False, help_text='A query is not settled.')),
                ('open_since', models.DateTimeField(help_text='When the oldest open query was raised.', null=True)),
                ('answered_since', models.DateTimeField(help_text='When the oldest answered one was raised.', null=True)),
                ('disagreement', models.BooleanField(default=False)),
                ('begun', models.BooleanField(default=False)),
                ('to_enter', models.BooleanField(default=False, help_text='A visit took place of which a form is owed.')),
                ('to_verify', models.BooleanField(default=False)),
                ('overridden', models.BooleanField(default=False, help_text='The status has a reason.')),
                ('verdict', models.CharField(blank=True, help_text='Of the last assessment.', max_length=20)),
                ('unmet', models.JSONField(default=list, help_text='The criteria it found not met.')),
                ('how', models.CharField(blank=True, help_text='Of the departure that holds.', max_length=12)),
                ('status_before', models.CharField(blank=True, max_length=20)),
                ('final_forms', models.JSONField(default=list, help_text='The forms by OID of which one is complete.')),
            ],
            options={
                'ordering': ['subject_id'],
            },
        ),
        migrations.AddIndex(
            model_name='observation',
            index=models.Index(fields=['observer', 'sealed_at', 'started_at', 'form'], name='observation_by_observer'),
        ),
        migrations.AddIndex(
            model_name='querymessage',
            index=models.Index(condition=models.Q(('state_after', 'answered')), fields=['-id'], name='query_message_of_answer'),
        ),
        migrations.AddIndex(
            model_name='subject',
            index=models.Index(fields=['study', '-created_at', '-id'], name='subject_newest_first'),
        ),
        migrations.AddField(
            model_name='subjectstanding',
            name='site',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='edc.site'),
        ),
        migrations.RunPython(keep),
    ]
