from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("grading", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="ruleitem",
            name="decay_days",
            field=models.PositiveSmallIntegerField(
                help_text="days after mending, or after a one-off finding, until the deduction ends",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="ruleset",
            name="watch_days",
            field=models.PositiveSmallIntegerField(
                db_default=90, default=90, verbose_name="days of watch after delisting"
            ),
        ),
        migrations.AddField(
            model_name="ruleset",
            name="watch_days_incident",
            field=models.PositiveSmallIntegerField(
                db_default=30, default=30, verbose_name="days of watch after an incident"
            ),
        ),
        migrations.AddField(
            model_name="ruleset",
            name="relapse_red_count",
            field=models.PositiveSmallIntegerField(
                db_default=3, default=3, verbose_name="relapses that propose red"
            ),
        ),
        migrations.AddField(
            model_name="ruleset",
            name="relapse_window_months",
            field=models.PositiveSmallIntegerField(
                db_default=12, default=12, verbose_name="months in which relapses are counted"
            ),
        ),
        migrations.AddConstraint(
            model_name="ruleitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decay_days__isnull", True),
                    models.Q(("decay_days__gt", 0), ("effect", "points")),
                    _connector="OR",
                ),
                name="ruleitem_decay_only_of_points",
            ),
        ),
    ]
