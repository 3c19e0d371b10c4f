from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cities', '0015_what_is_edited_has_a_version'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='ledgerentry',
            index=models.Index(fields=['-at', '-id'], name='ledger_newest_first'),
        ),
    ]
