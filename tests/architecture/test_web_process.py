"""What a web process loads; torch alone would cost it a quarter of a gigabyte."""

import os
import subprocess
import sys

from tests.architecture.source_tree import ROOT

LOADED = """
import sys, django
django.setup()
from django.urls import get_resolver
from celery import current_app
get_resolver().url_patterns
current_app.amqp.router
print([name for name in ("torch", "radiomics", "weasyprint") if name in sys.modules])
"""


def test_serving_pages_loads_no_torch_no_pyradiomics_and_no_printer(tmp_path):
    env = {**os.environ, "TANDEM_VAR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "config.settings"}

    done = subprocess.run(
        [sys.executable, "-c", LOADED], cwd=ROOT, env=env, capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"
