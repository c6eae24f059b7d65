"""The account pages: of a platform where administrators make the accounts and no mail carries a password."""

from allauth.account import views
from allauth.mfa.base import views as factors
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkeys
from allauth.socialaccount import views as social
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.views.decorators.http import require_safe

from edc.web import directory
from edc.web.second_factors import recorded


@require_safe
def to_security(request: HttpRequest) -> HttpResponse:
    """Lead to the platform's own page of second factors, wherever allauth would show its own."""
    return redirect("security")


def log_out(request: HttpRequest) -> HttpResponse:
    """End the session; what the browser kept of images and masks goes with it."""
    answer = views.logout(request)
    if request.method == "POST":
        answer.headers["Clear-Site-Data"] = '"cache"'
    return answer


urlpatterns: list[URLPattern] = [
    path("login/", views.login, name="account_login"),
    path("logout/", log_out, name="account_logout"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path("signup/", views.signup, name="account_signup"),
    path("reauthenticate/", views.reauthenticate, name="account_reauthenticate"),
    path("password/change/", views.password_change, name="account_change_password"),
    path("password/set/", views.password_set, name="account_set_password"),
    path("2fa/", to_security, name="mfa_index"),
    path("2fa/authenticate/", factors.authenticate, name="mfa_authenticate"),
    path("2fa/reauthenticate/", factors.reauthenticate, name="mfa_reauthenticate"),
    path("2fa/totp/activate/", recorded(totp.activate_totp), name="mfa_activate_totp"),
    path("2fa/totp/deactivate/", recorded(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("2fa/recovery-codes/", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "2fa/recovery-codes/generate/",
        recorded(codes.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path("2fa/recovery-codes/download/", codes.download_recovery_codes, name="mfa_download_recovery_codes"),
    path("2fa/passkeys/add/", recorded(passkeys.add_webauthn), name="mfa_add_webauthn"),
    path(
        "2fa/passkeys/reauthenticate/", passkeys.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"
    ),
    path("2fa/passkeys/<int:pk>/remove/", recorded(passkeys.remove_webauthn), name="mfa_remove_webauthn"),
    path("2fa/passkeys/", to_security, name="mfa_list_webauthn"),
    path("oidc/<slug:provider_id>/login/", directory.login, name="openid_connect_login"),
    path("oidc/<slug:provider_id>/login/callback/", directory.callback, name="openid_connect_callback"),
    path("oidc/cancelled/", social.login_cancelled, name="socialaccount_login_cancelled"),
]
