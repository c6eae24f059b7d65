"""What answers tell the browser: no code but the platform's own, nothing kept, and what logs leave out."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse

from edc.models import AuditEvent
from scripts.serve import ACCESS_LINE
from tests.factories.models import PASSWORD

SCRIPT = re.compile(r"<script\b(?![^>]*\bsrc=)(?![^>]*application/json)", re.IGNORECASE)
HANDLER = re.compile(r"\son[a-z]+\s*=\s*[\"']|javascript:|\shx-on", re.IGNORECASE)


def directives(answer) -> dict[str, str]:
    policy = answer["Content-Security-Policy"]
    return dict(part.strip().split(" ", 1) for part in policy.split(";"))


@pytest.mark.parametrize("name", ["home", "subjects", "tokens", "api:docs"])
def test_a_page_runs_scripts_of_the_platform_alone_and_is_not_kept(client, member, name):
    client.force_login(member("ada", "crc"))

    answer = client.get(reverse(name))

    assert directives(answer)["script-src"] == "'self' 'wasm-unsafe-eval'"
    assert directives(answer)["default-src"] == "'none'"
    assert {"private", "no-store"} <= set(answer["Cache-Control"].split(", "))
    assert SCRIPT.search(answer.content.decode()) is None


def test_error_pages_have_the_policy_too(client, member):
    client.force_login(member("ada", "crc"))

    assert "script-src" in directives(client.get("/subjects/999999/"))


def test_what_may_be_cached_says_so_itself(client, member):
    client.force_login(member("ada", "crc"))

    assert client.get("/api/v1/subjects/")["Cache-Control"] == "private, no-store"
    assert "max-age" in client.get("/static/css/tandem.css")["Cache-Control"]


def test_no_template_holds_code_that_the_policy_forbids():
    templates = sorted((Path(settings.BASE_DIR) / "templates").rglob("*.html"))

    found = [path.name for path in templates if (text := path.read_text()) and
             (SCRIPT.search(text) or HANDLER.search(text))]  # fmt: skip

    assert len(templates) > 30
    assert found == []


@pytest.mark.parametrize("path", ["password/reset/", "email/", "confirm-email/", "login/code/confirm/"])
def test_account_pages_that_would_send_mail_do_not_exist(client, db, path):
    assert client.post(f"/accounts/{path}", {"email": "ada@example.org"}).status_code == 404


def test_a_changed_password_is_in_the_audit_trail_without_the_password(client, member):
    ada = member("ada", "crc")
    client.force_login(ada)
    new = "Another-long-phrase-7"

    client.post(
        reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": new, "password2": new}
    )

    ada.refresh_from_db()
    event = AuditEvent.objects.get(action="user.password_changed")
    assert ada.check_password(new)
    assert (event.actor, event.target_id, event.before, event.after) == (ada, str(ada.pk), None, None)


def test_access_logs_leave_out_the_query_and_the_referring_page():
    root = Path(settings.BASE_DIR)
    lines = [ACCESS_LINE, (root / "Dockerfile").read_text().split("--access-logformat")[1]]
    proxy = (root / "deploy/nginx.conf.template").read_text()

    assert all(re.search(r"%\((r|q|f)\)", line) is None and "%(U)s" in line for line in lines)
    assert proxy.count("access_log /var/log/nginx/access.log without_query;") == proxy.count("listen ")
    assert "$request " not in proxy.split("log_format")[1].split(";")[0]
