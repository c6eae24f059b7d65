"""The production shape: compose file, proxy, archive settings, and Django's own deployment check."""

import json
import os
import re
import shutil
import subprocess
import sys

import pytest
import yaml

from tests.architecture.source_tree import ROOT

SECRETS = (
    "SECRET_KEY",
    "PSEUDONYM_SECRET",
    "POSTGRES_PASSWORD",
    "POSTGRES_ADMIN_PASSWORD",
    "REDIS_PASSWORD",
    "ORTHANC_PASSWORD",
)
PLATFORM = ("web", "worker-cpu", "worker-gpu", "beat")
PRODUCTION = {
    "TANDEM_ENV": "production",
    "SECRET_KEY": "k" * 30 + "0123456789-abcdefghijklmnopqrst",
    "PSEUDONYM_SECRET": "p" * 60,
    "DATABASE_URL": "postgres://tandem:x@postgres:5432/tandem",
    "BROKER_URL": "redis://:x@redis:6379/0",
    "ARCHIVE_URL": "orthanc+http://tandem:x@orthanc:8042",
    "ALLOWED_HOSTS": "tandem.example.org",
    "CSRF_TRUSTED_ORIGINS": "https://tandem.example.org",
}


@pytest.fixture(scope="module")
def compose() -> dict:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())


@pytest.fixture(scope="module")
def services(compose) -> dict:
    return compose["services"]


def test_every_service_of_the_platform_is_there(services):
    assert {*PLATFORM, "postgres", "redis", "orthanc", "proxy"} <= services.keys()


def test_every_long_running_service_is_watched_and_restarted(services):
    running = {name: service for name, service in services.items() if name != "migrate"}

    assert [name for name, service in running.items() if "healthcheck" not in service] == []
    assert {service["restart"] for service in running.values()} == {"unless-stopped"}


def test_the_gpu_worker_reserves_a_card_and_takes_the_gpu_queue_alone(services):
    worker = services["worker-gpu"]
    device = worker["deploy"]["resources"]["reservations"]["devices"][0]

    assert (device["driver"], device["capabilities"]) == ("nvidia", ["gpu"])
    assert worker["command"][worker["command"].index("-Q") + 1] == "gpu"
    assert "--pool=solo" in worker["command"]


def test_only_the_proxy_is_reachable_from_outside(compose, services):
    assert [name for name, service in services.items() if "ports" in service] == ["proxy"]
    assert compose["networks"]["inside"]["internal"] is True
    assert {name for name, service in services.items() if "edge" in service["networks"]} == {"web", "proxy"}
    assert services["orthanc"]["networks"] == ["inside"]


def test_the_platform_runs_without_root_or_a_writable_image(services):
    for name in PLATFORM:
        service = services[name]
        assert service["read_only"] is True, name
        assert service["user"].split(":")[0] != "0", name
        assert service["cap_drop"] == ["ALL"], name


@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_is_demanded_and_never_given(secret):
    text = (ROOT / "docker-compose.yml").read_text()
    uses = re.findall(rf"\$\{{{secret}([^}}]*)\}}", text)

    assert any(use.startswith(":?") for use in uses)
    assert not any(use.startswith((":-", "-")) for use in uses)
    assert re.search(rf"^{secret}=$", (ROOT / "deploy/env.example").read_text(), re.MULTILINE)


def test_web_and_workers_get_the_same_settings(services):
    settings = [
        {key: value for key, value in services[name]["environment"].items() if key != "BACKUP_KEY"}
        for name in PLATFORM
    ]

    assert all(each == settings[0] for each in settings)
    assert PRODUCTION.keys() - {"TANDEM_ENV"} <= settings[0].keys()


def test_the_backups_and_their_key_are_within_reach_of_the_worker_alone(services):
    def reaches(service):
        mounted = any(each.endswith(":/backup") for each in service.get("volumes", ()))
        return mounted or "BACKUP_KEY" in service.get("environment", {})

    worker = services["worker-cpu"]

    assert [name for name, service in services.items() if reaches(service)] == ["worker-cpu"]
    assert {"data:/data", "${BACKUP_TO:-backup}:/backup"} == set(worker["volumes"])
    assert worker["environment"]["BACKUP_KEY"] == "${BACKUP_KEY:-}"


def test_the_archive_is_tuned_and_speaks_to_known_users_only(services):
    archive = json.loads((ROOT / "deploy/orthanc.json").read_text())

    assert services["orthanc"]["environment"]["TCP_NODELAY"] == "1"
    assert (archive["KeepAlive"], archive["TcpNoDelay"], archive["HttpCompressionEnabled"]) == (
        True,
        True,
        False,
    )
    assert archive["AuthenticationEnabled"] is True
    assert "RegisteredUsers" not in archive


@pytest.mark.requirement("P12")
def test_the_proxy_ends_tls_and_drops_what_a_client_claims_about_itself():
    proxy = (ROOT / "deploy/nginx.conf.template").read_text()

    assert "ssl_protocols       TLSv1.2 TLSv1.3;" in proxy
    assert "return 301 https://" in proxy
    assert "$proxy_add_x_forwarded_for" not in proxy


@pytest.mark.skipif(shutil.which("docker-compose") is None, reason="needs a compose binary")
def test_compose_itself_accepts_the_file():
    env = {
        **os.environ,
        **dict.fromkeys(SECRETS, "x"),
        "TANDEM_HOST": "tandem.example.org",
        "TLS_DIR": "/tls",
    }

    outcome = subprocess.run(
        ["docker-compose", "config", "--quiet"], cwd=ROOT, env=env, capture_output=True, text=True
    )

    assert outcome.returncode == 0, outcome.stderr


def manage(*arguments: str, settings: dict[str, str], folder) -> subprocess.CompletedProcess[str]:
    env = {"PATH": os.environ["PATH"], "TANDEM_VAR": str(folder), **settings}
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)


def test_django_finds_nothing_to_warn_about_in_production(tmp_path):
    outcome = manage("check", "--deploy", "--fail-level", "WARNING", settings=PRODUCTION, folder=tmp_path)

    assert outcome.returncode == 0, outcome.stderr


@pytest.mark.parametrize("name", ["SECRET_KEY", "PSEUDONYM_SECRET"])
def test_production_does_not_start_without_its_secrets(tmp_path, name):
    settings = {key: value for key, value in PRODUCTION.items() if key != name}

    outcome = manage("check", settings=settings, folder=tmp_path)

    assert outcome.returncode != 0
    assert name in outcome.stderr
