"""A call of each service of accounts, passwords, second factors and log-ins."""

from edc.services import accounts, notifications, passwords, second_factors, sessions
from tests.factories.accounts import NotificationFactory

BROWSER = sessions.Client("127.0.0.1", "Firefox")
# For each service: what must be there first, and the call on it.
ACCOUNTS = {
    "passwords.change_password": (
        None,
        lambda w, _: passwords.change_password(user=w.ada, password="seventeen blue whales"),
    ),
    "passwords.reset_password": (None, lambda w, _: passwords.reset_password(user=w.ada, actor=w.head)),
    "passwords.keep_password": (None, lambda w, _: passwords.keep_password(user=w.ada, actor=w.system)),
    "accounts.close_account": (None, lambda w, _: accounts.close_account(user=w.ada, actor=w.head)),
    "accounts.reopen_account": (None, lambda w, _: accounts.reopen_account(user=w.ada, actor=w.head)),
    "accounts.unlock_account": (None, lambda w, _: accounts.unlock_account(user=w.ada, actor=w.head)),
    "accounts.set_email": (
        None,
        lambda w, _: accounts.set_email(user=w.ada, email="ada@example.org", actor=w.head),
    ),
    "sessions.record_login": (
        None,
        lambda w, _: sessions.record_login(user=w.ada, client=BROWSER, method="password"),
    ),
    "sessions.record_logout": (None, lambda w, _: sessions.record_logout(user=w.ada, client=BROWSER)),
    "sessions.record_link": (None, lambda w, _: sessions.record_link(user=w.ada, provider="directory")),
    "sessions.record_refusal": (
        None,
        lambda w, _: sessions.record_refusal(user=None, client=BROWSER, method="password"),
    ),
    "notifications.mark_read": (
        lambda w: NotificationFactory(user=w.ada),
        lambda w, _: notifications.mark_read(user=w.ada),
    ),
    "notifications.set_digest": (
        None,
        lambda w, _: notifications.set_digest(user=w.ada, period="weekly"),
    ),
    "notifications.send_digests": (
        lambda w: NotificationFactory(user__email="lise@example.org"),
        lambda w, _: notifications.send_digests(actor=w.system),
    ),
    "second_factors.record_factor": (
        None,
        lambda w, _: second_factors.record_factor(user=w.ada, action="added", kind="totp"),
    ),
    "second_factors.reset_second_factors": (
        None,
        lambda w, _: second_factors.reset_second_factors(user=w.ada, actor=w.head),
    ),
}
