"""Count each subject's missing images at every commit, so that the page of locks adds subjects, not forms."""

import django.db.models.deletion
from django.db import migrations, models

from edc import row_security

# What the protocol of a design demands stands in its content, which is too long to be read at every commit.
NOTE = """
CREATE FUNCTION imaging_note_demanded(version bigint, content text) RETURNS void LANGUAGE sql AS $$
    INSERT INTO imaging_demandedform (design_version_id, form_oid, event_oid)
    SELECT DISTINCT version, each ->> 'form', each ->> 'event'
    FROM (SELECT content::jsonb -> 'imaging' AS held) design
    CROSS JOIN LATERAL jsonb_array_elements(CASE jsonb_typeof(held) WHEN 'array' THEN held END) each
    WHERE each -> 'required' = 'true'
    ON CONFLICT DO NOTHING
$$
"""
NOTE_PUBLISHED = """
CREATE FUNCTION imaging_note_published() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM imaging_note_demanded(NEW.id, NEW.content);
    RETURN NULL;
END $$
"""
# The whole function sees every site: what it counts it tells nobody. A row that stays the same is not written.
# It is planned once for each connection: planning at every call takes ten times what counting does.
COUNT = """
CREATE FUNCTION imaging_count_subjects(ids bigint[]) RETURNS void LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    sites text := coalesce(current_setting('tandem.sites', true), '');
BEGIN
    PERFORM set_config('tandem.sites', 'all', true);
    -- Who waits here for another transaction counts what that one has left.
    PERFORM 1 FROM imaging_subjectimages WHERE subject_id = ANY (ids) ORDER BY subject_id FOR UPDATE;
    INSERT INTO imaging_subjectimages AS held (subject_id, site_id, missing, missing_from)
    SELECT s.id, s.site_id, i.missing, i.missing_from
    FROM edc_subject s
    CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE e.status = 'held') AS missing,
            jsonb_agg(a.since ORDER BY a.since)
                FILTER (WHERE e.status = 'planned' AND a.since IS NOT NULL) AS missing_from
        FROM edc_forminstance f JOIN edc_studyevent e ON e.id = f.event_id
        JOIN imaging_demandedform w ON w.design_version_id = f.design_version_id
            AND w.form_oid = f.form_oid AND w.event_oid = e.event_oid
        CROSS JOIN LATERAL (SELECT least(e.window_start, e.planned_date) AS since) a
        WHERE f.subject_id = s.id AND s.status NOT IN ('screen_failed', 'withdrawn')
        AND f.status <> 'not_done'
        AND NOT EXISTS (
            SELECT 1 FROM imaging_imagingstudy x JOIN imaging_series y ON y.imaging_study_id = x.id
            WHERE x.form_id = f.id
        )
        AND NOT EXISTS (SELECT 1 FROM imaging_uploadsession x WHERE x.form_id = f.id AND x.status = 'open')
    ) i
    WHERE s.id = ANY (ids)
    ON CONFLICT (subject_id) DO UPDATE
        SET site_id = EXCLUDED.site_id, missing = EXCLUDED.missing, missing_from = EXCLUDED.missing_from
        WHERE (held.site_id, held.missing, held.missing_from)
            IS DISTINCT FROM (EXCLUDED.site_id, EXCLUDED.missing, EXCLUDED.missing_from);
    PERFORM set_config('tandem.sites', sites, true);
END $$
"""
COUNT_MARKED = """
CREATE FUNCTION imaging_count_marked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM imaging_count_subjects(ARRAY[NEW.subject_id]);
    RETURN NULL;
END $$
"""
MARK_OF_SERIES = """
CREATE FUNCTION imaging_mark_subject_of_series() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed record;
BEGIN
    IF TG_OP = 'DELETE' THEN changed := OLD; ELSE changed := NEW; END IF;
    INSERT INTO edc_subjectmark
    SELECT subject_id, txid_current() FROM imaging_imagingstudy WHERE id = changed.imaging_study_id
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$
"""
TRIGGERS = (
    "CREATE TRIGGER edc_designversion_demanded AFTER INSERT ON edc_designversion"
    " FOR EACH ROW EXECUTE FUNCTION imaging_note_published()",
    "CREATE CONSTRAINT TRIGGER imaging_subject_counted AFTER INSERT ON edc_subjectmark"
    " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION imaging_count_marked()",
    "CREATE TRIGGER imaging_series_counted AFTER INSERT OR DELETE ON imaging_series"
    " FOR EACH ROW EXECUTE FUNCTION imaging_mark_subject_of_series()",
    "CREATE TRIGGER imaging_imagingstudy_counted AFTER INSERT OR DELETE ON imaging_imagingstudy"
    " FOR EACH ROW EXECUTE FUNCTION edc_mark_subject('subject')",
    "CREATE TRIGGER imaging_uploadsession_counted AFTER INSERT OR DELETE ON imaging_uploadsession"
    " FOR EACH ROW EXECUTE FUNCTION edc_mark_subject('subject')",
    "CREATE TRIGGER imaging_uploadsession_recounted AFTER UPDATE OF status ON imaging_uploadsession"
    " FOR EACH ROW WHEN (OLD.status <> NEW.status) EXECUTE FUNCTION edc_mark_subject('subject')",
    "CREATE TRIGGER edc_forminstance_amended AFTER UPDATE OF design_version_id ON edc_forminstance"
    " FOR EACH ROW WHEN (OLD.design_version_id <> NEW.design_version_id)"
    " EXECUTE FUNCTION edc_mark_subject('subject')",
)
AT_ONCE = (
    "SELECT imaging_note_demanded(id, content) FROM edc_designversion",
    "SELECT imaging_count_subjects(ARRAY(SELECT id FROM edc_subject))",
)


def keep(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    if vendor != "postgresql":
        return
    for statement in (NOTE, NOTE_PUBLISHED, COUNT, COUNT_MARKED, MARK_OF_SERIES, *TRIGGERS):
        schema_editor.execute(statement, params=None)
    for statement in row_security.policies(vendor, {"imaging_subjectimages": row_security.at_site()}):
        schema_editor.execute(statement, params=None)
    for statement in AT_ONCE:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    """Not reversible: the counts stay."""

    dependencies = [
        ('edc', '0035_subject_counts'),
        ('imaging', '0003_row_security'),
    ]

    operations = [
        migrations.CreateModel(
            name='SubjectImages',
            fields=[
                ('subject', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='images', serialize=False, to='edc.subject')),
                ('missing', models.IntegerField(default=0, help_text='Of visits that took place.')),
                ('missing_from', models.JSONField(help_text='The days from which more are missing, of planned visits; null without any.', null=True)),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='edc.site')),
            ],
            options={
                'ordering': ['subject_id'],
            },
        ),
        migrations.CreateModel(
            name='DemandedForm',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('form_oid', models.CharField(max_length=40)),
                ('event_oid', models.CharField(max_length=40)),
                ('design_version', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='edc.designversion')),
            ],
            options={
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(fields=('design_version', 'form_oid', 'event_oid'), name='demanded_form_once')],
            },
        ),
        migrations.RunPython(keep),
    ]
