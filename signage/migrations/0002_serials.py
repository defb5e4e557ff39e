from django.db import migrations


class Migration(migrations.Migration):
    """Serial numbers of signs come from a sequence: never twice, whatever is rolled back."""

    dependencies = [("signage", "0001_initial")]
    operations = [
        migrations.RunSQL("CREATE SEQUENCE signage_serial", "DROP SEQUENCE signage_serial"),
    ]
