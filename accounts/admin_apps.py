"""Puts the data window in the place of Django's own admin site; imports no models, because apps are loading."""

from django.contrib.admin.apps import AdminConfig


class DataWindowConfig(AdminConfig):
    default_site = "accounts.admin_site.DataWindow"
