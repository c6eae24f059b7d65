"""ASGI entry point."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# A web process shows no rows of any site until a request says whose it is.
os.environ.setdefault("TANDEM_ROW_SCOPE", "")
application = get_asgi_application()
