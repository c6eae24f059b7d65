"""Bring everything that is stored up to the code: tables, grants, the record of the role table and counts."""

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from edc import jobs
from edc.models import User
from edc.row_security import bypasses_row_security
from edc.services.permission_matrix import record_matrix
from edc.services.role_gate import hold, settle


class Command(BaseCommand):
    help = (
        "Bring tables, people's grants and the counts of double entry and verification up to the code, and "
        "record how the role table changed. "
        "Run it after every change of the code, while nobody enters; a repeat changes nothing and, where "
        "no table changed, does not count again."
    )

    def handle(self, *args: object, **options: object) -> None:
        changes_tables = _changes_tables()
        call_command("migrate", interactive=False, verbosity=0)
        with transaction.atomic():
            people = hold(User.objects.filter(is_system=False, is_active=True))
            for person in people:
                settle(user=person, actor=jobs.system_user("worker"))
            recorded = record_matrix(actor=jobs.system_user("worker"))
        self.stdout.write(f"{len(people)} people hold what the role table gives.")
        if recorded:
            self.stdout.write(f"The permission matrix changed: recorded as number {recorded.number}.")
        if bypasses_row_security():
            self.stderr.write(
                self.style.WARNING(
                    "The database role bypasses row-level security: only the platform's own filters keep "
                    "sites apart. Use a role that is no superuser, see docs/operators/deploy.md."
                )
            )
        if changes_tables:
            call_command("recount_double_entry", stdout=self.stdout)
            call_command("refresh_verification", stdout=self.stdout)


def _changes_tables() -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
