"""`manage.py runserver --settings=tests.web.gallery_settings`, then /gallery/."""

from fucheng.settings.local import *  # noqa: F403

ROOT_URLCONF = "tests.web.gallery_urls"
