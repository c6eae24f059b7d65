"""Names of tasks are strings in the settings; each must be a task."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings

from config.celery import app
from tests.architecture.source_tree import ROOT


@pytest.fixture(scope="module")
def tasks() -> set[str]:
    app.loader.import_default_modules()
    return set(app.tasks)


def test_every_scheduled_task_exists(tasks):
    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}

    assert scheduled - tasks == set()


def test_every_routed_task_exists(tasks):
    routed = {name for name in settings.CELERY_TASK_ROUTES if "*" not in name}

    assert routed - tasks == set()


def test_a_message_is_not_given_out_again_while_its_task_may_still_run(tmp_path):
    env = {**os.environ, "BROKER_URL": "redis://127.0.0.1:6379/0", "TANDEM_VAR": str(tmp_path)}
    code = (
        "import json; from config.celery import app; c = app.conf;"
        "print(json.dumps([c.broker_transport_options['visibility_timeout'], c.task_time_limit,"
        "c.task_acks_late, c.task_reject_on_worker_lost, c.task_ignore_result]))"
    )

    outcome = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, check=True)
    visible_again, hard_limit, *switches = json.loads(outcome.stdout)

    assert visible_again > hard_limit
    assert switches == [True, True, True]
