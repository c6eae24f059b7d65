"""Make the first administrator of a new installation, or of a study that has none."""

import secrets
from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from edc import audit, jobs
from edc.errors import InvalidInput
from edc.models import Role, Study, User
from edc.services.people import create_user, grant_membership


class Command(BaseCommand):
    help = (
        "Give a person the role of administrator in the studies named, in all if none is. "
        "An account that does not exist is made with a random password, printed once."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--name", default="", help="the person's name, for a new account")
        parser.add_argument(
            "--study", action="append", default=[], help="registration number; may be repeated"
        )

    def handle(self, *, username: str, name: str, study: list[str], **options: object) -> None:
        studies = Study.objects.filter(oid__in=study) if study else Study.objects.all()
        unknown = set(study) - {each.oid for each in studies}
        if unknown or not studies:
            raise CommandError(
                f"No such study: {', '.join(sorted(unknown))}" if unknown else "Load a study first."
            )
        with audit.channel("command"):
            user = User.objects.filter(username=username, is_system=False).first()
            user = user or self._make(username, name)
            for each in studies:
                grant_membership(
                    user=user,
                    study=each,
                    site=None,
                    role=Role.ADMINISTRATOR,
                    actor=jobs.system_user("loader"),
                )
        self.stdout.write(f"{username} is administrator of {', '.join(each.oid for each in studies)}")

    def _make(self, username: str, name: str) -> User:
        password = secrets.token_urlsafe(12)
        try:
            user = create_user(
                username=username, password=password, display_name=name, actor=jobs.system_user("loader")
            )
        except InvalidInput as error:
            raise CommandError(
                "; ".join(f"{field}: {text}" for field, text in error.fields.items())
            ) from error
        self.stdout.write(f"Password of {username}, shown once: {password}")
        return user
