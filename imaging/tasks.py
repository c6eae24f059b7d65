"""Periodic work of the imaging app."""

from celery import shared_task

from edc import audit, jobs
from imaging.services.quarantine import expire_quarantine
from imaging.services.sessions import expire_sessions


@shared_task
def expire_upload_sessions() -> None:
    """Mark uploads that nobody continues as expired, and remove refused files past their age limit."""
    actor = jobs.system_user("imaging")
    with audit.channel("task"):
        expire_sessions(actor=actor)
        expire_quarantine(actor=actor)
