
import django.db.models.functions.text
from django.db import migrations, models

class Migration(migrations.Migration):

    dependencies = [
        
        ('cities', '0002_user_shortcuts'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='user',
            constraint=models.UniqueConstraint(django.db.models.functions.text.Lower('email'), condition=models.Q(('email', ''), _negated=True), name='one_user_an_address', violation_error_message='Another user has this e-mail address.'),
        ),
    ]
