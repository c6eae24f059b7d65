"""Bring the data store up to the code: tables, grants, counts and, in production, static files."""

import os

import django
from django.core.management import call_command


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.conf import settings

    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    call_command("upgrade")
    if settings.PRODUCTION:
        call_command("collectstatic", interactive=False, verbosity=0)


if __name__ == "__main__":
    main()
