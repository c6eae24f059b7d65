"""The demonstration's people: at least one for each role, with random passwords kept in one private file."""

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils import translation

from edc import jobs
from edc.models import Role, Site, Study, User
from edc.selectors.statement import acceptance_of, signs
from edc.services.passwords import keep_password
from edc.services.people import create_user, grant_membership
from edc.services.proof import Proof
from edc.services.statement import accept_statement


@dataclass(frozen=True)
class Person:
    """A demonstration user; `everywhere` means every site of the study."""

    username: str
    display_name: str
    role: str
    everywhere: bool = False


PEOPLE = (
    Person("crc1", "李雯", Role.CRC),
    Person("crc2", "赵琳", Role.CRC),
    Person("dm", "周敏", Role.DATA_MANAGER, everywhere=True),
    # Publishing a draft, unlocking a site and taking a redaction through need a second person.
    Person("dm2", "沈悦", Role.DATA_MANAGER, everywhere=True),
    Person("monitor", "何俊", Role.MONITOR, everywhere=True),
    Person("pi", "陈立", Role.INVESTIGATOR),
    Person("reader1", "吴桐", Role.RADIOLOGIST),
    Person("reader2", "孙宁", Role.RADIOLOGIST),
    Person("clinician", "黄博文", Role.CLINICIAN),
    Person("scientist", "林浩", Role.DATA_SCIENTIST, everywhere=True),
    Person("uploader", "影像网关", Role.UPLOADER),
    Person("auditor", "郑岚", Role.AUDITOR, everywhere=True),
    Person("admin", "管理员", Role.ADMINISTRATOR, everywhere=True),
)
CREDENTIALS = "demo-credentials.json"


def make_people(*, home: Site, studies: list[Study]) -> dict[str, User]:
    """Make the people that are missing, members of every study: at their own hospital, or everywhere.

    A person who belongs to one hospital is a member at that hospital's site of each study, and at the study's
    first site where the hospital takes no part.
    """
    actor = jobs.system_user("loader")
    made: list[dict[str, str]] = []
    users: dict[str, User] = {}
    for person in PEOPLE:
        user = User.objects.filter(username=person.username).first()
        if user is None:
            password = secrets.token_urlsafe(12)
            user = create_user(
                username=person.username, password=password, display_name=person.display_name, actor=actor
            )
            keep_password(user=user, actor=actor)
            if signs(person.role):
                accept_as_read(user, password)
            made.append({"username": person.username, "password": password, "role": str(person.role)})
        users[person.username] = user
        for study in studies:
            site = None if person.everywhere else _site_of(study, home)
            held = user.memberships.filter(study=study, site=site, role=person.role, active=True)
            if not held.exists():
                grant_membership(user=user, study=study, site=site, role=person.role, actor=actor)
    if made:
        _write_credentials(made)
    return users


def accept_as_read(user: User, password: str) -> None:
    """Let the person accept the statement on signatures in Chinese, as at the page, unless it is done."""
    with translation.override("zh-hans"):
        if acceptance_of(user) is None:
            accept_statement(actor=user, proof=Proof(password))


def _site_of(study: Study, home: Site) -> Site:
    own = study.sites.filter(institution=home.institution).first()
    return own or study.sites.order_by("number")[0]


def _write_credentials(made: list[dict[str, str]]) -> None:
    """Add the new passwords to the file of the demonstration, readable by its owner alone."""
    path = Path(settings.VAR_DIR) / CREDENTIALS
    known = json.loads(path.read_text())["users"] if path.exists() else []
    draft = path.with_suffix(".part")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as handle:
        json.dump({"users": known + made}, handle, ensure_ascii=False, indent=2)
    draft.replace(path)
