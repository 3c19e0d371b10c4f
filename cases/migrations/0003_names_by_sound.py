"""How each word of a name sounds, kept beside the name by PostgreSQL itself."""

import django.contrib.postgres.fields
from django.db import migrations, models

# The body is parsed here and now, so it needs no search path later. Words without a letter it knows sound like nothing.
MAKE = """
CREATE FUNCTION apparatus_sounds(folded text) RETURNS varchar[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (
    SELECT coalesce(array_agg(DISTINCT code)::varchar[], '{}')
    FROM regexp_split_to_table(folded, ' ') AS word, unnest(daitch_mokotoff(word)) AS code
)
"""


class Migration(migrations.Migration):

    dependencies = [
        ("cases", "0002_initial"),
    ]

    operations = [
        migrations.RunSQL(MAKE, "DROP FUNCTION apparatus_sounds"),
        migrations.AddField(
            model_name="personname",
            name="sounds",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Func("folded", function="apparatus_sounds"),
                output_field=django.contrib.postgres.fields.ArrayField(
                    base_field=models.CharField(max_length=6), size=None
                ),
            ),
        ),
    ]
