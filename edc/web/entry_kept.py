"""The key under which a browser keeps what a person typed and could not send yet."""

import base64

from django.utils.crypto import salted_hmac

from edc.models import User


def kept_key(person: User) -> str:
    """Return 256 bits in base64 for AES-GCM: the same for the person until their password changes.

    So what was typed before a session ended is read by the same person after the next log-in, and by nobody
    who finds it on the computer.
    """
    made = salted_hmac("edc.entry.kept", f"{person.pk}.{person.get_session_auth_hash()}", algorithm="sha256")
    return base64.b64encode(made.digest()).decode()
