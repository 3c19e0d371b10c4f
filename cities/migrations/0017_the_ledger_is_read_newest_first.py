from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cities', '0014_the_ledger_is_verified'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='ledgerentry',
            index=models.Index(fields=['-at', '-id'], name='ledger_newest_first'),
        ),
    ]
