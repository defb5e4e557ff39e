#!/usr/bin/env python3
"""Django's command line for Fucheng."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fucheng.settings.local")
    import fucheng.celery  # noqa: F401 - so that commands can ring the workers
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
