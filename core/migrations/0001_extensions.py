from django.contrib.postgres.operations import BtreeGistExtension, TrigramExtension
from django.db import migrations


class Migration(migrations.Migration):
    """Both are trusted extensions: the owner of the database may create them."""

    initial = True
    dependencies = []
    operations = [BtreeGistExtension(), TrigramExtension()]
