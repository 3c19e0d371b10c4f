import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0003_names_by_sound"),
        ("cities", "0003_one_user_an_address"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PlanStateChange",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("recorded_at", models.DateTimeField(verbose_name="recorded at")),
                (
                    "from_state",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("DRAFT", "draft"),
                            ("PROPOSED", "proposed"),
                            ("AGREED", "agreed"),
                            ("SUPERSEDED", "superseded"),
                            ("ENDED", "ended"),
                        ],
                        max_length=10,
                        verbose_name="from",
                    ),
                ),
                (
                    "to_state",
                    models.CharField(
                        choices=[
                            ("DRAFT", "draft"),
                            ("PROPOSED", "proposed"),
                            ("AGREED", "agreed"),
                            ("SUPERSEDED", "superseded"),
                            ("ENDED", "ended"),
                        ],
                        max_length=10,
                        verbose_name="to",
                    ),
                ),
                ("reason", models.TextField(blank=True, verbose_name="reason")),
                ("changed_at", models.DateTimeField(verbose_name="changed at")),
            ],
            options={
                "verbose_name": "change of a plan",
                "verbose_name_plural": "changes of plans",
                "ordering": ["changed_at", "id"],
            },
        ),
        migrations.AlterModelManagers(
            name="caseaccess",
            managers=[],
        ),
        migrations.RemoveConstraint(
            model_name="caution",
            name="one_open_caution",
        ),
        migrations.AddField(
            model_name="action",
            name="continues",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="continued_by",
                to="cases.action",
                verbose_name="action of the version before",
            ),
        ),
        migrations.AddField(
            model_name="caseaccess",
            name="agency",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="cities.agency",
                verbose_name="office",
            ),
        ),
        migrations.AddField(
            model_name="caution",
            name="referral",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="cautions",
                to="cases.prosecutionreferral",
                verbose_name="referral",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="goal",
            name="continues",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="continued_by",
                to="cases.goal",
                verbose_name="goal of the version before",
            ),
        ),
        migrations.AddField(
            model_name="referralstagechange",
            name="answer",
            field=models.CharField(
                blank=True,
                choices=[
                    ("INQUIRY", "an inquiry is open"),
                    ("DISMISSED", "no further action"),
                    ("MORE_ASKED", "more information is asked for"),
                ],
                max_length=10,
                verbose_name="answer",
            ),
        ),
        migrations.AlterField(
            model_name="caseaccess",
            name="posting",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="cities.posting",
                verbose_name="posting",
            ),
        ),
        migrations.AlterField(
            model_name="caseaccess",
            name="user",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="case_access",
                to=settings.AUTH_USER_MODEL,
                verbose_name="user",
            ),
        ),
        migrations.AddConstraint(
            model_name="caseaccess",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ends_at__isnull", True)),
                fields=("agency", "casefile", "compartment", "ground"),
                name="one_open_grant_an_office",
            ),
        ),
        migrations.AddConstraint(
            model_name="caseaccess",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("agency__isnull", True), ("posting__isnull", False), ("user__isnull", False)),
                    models.Q(
                        ("agency__isnull", False),
                        ("compartment", "JUSTICE"),
                        ("ground", "REFERRAL"),
                        ("posting__isnull", True),
                        ("user__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="a_grant_is_to_one_user_or_one_office",
            ),
        ),
        migrations.AddConstraint(
            model_name="caution",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ends_on__isnull", True)), fields=("referral",), name="one_open_caution_a_referral"
            ),
        ),
        migrations.AddConstraint(
            model_name="caution",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_on__isnull", True), ("ends_on__gte", models.F("starts_on")), _connector="OR"),
                name="caution_ends_later",
            ),
        ),
        migrations.AddField(
            model_name="planstatechange",
            name="casefile",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, to="cases.casefile", verbose_name="case"
            ),
        ),
        migrations.AddField(
            model_name="planstatechange",
            name="city",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cities.city", verbose_name="city"
            ),
        ),
        migrations.AddField(
            model_name="planstatechange",
            name="plan",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="state_changes",
                to="cases.followupplan",
                verbose_name="plan",
            ),
        ),
        migrations.AddField(
            model_name="planstatechange",
            name="recorded_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="recorded by",
            ),
        ),
        migrations.AddIndex(
            model_name="planstatechange",
            index=models.Index(fields=["casefile", "-changed_at"], name="plan_changes_of_a_case"),
        ),
    ]
