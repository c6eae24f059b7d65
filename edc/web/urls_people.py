"""Page routes of accounts: an administrator's pages of people, and a person's own security and tokens."""

from django.urls import URLPattern, path

from edc.web import backups, founding, logins, notifications, people, person, proof, security, tokens

urlpatterns: list[URLPattern] = [
    path("people/", people.people, name="people"),
    path("people/accounts/", people.create, name="person-create"),
    path("people/roles/", people.grant, name="person-grant"),
    path("people/roles/<int:pk>/end/", people.end, name="person-end"),
    path("people/backups/", backups.backups, name="backups"),
    path("people/log-ins/", logins.logins, name="logins"),
    path("people/studies/", founding.foundings, name="study-foundings"),
    path("people/studies/<int:pk>/", founding.founding, name="study-founding"),
    path("people/<int:pk>/", person.person, name="person"),
    path("people/<int:pk>/password/", person.password, name="person-password"),
    path("people/<int:pk>/email/", person.email, name="person-email"),
    path("people/<int:pk>/<slug:step>/", person.act, name="person-act"),
    path("notifications/", notifications.notifications, name="notifications"),
    path("notifications/count/", notifications.count, name="notification-count"),
    path("notifications/read/", notifications.read_all, name="notifications-read"),
    path("notifications/digest/", notifications.digest, name="notification-digest"),
    path("notifications/<int:pk>/read/", notifications.read, name="notification-read"),
    path("account/security/", security.security, name="security"),
    path("account/confirm/", proof.confirm, name="confirm"),
    path("account/tokens/", tokens.tokens, name="tokens"),
    path("account/tokens/issue/", tokens.issue, name="token-issue"),
    path("account/tokens/<int:pk>/revoke/", tokens.revoke, name="token-revoke"),
]
