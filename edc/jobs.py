"""The door to background work: tasks are started by name, after the commit, with ids only."""

import logging

from celery import current_app
from django.db import transaction

from edc.models import User

logger = logging.getLogger(__name__)


def enqueue(name: str, **ids: object) -> None:
    """Send the task once the present transaction has committed.

    A broker that does not answer is logged, not raised: the row that the task is about says that it is
    queued, and the periodic job sends it again.
    """

    def send() -> None:
        try:
            current_app.send_task(name, kwargs=ids)
        except Exception:  # any transport error: see the docstring
            logger.exception("task %s could not be sent", name)

    transaction.on_commit(send)


def system_user(name: str) -> User:
    """Return the named system user that background work runs as, made on first use; it cannot log in."""
    user, made = User.objects.get_or_create(
        username=f"system.{name}", defaults={"is_system": True, "display_name": f"system {name}"}
    )
    if made:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    return user
